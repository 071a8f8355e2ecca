// The messages of the groups protocol: actions, fields, answers and reasons (source 001, "Formato de mensajes").

/** The protocol's own name: of its folder, its door and its URLs. */
export const dialectName = 'groups';

/** Ours: acts of who leads a group, and blocking a person. */
const moderationActions = {
  kick: 'Req.Group.Kick',
  ban: 'Req.Group.Ban',
  unban: 'Req.Group.Unban',
  mute: 'Req.Group.Mute',
  unmute: 'Req.Group.Unmute',
  topic: 'Req.Group.Topic',
  give: 'Req.Group.Give',
  block: 'Req.Block',
  unblock: 'Req.Unblock',
} as const;

export type ModerationAction = keyof typeof moderationActions;

export const isModeration = (action: Action): action is ModerationAction =>
  Object.hasOwn(moderationActions, action);

/** Every action with the name that it has on the wire (source 001, "Formato de mensajes", and the README). */
export const actions = {
  connect: 'Req.Connect',
  disconnect: 'Req.Disconnect',
  confirmation: 'Res.Confirmation',
  list: 'Req.List',
  listed: 'Res.List',
  send: 'Req.Send',
  sent: 'Res.Send confirmation',
  create: 'Req.Group.Create',
  invite: 'Req.Group.Invite',
  accept: 'Req.Group.Accept',
  decline: 'Req.Group.Decline',
  leave: 'Req.Group.Leave',
  joined: 'Group.Joined',
  left: 'Group.Left',
  notice: 'Server.Notice',
  ...moderationActions,
  file: 'File_transfer',
} as const;

export type Action = keyof typeof actions;

/** The highest number that a port can have. */
export const highestPort = 65_535;

export type Side = 'client' | 'server';

export type ContentType = 'text/plain' | 'application/octet-stream';

/** One message. A field without a header line is absent; `to` holds one name for each `To` line. */
export interface Message {
  readonly action: Action;
  /** The server's address, whichever side sends the message. */
  readonly ip?: string;
  readonly side?: Side;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly contentType?: ContentType;
  readonly user?: string;
  readonly to?: readonly string[];
  /** Of an offer: the `Id`s of others of the same user; who was asked there is not asked again. One line each. */
  readonly beside?: readonly string[];
  readonly group?: string;
  readonly id?: string;
  readonly status?: string;
  /** Why it failed; absent where the peer gives no code that this protocol has. */
  readonly reason?: Reason;
  readonly token?: string;
  /** What an account's owner chose, where `Token` would be a key. */
  readonly password?: string;
  readonly fileName?: string;
  /** In bytes. */
  readonly fileSize?: number;
  readonly body: Uint8Array;
}

/** How a request was answered: `Status` of `Res.Confirmation`. */
export type Status =
  | 'ok'
  | 'name-taken'
  | 'bad-name'
  | 'unknown-user'
  | 'not-allowed'
  | 'connected-already'
  | 'not-connected'
  | 'group-exists'
  | 'unknown-group'
  | 'not-creator'
  | 'not-invited'
  | 'not-member'
  | 'already-member'
  | 'unknown-file'
  | 'too-many'
  | 'too-large'
  | 'banned'
  | 'not-banned'
  | 'not-muted'
  | 'not-blocked'
  | 'bad-request'
  | 'try-later';

/** Why something failed, as the `Reason` header says it, each with the sentence that the body says to people. */
export const reasonTexts = {
  'unknown-user': 'unknown user',
  'several-users': 'several users have this port',
  disconnected: 'disconnected',
  refused: 'refused by the receiver',
  full: 'too many messages wait for this user',
  'too-long': 'the message is too long',
  muted: 'you may not speak here now',
  kicked: 'put out by a moderator',
  'not-member': 'you are not in this group',
  'not-addressed': 'nobody is named',
  'try-later': 'the server cannot take it now',
  'unknown-file': 'no such transfer',
  'no-space': 'no space for the file',
  cancelled: 'cancelled',
  broken: 'the transfer broke off',
  'no-recipient': 'nobody is there to receive it',
} as const;

export type Reason = keyof typeof reasonTexts;

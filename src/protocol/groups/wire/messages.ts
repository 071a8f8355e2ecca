// The messages of the groups protocol: the source's table of fields, and every action with its names on the wire.

/** Every action, by the name it is written with (source 001, "Formato de mensajes", and the wire page). */
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
  file: 'File_transfer',
} as const;

export type Action = keyof typeof actions;

export type Side = 'client' | 'server';

export type ContentType = 'text/plain' | 'application/octet-stream';

/** One message. What a header does not say is absent; `to` holds one name for each `To` line. */
export interface Message {
  readonly action: Action;
  /** The server's address. */
  readonly ip?: string;
  readonly side?: Side;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  readonly contentType?: ContentType;
  readonly user?: string;
  readonly to?: readonly string[];
  readonly group?: string;
  readonly id?: string;
  readonly status?: string;
  readonly token?: string;
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
  | 'bad-request'
  | 'try-later';

/** The bodies of failures, for people. */
export const reasons = {
  unknownUser: 'unknown user',
  severalUsers: 'several users have this port',
  disconnected: 'disconnected',
  refused: 'refused by the receiver',
  full: 'too many messages wait for this user',
  tooLong: 'the message is too long',
  notMember: 'you are not in this group',
  noReceiver: 'nobody is named',
  tryLater: 'the server cannot take it now',
  unknownFile: 'no such transfer',
  noSpace: 'no space for the file',
  cancelled: 'cancelled',
  broken: 'the transfer broke off',
  notUnderstood: 'not understood',
  noOne: 'nobody is there to receive it',
} as const;

/** A header block, with its last empty line, in bytes. */
export const headerBytesMax = 8 * 1024;
/** A body: the text of a message, or a piece of a file, in bytes. */
export const bodyBytesMax = 64 * 1024;
/** An `Id` or a `Token`, in bytes. */
export const idBytesMax = 64;

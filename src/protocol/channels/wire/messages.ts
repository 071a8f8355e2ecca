// What the two sides of the channels protocol say to each other, and every text of it.

/** A message that starts with `/` (source 003, 0.2.1); any other is said to the channel. */
export type Control =
  | { readonly is: 'list' }
  | { readonly is: 'join' | 'create'; readonly channel: string }
  /** `/join` or `/create` without exactly one name. */
  | { readonly is: 'nameless'; readonly command: 'join' | 'create' }
  | { readonly is: 'unknown'; readonly word: string };

/** What a client makes of one frame from the server. */
export type ServerMessage =
  | { readonly is: 'said'; readonly from: string; readonly text: string }
  | { readonly is: 'joined' | 'left'; readonly name: string }
  | { readonly is: 'refused'; readonly why: Refusal; readonly text: string }
  /** A part of a list of channels, or anything else that a server may say. */
  | { readonly is: 'told'; readonly text: string };

export type Refusal =
  | 'unknown-control'
  | 'unknown-channel'
  | 'nameless'
  | 'channel-exists'
  | 'too-many'
  | 'outside'
  | 'muted'
  | 'banned'
  | 'busy';

/** The texts of the course's own message file, to which the source refers, word for word (source 003, 0.2.2). */
export const texts = {
  unknownControl: (word: string) =>
    `${word} is not a valid control message. Valid messages are /create, /list, and /join.`,
  unknownChannel: (channel: string) =>
    `No channel named ${channel} exists. Try '/create ${channel}'?`,
  joinNameless: '/join command must be followed by the name of a channel to join.',
  channelExists: (channel: string) => `Room ${channel} already exists, so cannot be created.`,
  createNameless: '/create command must be followed by the name of a channel to create',
  outside: 'Not currently in any channel. Must join a channel before sending messages.',
  joined: (name: string) => `${name} has joined`,
  left: (name: string) => `${name} has left`,
  cannotConnect: (host: string, port: number) => `Unable to connect to ${host}:${port}`,
  disconnected: (host: string, port: number) => `Server at ${host}:${port} has disconnected`,
  prompt: '[Me] ',

  // Ours, where the course has no text.
  tooMany: (channel: string) => `Too many channels, so ${channel} cannot be created.`,
  muted: 'You may not speak here now.',
  banned: (channel: string) => `You are banned from ${channel}.`,
  bannedHere: 'You are banned here.',
  noGuests: 'This server lets nobody in without an account, and this protocol knows none.',
  busy: 'The server could not do that now. Try again later.',
} as const;

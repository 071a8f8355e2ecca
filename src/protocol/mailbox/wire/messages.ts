// The messages of the mailbox protocol: every operation with its fields, every answer, every call-back.

/**
 * The operations of the server with their fields, in the order in which they follow the operation's own name
 * (source 000, section 8). The last three carry attachments, which the source promises and gives no wire for.
 */
export const requestFields = {
  REGISTER: ['fullName', 'alias', 'born'],
  UNREGISTER: ['alias'],
  CONNECT: ['alias', 'port'],
  DISCONNECT: ['alias'],
  SEND: ['from', 'to', 'text'],
  /** The source gives it no field; real clients say who asks, and may be late or silent about it. */
  CONNECTEDUSERS: ['alias'],
  SENDATTACH: ['from', 'to', 'text', 'fileName', 'size'],
  GETFILE: ['alias', 'from', 'id'],
  ATTACHES: ['alias'],
} as const;

export type Operation = keyof typeof requestFields;

/** A request as it travels: every field is text, whatever it stands for. */
export type Request<O extends Operation = Operation> = {
  [P in O]: { readonly operation: P } & {
    readonly [F in (typeof requestFields)[P][number]]: string;
  };
}[O];

/** The answer's first byte. What 1 to 3 mean depends on the operation; `failures` has what says "else". */
export type Code = 0 | 1 | 2 | 3;

/** What an operation answers when no other of its codes fits (source 000, sections 8.1 to 8.7). */
export const failures: Readonly<Record<Operation, Code>> = {
  REGISTER: 2,
  UNREGISTER: 2,
  CONNECT: 3,
  DISCONNECT: 3,
  SEND: 2,
  CONNECTEDUSERS: 2,
  SENDATTACH: 2,
  GETFILE: 2,
  ATTACHES: 2,
};

/** What the server says when it calls a client, with the fields in their order (source 000, section 8.6). */
export const callFields = {
  SEND_MESSAGE: ['from', 'id', 'text'],
  SEND_MESS_ACK: ['id'],
  SEND_MESSAGE_ATTACH: ['from', 'id', 'text', 'file'],
  SEND_MESS_ATTACH_ACK: ['id', 'file'],
} as const;

export type CallName = keyof typeof callFields;

export type Call<C extends CallName = CallName> = {
  [P in C]: { readonly call: P } & { readonly [F in (typeof callFields)[P][number]]: string };
}[C];

/** Names that other servers of this protocol give to the same call. */
export const callSynonyms: Readonly<Record<string, CallName>> = {
  SEND_MESSAGE_ACK: 'SEND_MESS_ACK',
};

/** Bytes of one text: 256 with its NUL (source 000, section 2). */
export const textBytes = 255;
/** Bytes of any field of a request, without its NUL: the source's own clients have buffers of 256. */
export const fieldBytes = 255;
/** Bytes of one field that a client takes from a server that does not count them. */
export const heardBytes = 16 * 1024;

export const isOperation = (word: string): word is Operation => Object.hasOwn(requestFields, word);
export const isCallName = (word: string): word is CallName => Object.hasOwn(callFields, word);

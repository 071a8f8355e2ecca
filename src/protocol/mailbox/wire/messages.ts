// The messages of the mailbox protocol: every operation with its fields and codes, and every call-back.

/**
 * The operations of the server with their fields, in the order in which they follow the operation's own name
 * (source 000, 8). The source promises attachments and defines no wire for them, and knows no secrets: SENDATTACH,
 * GETFILE, ATTACHES, and KEYS to RECOVERY are ours. USERS and GET_FILE are those of a later edition (README, "The edition of 2025-26").
 */
export const requestFields = {
  REGISTER: ['fullName', 'alias', 'born'],
  UNREGISTER: ['alias'],
  CONNECT: ['alias', 'port'],
  DISCONNECT: ['alias'],
  SEND: ['from', 'to', 'text'],
  /** The source gives it no field. Real clients say who asks, and some of them say it late or not at all. */
  CONNECTEDUSERS: ['alias'],
  SENDATTACH: ['from', 'to', 'text', 'fileName', 'size'],
  GETFILE: ['alias', 'from', 'id'],
  ATTACHES: ['alias', 'port'],
  USERS: ['alias'],
  GET_FILE: ['alias', 'fileName'],
  /** What the account can be entered with. */
  KEYS: ['alias'],
  KEYADD: ['alias', 'key', 'label'],
  KEYREVOKE: ['alias', 'id'],
  PASSWORD: ['alias', 'password'],
  /** New recovery codes, instead of those before. */
  RECOVERY: ['alias'],
} as const;

/**
 * What may stand ahead of an operation on the same connection, with one field. KEY: a key, a password or a recovery code
 * of the account for which the operation acts; of REGISTER, the account's first key. INVITE: a code that lets somebody
 * register. ONCE: a name for a message: what is sent again under it is taken once, and gets the first reply.
 */
export const prefixes = ['KEY', 'INVITE', 'ONCE'] as const;
export type Prefix = (typeof prefixes)[number];
export type Prefixed = Readonly<Partial<Record<Prefix, string>>>;

/** A server of ours says this to a peer that ends its side and has said nothing: who it is, and what it takes. */
export const ownWords: readonly string[] = ['CHAT', ...prefixes];

/** Operations whose last field may be left out. */
export const lacksLast: ReadonlySet<string> = new Set(['CONNECTEDUSERS', 'USERS', 'ATTACHES']);

/** After how many fields the edition of 2025-26 stops: at the alias, and at the file's name. */
export const laterForms: { readonly [O in Operation]?: number } = { REGISTER: 1, SENDATTACH: 4 };

export type Operation = keyof typeof requestFields;

/** Those that our own client asks in its user's name. */
export type ClientOperation = Exclude<Operation, 'USERS' | 'GET_FILE'>;

/** A request as it travels: every field is text, whatever it stands for. */
export type Request<O extends Operation = Operation> = {
  [P in O]: { readonly operation: P } & {
    readonly [F in (typeof requestFields)[P][number]]: string;
  };
}[O];

/** The name under which a request is made. */
export const actorOf = (request: Request): string =>
  'alias' in request ? request.alias : request.from;

/** The first byte of a reply: 0 for success. What 1 to 3 mean depends on the operation. */
export type Code = 0 | 1 | 2 | 3;

/** What the codes of each operation mean (source 000, 8.1 to 8.7). `failed`: no other code of it fits. */
export const codes = {
  REGISTER: { nameTaken: 1, failed: 2 },
  UNREGISTER: { unknownUser: 1, failed: 2 },
  CONNECT: { unknownUser: 1, alreadyConnected: 2, failed: 3 },
  DISCONNECT: { unknownUser: 1, notConnected: 2, failed: 3 },
  SEND: { unknownUser: 1, failed: 2 },
  CONNECTEDUSERS: { notConnected: 1, failed: 2 },
  SENDATTACH: { unknownUser: 1, failed: 2 },
  GETFILE: { unknownUser: 1, failed: 2 },
  ATTACHES: { unknownUser: 1, failed: 2 },
  USERS: { notConnected: 1, failed: 2 },
  GET_FILE: { unknownUser: 1, failed: 2 },
  KEYS: { unknownUser: 1, failed: 2 },
  KEYADD: { unknownUser: 1, failed: 2 },
  KEYREVOKE: { unknownUser: 1, failed: 2 },
  PASSWORD: { unknownUser: 1, failed: 2 },
  RECOVERY: { unknownUser: 1, failed: 2 },
} as const satisfies Readonly<
  Record<Operation, { readonly failed: Code } & Readonly<Record<string, Code>>>
>;

/**
 * What follows a code of 0. `id`: one field. `users`: one field that says how many, then one field for each user, key or
 * code.
 * `file`: one field with the size, then so many raw bytes.
 */
export const replyContents: Readonly<Record<Operation, 'nothing' | 'id' | 'users' | 'file'>> = {
  REGISTER: 'nothing',
  UNREGISTER: 'nothing',
  CONNECT: 'nothing',
  DISCONNECT: 'nothing',
  SEND: 'id',
  CONNECTEDUSERS: 'users',
  SENDATTACH: 'id',
  GETFILE: 'file',
  ATTACHES: 'nothing',
  USERS: 'users',
  GET_FILE: 'file',
  KEYS: 'users',
  KEYADD: 'id',
  KEYREVOKE: 'nothing',
  PASSWORD: 'nothing',
  RECOVERY: 'users',
};

/** What the server says when it calls a client, with the fields in their order (source 000, 8.6). */
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

/** Bytes of one text without its NUL: 256 with it (source 000, 2). */
export const textBytes = 255;
/** Bytes of any field of a request without its NUL: the source's own clients have buffers of 256. */
export const fieldBytes = 255;

export const isPrefix = (word: string): word is Prefix =>
  (prefixes as readonly string[]).includes(word);
export const isOperation = (word: string): word is Operation => Object.hasOwn(requestFields, word);
export const isCallName = (word: string): word is CallName => Object.hasOwn(callFields, word);

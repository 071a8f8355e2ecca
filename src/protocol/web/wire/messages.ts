// The messages between page and server: every request, every reply and every notice, as valibot schemas.

import * as v from 'valibot';

import { keyForm } from '../../bytes/secret';
import { limits } from '../../limits';
import { historyNotices, historyReplies, historyRequests } from './history';
import { moderationNotices, moderationReplies, moderationRequests } from './moderation';
import { file, integer } from './values';

const text = v.string();
/** The client's own number of a request; the reply carries the same. */
const ref = integer;
/** The client's own name for something that is done once, however often it is requested. */
export const idempotencyKey = v.pipe(v.string(), v.minLength(8), v.maxLength(64));
/** A key of an account. */
const key = v.pipe(v.string(), v.regex(keyForm));
/** What its owner calls a key. */
const label = v.optional(text);

/** What a client may request, by the word in `do`, with the fields that go with it. */
const requestFields = {
  /** Makes an account. The client makes the key itself, so that nothing is lost with a lost reply. `invite`: a code. */
  register: {
    name: text,
    fullName: text,
    born: text,
    token: key,
    label,
    invite: v.optional(text),
  },
  /**
   * Becomes an account, by a key, a password or a recovery code. `key`: one that the account gets with it, for the
   * next time.
   */
  login: { name: text, token: text, key: v.optional(key), label },
  logout: {},
  unregister: {},
  users: {},
  send: { to: text, text, key: idempotencyKey, reply: v.optional(integer) },
  say: { room: text, text, key: idempotencyKey, reply: v.optional(integer) },
  /** The client has stored the message where its user can read it: it is delivered. The only request without a reply. */
  got: { serial: integer },
  undelivered: {
    serials: v.pipe(v.array(integer), v.maxLength(limits.web.undeliveredSerials)),
  },
  rooms: {},
  create: { room: text },
  join: { room: text },
  leave: { room: text },
  'group-list': {},
  'group-create': { group: text },
  'group-invite': { group: text, to: text },
  'group-accept': { group: text },
  'group-decline': { group: text },
  'group-leave': { group: text },
  balance: { amount: integer },
  funds: {},
  transfer: { to: text, amount: integer, key: idempotencyKey },
  /** Whether requests that show no credential may write for the account at other doors; `open` sets it. */
  doors: { open: v.optional(v.boolean()) },
  /** What the account can be entered with. */
  credentials: {},
  'key-add': { key, label },
  /** Sets the account's one password. */
  password: { password: text },
  /** Makes new recovery codes, instead of those before. */
  recovery: {},
  'credential-revoke': { id: integer },
  ...moderationRequests,
  ...historyRequests,
  /** Answered at once, so that the client learns that the connection lives. */
  ping: {},
} as const;

export type Verb = keyof typeof requestFields;

/** What every request has; the other fields depend on the word. */
type AnyRequest = v.StrictObjectSchema<
  { readonly do: v.LiteralSchema<Verb, undefined>; readonly ref: typeof ref },
  undefined
>;

export const requestSchema = v.variant(
  'do',
  (Object.keys(requestFields) as Verb[]).map((verb): AnyRequest =>
    v.strictObject({ do: v.literal(verb), ref, ...requestFields[verb] }),
  ),
);

type Output<F> = F extends v.GenericSchema ? v.InferOutput<F> : never;
type Entries<K extends Verb> = (typeof requestFields)[K];
/** What may be left out may be undefined, too. */
type Fields<K extends Verb> = {
  [F in keyof Entries<K> as undefined extends Output<Entries<K>[F]> ? never : F]: Output<
    Entries<K>[F]
  >;
} & {
  [F in keyof Entries<K> as undefined extends Output<Entries<K>[F]> ? F : never]?: Output<
    Entries<K>[F]
  >;
};

/** A request before it has its number. */
export type RequestBody<K extends Verb = Verb> = {
  [P in K]: { readonly do: P } & Readonly<Fields<P>>;
}[K];
export type Request<K extends Verb = Verb> = {
  [P in K]: RequestBody<P> & { readonly ref: number };
}[K];

export const userSchema = v.object({
  name: text,
  kind: v.picklist(['account', 'guest']),
  door: text,
});
const group = v.object({ name: text, creates: v.boolean(), members: v.array(text) });
const balances = v.object({ before: integer, after: integer });
const nothing = v.object({});
/** Times are in seconds since 1970. */
const credential = v.object({
  id: integer,
  kind: v.picklist(['key', 'password', 'recovery']),
  label: text,
  madeAt: integer,
  usedAt: v.optional(integer),
});

/** What a successful reply to each request holds. */
export const replySchemas = {
  register: nothing,
  login: v.object({ name: text }),
  logout: nothing,
  unregister: nothing,
  /** At most `limits.web.jsonUsers` users; `count` is how many there are. */
  users: v.object({ users: v.array(userSchema), count: integer }),
  send: v.object({ id: integer, serial: integer, waiting: v.boolean() }),
  /** `serial`: where the room's history is kept. */
  say: v.object({ at: integer, serial: v.optional(integer) }),
  got: nothing,
  undelivered: v.object({ waiting: v.array(integer) }),
  rooms: v.object({ rooms: v.array(text) }),
  create: nothing,
  join: nothing,
  leave: nothing,
  'group-list': v.object({ groups: v.array(group) }),
  'group-create': nothing,
  'group-invite': nothing,
  'group-accept': nothing,
  'group-decline': nothing,
  'group-leave': nothing,
  balance: balances,
  funds: v.object({ balance: integer }),
  transfer: balances,
  doors: v.object({ open: v.boolean() }),
  credentials: v.object({ credentials: v.array(credential) }),
  'key-add': v.object({ id: integer }),
  password: v.object({ id: integer }),
  recovery: v.object({ codes: v.array(text) }),
  'credential-revoke': nothing,
  ...moderationReplies,
  ...historyReplies,
  ping: nothing,
} as const;

export type ReplyOf<K extends Verb> = v.InferOutput<(typeof replySchemas)[K]>;

/** Everything that a server says: replies (`done`, `refused`) and what nobody requested. */
export const serverMessageSchema = v.variant('is', [
  v.object({ is: v.literal('done'), ref, value: v.record(v.string(), v.unknown()) }),
  v.object({ is: v.literal('refused'), ref, why: text }),
  v.object({
    is: v.literal('message'),
    serial: integer,
    id: integer,
    from: text,
    to: text,
    text,
    at: integer,
    door: text,
    file: v.optional(file),
    reply: v.optional(integer),
  }),
  v.object({
    is: v.literal('receipt'),
    id: integer,
    by: text,
    status: v.picklist(['delivered', 'failed']),
    file: v.optional(text),
  }),
  v.object({
    is: v.literal('said'),
    room: text,
    from: text,
    text,
    at: integer,
    serial: v.optional(integer),
    reply: v.optional(integer),
  }),
  ...historyNotices,
  v.object({ is: v.picklist(['joined', 'left']), room: text, name: text }),
  v.object({ is: v.literal('invited'), room: text, by: text }),
  v.object({ is: v.literal('paid'), from: text, amount: integer }),
  v.object({ is: v.literal('presence'), name: text, here: v.boolean() }),
  ...moderationNotices,
  /** The connection ends: the server stops, or the client sent what is no request. */
  v.object({ is: v.literal('bye'), why: text }),
]);

export type ServerMessage = v.InferOutput<typeof serverMessageSchema>;
export type ServerMessageOf<I extends ServerMessage['is']> = Extract<ServerMessage, { is: I }>;
export type Reply = ServerMessageOf<'done' | 'refused'>;
export type PrivateMessage = ServerMessageOf<'message'>;
/** What is told without a reply or a confirmation being owed. */
export type ServerNotice = Exclude<ServerMessage, Reply | PrivateMessage | { is: 'bye' }>;

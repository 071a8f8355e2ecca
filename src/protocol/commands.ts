// What a session may ask of the hub: every command with its answer and its refusals, as types.
// long because every operation of the hub stands here with its answer and its refusals, and nowhere else

import type {
  Actor,
  Address,
  FileHash,
  FileRef,
  Name,
  OfferFailure,
  RecipientId,
  Result,
  RoomName,
  SessionId,
  User,
} from './model';

interface Operation<Input, Output, Refusals extends string> {
  readonly input: Input;
  readonly output: Output;
  readonly refusal: Refusals;
}

/** One file waiting for an account. */
export interface WaitingFile extends FileRef {
  readonly serial: number;
}

/** What a balance was and is, in whole dollars. */
export interface Balances {
  readonly before: number;
  readonly after: number;
}

/** Whom a session wants to be: a name, or the lowest free number of a range (relay). */
export type Wanted =
  { readonly name: Name } | { readonly lowest: readonly [from: number, to: number] };

/**
 * Every operation of the hub. Commands are plain data: they are ordered, logged and applied by machines that
 * never saw the connection, so nothing in them may depend on where they are applied.
 */
export interface Operations {
  // Accounts
  /** Durable. `born` is a real date as DD/MM/YYYY, checked by the dialect. `host`: where it came from. */
  register: Operation<
    { name: Name; fullName: string; born: string; host: string; tokenHash?: string },
    void,
    'name-taken'
  >;
  /** Durable. Erases all that waits for the account. `elsewhere`: it is connected from another host. */
  unregister: Operation<
    { account: Name; host: string; session?: SessionId },
    void,
    'unknown-user' | 'elsewhere' | 'not-allowed'
  >;
  /**
   * Whether a request that names the session's account and shows no token may act for it (mailbox). `open` sets it;
   * an account without a token is always open.
   */
  doors: Operation<
    { session: SessionId; open?: boolean },
    { open: boolean },
    'no-account' | 'not-entered'
  >;

  // Presence by call-back address (durable: an address, not a socket)
  /** Makes the account reachable at an address until it is closed or a dial fails. */
  'callback-open': Operation<
    { account: Name; address: Address; dialect: string; machine: string },
    void,
    'unknown-user' | 'already-connected' | 'not-allowed'
  >;
  'callback-close': Operation<
    { account: Name; host: string },
    void,
    'unknown-user' | 'not-connected' | 'elsewhere' | 'not-allowed'
  >;
  /** A dial failed. `opened` is the call-back's own number, so that a later CONNECT is not undone. */
  'callback-lost': Operation<{ recipient: RecipientId; opened: number }, void, 'not-connected'>;
  /** The account's call-back wants attachments announced as such. */
  'callback-wants-files': Operation<
    { account: Name; host: string },
    void,
    'unknown-user' | 'not-connected'
  >;

  // Presence by session (volatile)
  /**
   * The connection takes a name as a guest. `collision`: `rename` gives `name~2` where it is in use; `refuse`
   * answers `name-taken`. `deaf`: cannot be told anything (a relay emitter). `hearsFor`: private messages to
   * that name come here; `below`: to the number that much below one's own (a relay display, for its emitter).
   */
  enter: Operation<
    {
      session: SessionId;
      wanted: Wanted;
      collision: 'rename' | 'refuse';
      dialect: string;
      machine: string;
      address: Address;
      deaf?: boolean;
      hearsFor?: Name | { readonly below: number };
    },
    { name: Name },
    'name-taken' | 'none-free' | 'already-entered'
  >;
  /** Whether a guest could take this name now. Changes nothing: only `enter` takes it. */
  'name-free': Operation<{ name: Name }, { free: boolean }, never>;
  /**
   * The connection becomes an account's, by the token it got when it was registered. `watches`: it is told of
   * everybody who comes and goes, as `watch` has it.
   */
  login: Operation<
    {
      session: SessionId;
      account: Name;
      tokenHash: string;
      dialect: string;
      machine: string;
      address: Address;
      watches?: boolean;
    },
    { name: Name },
    'unknown-user' | 'not-allowed' | 'already-entered'
  >;
  /** The connection is gone: leaves its rooms, and a guest's mail is erased. Never refused. */
  leave: Operation<{ session: SessionId }, void, never>;
  /** From now on this session is told of everybody who comes and goes. */
  watch: Operation<{ session: SessionId }, void, 'not-entered'>;

  // Lists
  /** Everybody who can be reached, in the order in which they came. */
  users: Operation<
    { asker: Actor | { readonly host: string } },
    { users: readonly User[] },
    'unknown-user' | 'not-connected'
  >;

  // Rooms
  /** Creates an open room and nothing else. Reserved and used names are taken. Volatile. */
  'room-create': Operation<
    { session: SessionId; room: RoomName },
    void,
    'room-exists' | 'too-many' | 'not-entered'
  >;
  /**
   * Joins an open room. `only`: leaves every other open room first. `mute`: is not told what is said there.
   * Joining a room one is in: the others are told left, then joined.
   */
  'room-join': Operation<
    { session: SessionId; room: RoomName; only?: boolean; mute?: boolean },
    void,
    'unknown-room' | 'not-entered'
  >;
  'room-leave': Operation<
    { session: SessionId; room: RoomName },
    void,
    'not-member' | 'not-entered'
  >;
  /** Open rooms in the order of creation; reserved ones only while somebody is in them. */
  rooms: Operation<{ session: SessionId }, { rooms: readonly RoomName[] }, never>;
  /**
   * Says something aloud to the members of a room; without `room`, to the one open room the session is in.
   * A session that speaks need not be a hearing member, but must be a member.
   */
  say: Operation<
    {
      session: SessionId;
      room?: RoomName;
      text: string;
      raw?: Uint8Array;
      reference?: number;
    },
    { room: RoomName },
    'not-member' | 'too-long' | 'not-entered'
  >;

  // Closed rooms (groups): only the creator invites, anyone leaves. Durable for accounts, else volatile.
  'group-create': Operation<
    { session: SessionId; group: RoomName },
    void,
    'room-exists' | 'too-many' | 'not-entered'
  >;
  'group-invite': Operation<
    { session: SessionId; group: RoomName; to: Name },
    void,
    'unknown-room' | 'not-creator' | 'unknown-user' | 'already-member' | 'too-many' | 'not-entered'
  >;
  'group-accept': Operation<
    { session: SessionId; group: RoomName },
    void,
    'unknown-room' | 'not-invited' | 'not-entered'
  >;
  'group-decline': Operation<
    { session: SessionId; group: RoomName },
    void,
    'unknown-room' | 'not-invited' | 'not-entered'
  >;
  'group-leave': Operation<
    { session: SessionId; group: RoomName },
    void,
    'unknown-room' | 'not-member' | 'not-entered'
  >;
  'group-list': Operation<
    { session: SessionId },
    {
      groups: readonly {
        readonly name: RoomName;
        /** Whether the asker created it, so that he may invite. */
        readonly creates: boolean;
        readonly members: readonly Name[];
      }[];
    },
    'not-entered'
  >;

  // Private messages
  /**
   * Accepts a message for an account (durable, kept while it is away) or a guest who is here (volatile).
   * `waiting`: nobody is there to take it now. `key`: the client's own, so that a repeat is accepted once.
   */
  direct: Operation<
    {
      from: Actor;
      to: Name;
      text: string;
      raw?: Uint8Array;
      file?: FileRef;
      reference?: number;
      /** The dialect it came in by. */
      origin: string;
    },
    { id: number; serial: number; waiting: boolean },
    'unknown-sender' | 'unknown-user' | 'full' | 'too-long' | 'not-allowed'
  >;
  /**
   * Whether `direct` would take a message with a file now; asked before the file is brought. Changes nothing.
   */
  'may-send-file': Operation<
    { from: Actor; to: Name },
    void,
    'unknown-sender' | 'unknown-user' | 'full' | 'not-allowed'
  >;
  /** Delivery's word on a message: it was delivered, or never will be. */
  settle: Operation<
    { recipient: RecipientId; serial: number; status: 'delivered' | 'failed' },
    void,
    'unknown-message'
  >;
  /** Which of these messages, all sent by the session's user, wait to be delivered. Changes nothing. */
  undelivered: Operation<
    { session: SessionId; serials: readonly number[] },
    { waiting: readonly number[] },
    'not-entered'
  >;

  // Signals
  /** Tells a connected guest of the session's own dialect something that only this dialect understands. */
  signal: Operation<
    { session: SessionId; to: Name; signal: string; numbers: readonly number[] },
    void,
    'unknown-user' | 'not-entered'
  >;

  // Attachments
  /** The newest file that `from` sent `account` under `id` and that was not taken yet. */
  'file-find': Operation<
    {
      account: Name;
      from: Name;
      id: number;
      host?: string;
      session?: SessionId;
      tokenHash?: string;
    },
    WaitingFile,
    'unknown-user' | 'unknown-file' | 'elsewhere' | 'not-allowed'
  >;
  /** The files that came with delivered messages for the session's user and were not taken: the oldest of them. */
  'files-waiting': Operation<
    { session: SessionId },
    { files: readonly (WaitingFile & { readonly from: Name })[] },
    'not-entered'
  >;
  /** The recipient has taken the whole of it, or does not want it. */
  'file-taken': Operation<{ serial: number }, void, 'unknown-file'>;
  /** Erases what has waited too long. Submitted by the server's own clock. */
  'file-expire': Operation<{ before: number }, { hashes: readonly FileHash[] }, never>;

  // File offers: each recipient decides before a byte is sent. Volatile: they live with the sessions.
  /**
   * Offers a file to users, or to the members of a room that one belongs to. `tokenHash`: the SHA-256 of what the
   * connection that brings the file will show. `asked`: who has an offer now. `elsewhere`: who came by doors that
   * know no offers, or is away; the file is brought for them too. `unknown`: who is neither.
   */
  offer: Operation<
    {
      session: SessionId;
      to: readonly Name[] | { readonly room: RoomName };
      file: { readonly name: string; readonly size: number };
      tokenHash: string;
    },
    {
      offer: number;
      asked: readonly Name[];
      elsewhere: readonly Name[];
      unknown: readonly Name[];
    },
    'nobody' | 'not-member' | 'too-many' | 'not-entered'
  >;
  /** The recipient of a file that waits with a message fetches it as if it had been offered and accepted. */
  'offer-waiting': Operation<
    { session: SessionId; serial: number; tokenHash: string },
    { offer: number },
    'unknown-file' | 'not-entered'
  >;
  /** `tokenHash`: what the connection that fetches the file will show. */
  'offer-answer': Operation<
    { session: SessionId; offer: number } & (
      { accept: true; tokenHash: string } | { accept: false }
    ),
    void,
    'unknown-offer' | 'not-entered'
  >;
  /** A connection of its own begins to carry an offered file; its token is good once. No hash: it brings it. */
  'offer-open': Operation<
    { session: SessionId; tokenHash: string },
    {
      offer: number;
      file: { readonly name: string; readonly size: number; readonly hash?: FileHash };
    },
    'unknown-offer'
  >;
  /** The connection that carries it has brought the whole file. */
  'offer-stored': Operation<
    { session: SessionId; offer: number; hash: FileHash },
    void,
    'unknown-offer'
  >;
  /**
   * The connection that carries a file says (without `offer`) that it is over: for one recipient, or, if it was
   * bringing the file, for all; no `why`: he has it. Or who offers says it, about `to` or about the whole offer.
   */
  'offer-end': Operation<
    { session: SessionId; offer?: number; to?: Name; why?: OfferFailure },
    void,
    'unknown-offer'
  >;

  // Money: whole dollars, 0 to 2^53-1
  /** Sets the balance of the session's user and writes it into the ledger. */
  'balance-set': Operation<
    { session: SessionId; amount: number },
    Balances,
    'bad-amount' | 'not-entered'
  >;
  funds: Operation<{ session: SessionId }, { balance: number }, 'no-account' | 'not-entered'>;
  transfer: Operation<
    { session: SessionId; to: Name; amount: number },
    Balances,
    | 'insufficient'
    | 'to-oneself'
    | 'not-connected'
    | 'recipient-no-account'
    | 'no-account'
    | 'bad-amount'
    | 'too-much'
    | 'not-entered'
  >;
}

export type OperationName = keyof Operations;

/** A command: what is to be done, with its data. */
export type Command<K extends OperationName = OperationName> = {
  [P in K]: { readonly do: P } & Readonly<Operations[P]['input']>;
}[K];

/** `storage`: it could not be made to last. `overloaded`: try later. `internal`: our bug, logged. */
export type CommonRefusal = 'storage' | 'overloaded' | 'internal';

/** What became of a command. */
export type Outcome<K extends OperationName = OperationName> = {
  [P in K]: Result<Operations[P]['output'], Operations[P]['refusal'] | CommonRefusal>;
}[K];

/** What a session may submit. The server fulfils it; tests fake it. */
export interface Hub {
  /**
   * Applies a command after all that were submitted before it. `done` is called once, after the outcome is
   * committed and before any event that the command causes is told to anybody.
   * `key`: the client's own for "once only"; a repeat within 24 h gets the first outcome and changes nothing.
   */
  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    key?: string,
  ): void;
}

// What a session may ask of the hub: every operation as one table, and the types of commands and outcomes from it.
// long because every operation of the hub stands here with its answer and its refusals, and nowhere else

import type {
  Actor,
  Address,
  Conversation,
  ConversationRef,
  CredentialId,
  CredentialInfo,
  FileHash,
  FileRef,
  HistoryEntry,
  Name,
  OfferFailure,
  RecipientId,
  Result,
  RoomName,
  SessionId,
  User,
} from './model';
import type {
  ListedRow,
  Listing,
  ModerationAct,
  ModerationRefusal,
  Moderator,
  Role,
  RoomAct,
  RoomInfo,
} from './moderation';

/**
 * What an operation does to the database. `memory`: it is answered from what the hub holds in memory and seldom asks
 * the database, so it needs no transaction. `reads`: it changes nothing, so there is nothing to undo. `writes`: it
 * may change something, so it gets a savepoint of its own.
 */
export type Effect = 'memory' | 'reads' | 'writes';

/** Of what there is so much a second for one connection, account and address (`limits.quota.rates`); `requests` are all. */
export type RateKind = 'requests' | 'messages' | 'names' | 'registrations' | 'rooms' | 'moderation';

interface Operation<Input, Output, Refusal extends string, NeedsSession extends boolean = boolean> {
  readonly effect: Effect;
  /** It tells what has happened already, so it is never refused for load. */
  readonly isOwed: boolean;
  /** The hub refuses it as `not-entered` unless its session has entered. */
  readonly needsSession: NeedsSession;
  /** It stores what stays: where it would last, it is refused as `storage` while too little of the disk is free. */
  readonly grows: boolean;
  /** What a peer is counted for who asks for it. Undefined: it may be asked for as often as the journal takes it. */
  readonly rate: Exclude<RateKind, 'requests'> | undefined;
  /** For the type checker only; never there at run time. */
  readonly types?: { readonly input: Input; readonly output: Output; readonly refusal: Refusal };
}

type Open<Input, Output, Refusal extends string> = Operation<Input, Output, Refusal, false>;

const memory = <Input, Output, Refusal extends string = never>(): Open<Input, Output, Refusal> => ({
  effect: 'memory',
  rate: undefined,
  isOwed: false,
  needsSession: false,
  grows: false,
});

const reads = <Input, Output, Refusal extends string = never>(): Open<Input, Output, Refusal> => ({
  effect: 'reads',
  rate: undefined,
  isOwed: false,
  needsSession: false,
  grows: false,
});

const writes = <Input, Output, Refusal extends string = never>(): Open<Input, Output, Refusal> => ({
  effect: 'writes',
  rate: 'messages',
  isOwed: false,
  needsSession: false,
  grows: false,
});

/** Writes what stays. */
const stores = <Input, Output, Refusal extends string = never>(): Open<Input, Output, Refusal> => ({
  ...writes(),
  grows: true,
});

/** It is counted as something else than a message, or not at all. */
const rated = <Input, Output, Refusal extends string>(
  rate: Exclude<RateKind, 'requests'> | undefined,
  operation: Open<Input, Output, Refusal>,
): Open<Input, Output, Refusal> => ({ ...operation, rate });

const owed = <Input, Output, Refusal extends string>(
  operation: Open<Input, Output, Refusal>,
): Open<Input, Output, Refusal> => ({ ...operation, isOwed: true, rate: undefined });

/** The operation is one of a session that has entered: the command names the session. */
const entered = <Input, Output, Refusal extends string>({
  effect,
  isOwed,
  grows,
  rate,
}: Open<Input, Output, Refusal>): Operation<
  Input & { readonly session: SessionId },
  Output,
  Refusal | 'not-entered',
  true
> => ({ effect, isOwed, rate, needsSession: true, grows });

/** An operation that needs nothing but the session. */
type NoInput = object;

/** One file that waits for a recipient. */
export interface WaitingFile extends FileRef {
  readonly serial: number;
}

/** A balance before and after a change, in whole dollars. */
export interface Balances {
  readonly before: number;
  readonly after: number;
}

/** A key that an account gets. */
export interface NewKey {
  /** The key's SHA-256, in lower-case hexadecimal. */
  readonly hash: string;
  /** What its owner will know it by. */
  readonly label: string;
}

/** A code that lets somebody register once. Times are in seconds since 1970. */
export interface InviteInfo {
  readonly id: number;
  readonly label: string;
  readonly madeAt: number;
  readonly endsAt: number;
}

/** A user who is in a room now. */
export interface RoomMember {
  readonly name: Name;
  readonly kind: 'account' | 'guest';
  /** The dialect by which they came in. */
  readonly dialect: string;
}

/** The name that a guest asks for: a certain one, or the lowest free number of a range (relay). */
export type NameRequest =
  { readonly name: Name } | { readonly lowest: readonly [from: number, to: number] };

/**
 * Every operation of the hub. Commands are plain data: they are ordered, logged and applied by machines that
 * never saw the connection, so nothing in them may depend on where they are applied.
 */
export const operations = {
  // Accounts
  /**
   * Durable. `born` is a real date as DD/MM/YYYY, checked by the dialect. `host`: the address it came from. `key`: the
   * account's first key. The same name with the same key is the same request again: it succeeds and changes nothing.
   * `invite`: the SHA-256 of a code that is used up by it. `servesFiles`:
   * see `account-serves-files`.
   */
  register: rated(
    'registrations',
    stores<
      {
        name: Name;
        fullName: string;
        born: string;
        host: string;
        key?: NewKey;
        invite?: string;
        servesFiles?: true;
      },
      void,
      'name-taken' | 'bad-invite' | 'not-allowed' | 'banned'
    >(),
  ),
  /**
   * Durable. Erases all that waits for the account. `elsewhere`: the account is connected from another host. An account
   * that has a credential goes only by a session of its own, or by one that was proved.
   */
  unregister: rated(
    'registrations',
    writes<
      { account: Name; host: string; session?: SessionId; credential?: CredentialId },
      void,
      'unknown-user' | 'elsewhere' | 'not-allowed'
    >(),
  ),
  /**
   * Whether a request that sends or asks in the name of the session's account must show a credential. `required` sets
   * it; without it nothing changes. An account that has none never requires one.
   */
  'credential-required':
    entered(writes<{ required?: boolean }, { required: boolean }, 'no-account'>()),

  // Credentials: what the hub stores of them is hashes, and what commands name is the one that was proved
  /** The account's credentials, in the order in which they were made. */
  credentials: reads<
    { by: Actor },
    { credentials: readonly CredentialInfo[] },
    'unknown-user' | 'not-allowed' | 'no-account'
  >(),
  /**
   * Durable. `hash`: a key's SHA-256, or a password's argon2id. A key that is there already is the same request again; a
   * password takes the place of the one before. `host`: an account that has no credential yet gets its first by the same
   * right by which it could be unregistered. A recovery code that was proved is used up.
   */
  'credential-add': rated(
    'registrations',
    stores<
      { by: Actor; host: string; kind: 'key' | 'password'; hash: string; label: string },
      { id: CredentialId },
      'unknown-user' | 'not-allowed' | 'no-account' | 'elsewhere' | 'too-many'
    >(),
  ),
  /** Durable. New recovery codes, as SHA-256, instead of those before. */
  'recovery-renew': rated(
    'registrations',
    stores<
      { by: Actor; hashes: readonly string[] },
      void,
      'unknown-user' | 'not-allowed' | 'no-account' | 'no-credential'
    >(),
  ),
  /**
   * Durable. The credential is good no more: sessions and call-backs that it opened end. `last`: nothing would be left
   * to come in with.
   */
  'credential-revoke': rated(
    'registrations',
    writes<
      { by: Actor; id: CredentialId },
      void,
      'unknown-user' | 'not-allowed' | 'no-account' | 'unknown-credential' | 'last'
    >(),
  ),
  /** It was shown now. Asked for at most once in `limits.credentials.usedMs`. */
  'credential-used': rated(undefined, writes<{ credential: CredentialId }, void>()),
  /**
   * The operator's: all credentials of an account go, with the sessions and call-backs that they opened, and one
   * recovery code takes their place. `hash`: its SHA-256.
   */
  'credentials-reset': rated(
    undefined,
    stores<{ account: Name; hash: string }, void, 'unknown-user'>(),
  ),

  // Invite codes: each lets somebody register once. The operator's, who says who else may make them.
  /** Durable. `hash`: the code's SHA-256. `endsAt`: in seconds since 1970. `label`: whom it is for, or who made it. */
  'invite-make': stores<
    { hash: string; label: string; endsAt: number },
    { id: number },
    'too-many'
  >(),
  /** The codes that are still good, oldest first. */
  invites: reads<NoInput, { invites: readonly InviteInfo[] }>(),
  'invite-revoke': writes<{ id: number }, void, 'unknown-invite'>(),

  // Presence by call-back address (durable: an address, not a socket)
  /** Makes the account reachable at an address until it is closed or a dial fails. */
  'callback-open': writes<
    {
      account: Name;
      credential?: CredentialId;
      address: Address;
      dialect: string;
      machine: string;
    },
    void,
    'unknown-user' | 'already-connected' | 'not-allowed' | 'banned'
  >(),
  'callback-close': writes<
    { account: Name; credential?: CredentialId; host: string },
    void,
    'unknown-user' | 'not-connected' | 'elsewhere' | 'not-allowed'
  >(),
  /** A dial failed. `opened` is the call-back's own number, so that a later CONNECT is not undone. */
  'callback-lost':
    owed(writes<{ recipient: RecipientId; opened: number }, void, 'not-connected'>()),
  /** The account's call-back wants attachments announced as such. `port`: only if that is where it listens. */
  'callback-wants-files': writes<
    { account: Name; credential?: CredentialId; host: string; port?: number },
    void,
    'unknown-user' | 'not-connected' | 'not-allowed'
  >(),

  /**
   * The account's program hands out at its call-back's address the files that it sends, and wants those of others
   * announced: for every call-back of the account, from now on.
   */
  'account-serves-files': writes<
    { account: Name; credential?: CredentialId },
    void,
    'unknown-user' | 'not-allowed'
  >(),

  // Presence by session (volatile)
  /**
   * The connection takes a name as a guest. `collision`: `rename` gives `name~2` where the name is in use; `refuse`
   * answers `name-taken`. `deaf`: it cannot be told anything (a relay emitter). `hearsFor`: private messages to
   * that name come here; `below`: to the number that much below its own (a relay display, for its emitter).
   */
  enter: rated(
    'names',
    writes<
      {
        session: SessionId;
        wanted: NameRequest;
        collision: 'rename' | 'refuse';
        dialect: string;
        machine: string;
        address: Address;
        deaf?: boolean;
        hearsFor?: Name | { readonly below: number };
      },
      { name: Name },
      'name-taken' | 'none-free' | 'already-entered' | 'not-allowed' | 'banned'
    >(),
  ),
  /** Whether a guest could take this name now. Only `enter` takes it. */
  'name-free': reads<{ name: Name }, { free: boolean }>(),
  /**
   * The connection becomes an account's, by a credential that was proved. A recovery code is used up by it. `key`: one
   * that the account gets with it, so that nobody is left outside by a lost reply. `watches`: it is told of everybody who
   * comes and goes, as `watch` has it.
   */
  login: rated(
    'names',
    writes<
      {
        session: SessionId;
        account: Name;
        credential: CredentialId;
        key?: NewKey;
        dialect: string;
        machine: string;
        address: Address;
        watches?: boolean;
      },
      { name: Name },
      'unknown-user' | 'not-allowed' | 'already-entered' | 'too-many' | 'banned'
    >(),
  ),
  /**
   * A guest takes another name, and stays what they are everywhere: in each of their rooms the others are told that the old
   * name left and that the new one joined. Refused while they may not speak: else they could do so under a new name.
   */
  rename: entered(
    rated(
      'names',
      writes<{ name: Name }, { name: Name }, 'name-taken' | 'not-allowed' | 'muted' | 'banned'>(),
    ),
  ),
  /** The connection is gone: it leaves its rooms, and a guest's messages are erased. Never refused. */
  leave: owed(writes<{ session: SessionId }, void>()),
  /** From now on this session is told of everybody who comes and goes. */
  watch: entered(writes<NoInput, void>()),

  // Lists
  /** Everybody who can be reached, in the order in which they came. */
  users: reads<
    { asker: Actor | { readonly host: string } },
    { users: readonly User[] },
    'unknown-user' | 'not-connected' | 'not-allowed'
  >(),

  // Rooms
  /** Creates an open room and nothing else. Reserved and used names are taken. Volatile. */
  'room-create': entered(
    rated('rooms', writes<{ room: RoomName }, void, 'room-exists' | 'too-many'>()),
  ),
  /**
   * Joins an open room. `only`: leaves every other open room first. `mute`: is not told what is said there.
   * Where the session is in the room already, the others are told that it left and that it joined.
   */
  'room-join':
    entered(
      writes<{ room: RoomName; only?: boolean; mute?: boolean }, void, 'unknown-room' | 'banned'>(),
    ),
  'room-leave': entered(writes<{ room: RoomName }, void, 'not-member'>()),
  /** Open rooms in the order of creation; reserved ones only while they have members. */
  rooms: reads<{ session: SessionId }, { rooms: readonly RoomName[] }>(),
  /** Open rooms as `rooms` has them, with how many sessions are in each, and its topic. */
  'rooms-counted': rated(
    'messages',
    reads<
      { session: SessionId },
      {
        rooms: readonly {
          readonly room: RoomName;
          readonly members: number;
          readonly topic: string;
        }[];
      }
    >(),
  ),
  /** Everybody who is in an open room, or here in a group of the session's user, each once, in the order in which they came. */
  'room-members': entered(
    rated(
      'messages',
      reads<{ room: RoomName }, { members: readonly RoomMember[] }, 'unknown-room'>(),
    ),
  ),
  /**
   * Says something aloud to the members of a room; without `room`, to the one open room the session is in.
   * A session that speaks must be a member, but need not be told what is said there. In a group it lasts, so it writes.
   * `serial`: its place in the history, where that is kept.
   */
  say: entered(
    memory<
      { room?: RoomName; text: string; raw?: Uint8Array; reference?: number; reply?: number },
      { room: RoomName; serial?: number },
      'not-member' | 'too-long' | 'muted'
    >(),
  ),

  // Groups: only the creator invites, anyone leaves. Durable for accounts, else volatile.
  'group-create': entered(
    rated('rooms', stores<{ group: RoomName }, void, 'room-exists' | 'too-many'>()),
  ),
  'group-invite':
    entered(
      stores<
        { group: RoomName; to: Name },
        void,
        | 'unknown-room'
        | 'not-creator'
        | 'unknown-user'
        | 'already-member'
        | 'banned'
        | 'muted'
        | 'too-many'
      >(),
    ),
  /** `too-many`: the group is full; the invitation stays good. */
  'group-accept':
    entered(
      stores<{ group: RoomName }, void, 'unknown-room' | 'not-invited' | 'banned' | 'too-many'>(),
    ),
  'group-decline': entered(writes<{ group: RoomName }, void, 'unknown-room' | 'not-invited'>()),
  'group-leave': entered(writes<{ group: RoomName }, void, 'unknown-room' | 'not-member'>()),
  'group-list':
    entered(
      reads<
        NoInput,
        {
          groups: readonly {
            readonly name: RoomName;
            /** Whether the asker created it and may invite. */
            readonly creates: boolean;
            readonly members: readonly Name[];
          }[];
        }
      >(),
    ),

  // Private messages
  /**
   * Accepts a message for an account (durable, kept while its user is away) or for a guest who is here (volatile).
   * `waiting`: no outlet can take it now.
   */
  direct: stores<
    {
      from: Actor;
      to: Name;
      text: string;
      raw?: Uint8Array;
      file?: FileRef;
      /** Not beside `file`. */
      fileAtSender?: string;
      reference?: number;
      /** The serial of what it answers; one of another conversation is left out. */
      reply?: number;
      /** The dialect it came in by. */
      origin: string;
    },
    { id: number; serial: number; waiting: boolean },
    'unknown-sender' | 'unknown-user' | 'full' | 'too-long' | 'not-allowed' | 'banned' | 'muted'
  >(),
  /** Whether `direct` would take a message with a file now; asked before the file is brought. */
  'may-send-file': rated(
    'messages',
    reads<
      { from: Actor; to: Name },
      void,
      'unknown-sender' | 'unknown-user' | 'full' | 'not-allowed' | 'banned' | 'muted'
    >(),
  ),
  /** Delivery's word on a message: it was delivered, or never will be. */
  settle:
    owed(
      writes<
        {
          recipient: RecipientId;
          serial: number;
          status: 'delivered' | 'failed';
          /** The recipient blocks its sender and was told nothing: its file goes too. */
          unseen?: boolean;
        },
        void,
        'unknown-message'
      >(),
    ),
  /** Which of these messages, all sent by the session's user, wait to be delivered. */
  undelivered: entered(reads<{ serials: readonly number[] }, { waiting: readonly number[] }>()),

  // Signals
  /** Tells a connected guest of the session's own dialect something that only this dialect understands. */
  signal:
    entered(
      reads<{ to: Name; signal: string; numbers: readonly number[] }, void, 'unknown-user'>(),
    ),

  // Attachments
  /** The newest file that `from` sent `account` under `id` and that was not taken yet. */
  'file-find': reads<
    {
      account: Name;
      from: Name;
      id: number;
      host?: string;
      session?: SessionId;
      credential?: CredentialId;
    },
    WaitingFile,
    'unknown-user' | 'unknown-file' | 'elsewhere' | 'not-allowed'
  >(),
  /** The file of an entry that the asker may read: it stays as long as its entry does, however often it is fetched. */
  'history-file': reads<
    { asker: Actor; serial: number },
    FileRef,
    'unknown-sender' | 'not-allowed' | 'unknown-file'
  >(),
  /** The oldest file of this name that waits for `account`, who asks from the host of its call-back. */
  'file-named': reads<
    { account: Name; fileName: string; host: string; credential?: CredentialId },
    WaitingFile,
    'unknown-user' | 'unknown-file' | 'elsewhere' | 'not-allowed'
  >(),
  /**
   * The files that came with delivered messages for the session's user and were not taken: the oldest of them, at most
   * `limits.hub.attachmentsListed`. `after`: those behind the file of that serial.
   */
  'files-waiting':
    entered(
      reads<{ after?: number }, { files: readonly (WaitingFile & { readonly from: Name })[] }>(),
    ),
  /** The recipient has taken the whole of it, or does not want it. */
  'file-taken': owed(writes<{ serial: number }, void, 'unknown-file'>()),
  /** Erases files that came `before`, in ms since 1970: at most so many. */
  'file-expire': writes<{ before: number; most: number }, { more: boolean }>(),

  // File offers: each recipient decides before a byte is sent. Volatile: they live with the sessions.
  /**
   * Offers a file to users, or to the members of a room to which the session belongs. `tokenHash`: the SHA-256 of what
   * the connection that brings the file will show. `asked`: users who have an offer now. `elsewhere`: users who came
   * by doors that know no offers, or are away; the file is brought for them too. `unknown`: names of no user.
   */
  offer:
    entered(
      writes<
        {
          to: readonly Name[] | { readonly room: RoomName; readonly names?: readonly Name[] };
          /** Other offers of the session: who was asked there, and has not settled it, is not asked again. */
          beside?: readonly number[];
          file: { readonly name: string; readonly size: number };
          tokenHash: string;
        },
        {
          offer: number;
          asked: readonly Name[];
          elsewhere: readonly Name[];
          unknown: readonly Name[];
        },
        'nobody' | 'not-member' | 'too-many' | 'muted'
      >(),
    ),
  /** The recipient of a file that waits with a message fetches it as if it had been offered and accepted. */
  'offer-waiting':
    entered(writes<{ serial: number; tokenHash: string }, { offer: number }, 'unknown-file'>()),
  /** `tokenHash`: the SHA-256 of what the connection that fetches the file will show. */
  'offer-answer':
    entered(
      writes<
        { offer: number } & ({ accept: true; tokenHash: string } | { accept: false }),
        void,
        'unknown-offer'
      >(),
    ),
  /**
   * A connection of its own begins to carry an offered file; its token is good once. Where the answer has no hash,
   * the connection brings the file, else it fetches it.
   */
  'offer-open': rated(
    undefined,
    writes<
      { session: SessionId; tokenHash: string },
      {
        offer: number;
        file: { readonly name: string; readonly size: number; readonly hash?: FileHash };
      },
      'unknown-offer'
    >(),
  ),
  /** The connection that carries it has brought the whole file. */
  'offer-stored': rated(
    undefined,
    writes<{ session: SessionId; offer: number; hash: FileHash }, void, 'unknown-offer'>(),
  ),
  /**
   * Without `offer`, the connection that carries a file says that it is over: for one recipient, or, if it was
   * bringing the file, for all; no `why` means that the recipient has the file. With `offer`, the session that offers
   * says it, about `to` or about the whole offer.
   */
  'offer-end':
    owed(
      writes<
        { session: SessionId; offer?: number; to?: Name; why?: OfferFailure },
        void,
        'unknown-offer'
      >(),
    ),

  // Money: whole dollars, 0 to 2^53-1
  /** Sets the balance of the session's user and writes it into the ledger. */
  'balance-set': entered(stores<{ amount: number }, Balances, 'bad-amount'>()),
  funds: entered(reads<NoInput, { balance: number }, 'no-account'>()),
  /** The balance that is kept for a name, for those who may enter under it as guests; 0 where there is none. */
  'funds-kept': reads<{ name: Name }, { balance: number }, 'name-taken'>(),
  transfer:
    entered(
      stores<
        { to: Name; amount: number },
        Balances,
        | 'insufficient'
        | 'to-oneself'
        | 'not-connected'
        | 'recipient-no-account'
        | 'no-account'
        | 'bad-amount'
        | 'too-much'
      >(),
    ),

  // History: what was said in the conversations of the one who asks
  /**
   * A page of a conversation, oldest first: the newest entries before the serial `before`, or the oldest after `after`,
   * and of those what came from `since` until before `until`, in ms. `more`: others lie beyond the page.
   */
  history: rated(
    'messages',
    reads<
      {
        asker: Actor;
        of: ConversationRef;
        before?: number;
        after?: number;
        since?: number;
        until?: number;
        most: number;
      },
      { conversation?: Conversation; entries: readonly HistoryEntry[]; more: boolean },
      'unknown-sender' | 'not-allowed' | 'unknown-user' | 'unknown-room' | 'not-member'
    >(),
  ),
  /**
   * The conversations of the one who asks, newest first: private ones, groups, and rooms that are kept. `newest`: the
   * serial of the last entry; `unread` is counted up to `limits.history.unreadCounted`.
   */
  conversations: rated(
    'messages',
    reads<
      { asker: Actor; before?: number; most: number },
      {
        conversations: readonly (Conversation & {
          readonly newest: number;
          readonly seen: number;
          readonly unread: number;
          /** The log's position of the last change of an entry; 0: there was none. */
          readonly changed: number;
        })[];
        more: boolean;
      },
      'unknown-sender' | 'not-allowed'
    >(),
  ),
  /**
   * Entries with all of these words, newest first, in all that the asker may read: `beginning*` and `"in a row"` are
   * understood. `next`: go on with that as `before`; absent where there is no more.
   */
  search: rated(
    'messages',
    reads<
      {
        asker: Actor;
        words: string;
        of?: ConversationRef;
        from?: Name;
        since?: number;
        until?: number;
        before?: number;
        most: number;
      },
      {
        found: readonly { readonly in: Conversation; readonly entry: HistoryEntry }[];
        next?: number;
      },
      | 'unknown-sender'
      | 'not-allowed'
      | 'unknown-user'
      | 'unknown-room'
      | 'not-member'
      | 'bad-words'
    >(),
  ),
  /**
   * The entries of a conversation that were changed behind a position in the log, in the order of their last changes;
   * `upTo`: go on behind that.
   */
  'history-changes': rated(
    'messages',
    reads<
      { asker: Actor; of: ConversationRef; after: number; most: number },
      { entries: readonly HistoryEntry[]; upTo: number; more: boolean },
      'unknown-sender' | 'not-allowed' | 'unknown-user' | 'unknown-room' | 'not-member'
    >(),
  ),
  /** Who has what was said in a group, or in private: of `members`, which are all accounts there but its author. */
  received: rated(
    'messages',
    reads<
      { asker: Actor; serial: number },
      { members: number; got: readonly Name[] },
      'unknown-sender' | 'not-allowed' | 'unknown-message'
    >(),
  ),
  /** The author gives an entry another text, or takes it back: then nobody gets it any more who does not have it. */
  edit: stores<
    { from: Actor; serial: number; text: string; origin: string },
    void,
    'unknown-sender' | 'not-allowed' | 'unknown-message' | 'too-long' | 'muted'
  >(),
  delete: writes<
    { from: Actor; serial: number; origin: string },
    void,
    'unknown-sender' | 'not-allowed' | 'unknown-message'
  >(),
  /** Puts a mark, such as an emoji, to an entry that one may read, or takes it back. */
  react: stores<
    { from: Actor; serial: number; mark: string; on: boolean; origin: string },
    void,
    'unknown-sender' | 'not-allowed' | 'unknown-message' | 'too-many' | 'too-long' | 'muted'
  >(),
  /** The session's account has what was said up to `got`, and has read up to `seen`. Neither ever goes back. */
  mark: entered(
    writes<
      { conversation: number; got?: number; seen?: number },
      void,
      'no-account' | 'unknown-room'
    >(),
  ),
  /** The session's account belongs to an open room from now on, also while it is away; it must be in it to begin with. */
  'room-keep':
    entered(
      writes<
        { room: RoomName; on: boolean },
        void,
        'no-account' | 'unknown-room' | 'not-member' | 'too-many'
      >(),
    ),
  /**
   * Whether history is kept: of a room or group, which its creator says, or of the private conversations of the
   * session's account. Without `on` nothing changes.
   */
  'history-switch':
    entered(
      writes<
        { room?: RoomName; on?: boolean },
        { on: boolean },
        'no-account' | 'unknown-room' | 'not-creator'
      >(),
    ),
  // Moderation: every act leaves an entry in the audit log, in the same commit
  /** An act of somebody with a role. `count`: sessions, members or files that it ended; of `invite`, the code's number. */
  moderate: rated(
    'moderation',
    writes<{ by: Moderator; act: ModerationAct }, { count: number }, ModerationRefusal>(),
  ),
  /**
   * What a moderator may see: at most `most` rows behind `after`, which is what `next` was of the rows before. `since`:
   * of the audit log, what was done from then on, in seconds since 1970.
   */
  'moderation-list': reads<
    { by: Moderator; of: Listing; after?: string; since?: number; most: number },
    { rows: readonly ListedRow[]; next?: string },
    'not-allowed'
  >(),
  /** An act on a room or group by its creator, by an operator of it, or by an admin. */
  'room-moderate': entered(
    rated('moderation', stores<{ room: RoomName; act: RoomAct }, void, ModerationRefusal>()),
  ),
  /** What an open room, or a group of the session's user, has of rules. */
  'room-info': entered(reads<{ room: RoomName }, RoomInfo, 'unknown-room'>()),
  /** The role of the session's user. */
  role: entered(reads<NoInput, { role: Role }>()),
  /** From now on nothing of a person's is delivered to the session's user; they are not told. */
  block: entered(
    rated('moderation', stores<{ name: Name }, void, 'unknown-user' | 'oneself' | 'too-many'>()),
  ),
  unblock: entered(rated('moderation', writes<{ name: Name }, void, 'not-blocked'>())),
  blocks: entered(reads<NoInput, { names: readonly Name[] }>()),

  // The server's own
  /** How long history is kept, in ms, and how much of it, in bytes. 0 ms: none is. */
  'history-keep': writes<{ ms: number; bytes: number }, void>(),
  /** Writes down what was said in rooms a moment ago. What is there already stays as it is. */
  'history-add':
    owed(
      stores<
        {
          said: readonly {
            readonly room: RoomName;
            readonly serial: number;
            readonly author: number;
            readonly name: Name;
            readonly at: number;
            readonly text: string;
            readonly origin: string;
            readonly reply?: number;
          }[];
        },
        void
      >(),
    ),
  /** Puts the next entries into the index of words, at most so many. */
  'history-index': writes<{ most: number }, { more: boolean }>(),
  /** Removes what is older than kept, more than kept, or of nobody any more: at most so many entries. */
  'history-expire': writes<{ at: number; most: number }, { more: boolean }>(),
  /** Changes nothing and commits it: whether the disk still takes what must last. */
  'prove-commit': stores<NoInput, void>(),
  /** Forgets outcomes that were remembered `before`, in ms since 1970: at most so many. */
  'outcomes-expire': writes<{ before: number; most: number }, { more: boolean }>(),
  /** Gives free pages of what lasts back to the disk, or of what does not to the system, at most so many, and keeps some. */
  reclaim: writes<{ of: 'disk' | 'memory'; most: number; keep: number }, { more: boolean }>(),
  // Bounds
  /**
   * Stands for a command that a peer may not ask for, or not so often, in the order of that connection's commands: always
   * refused, as it says.
   */
  refuse: memory<
    { why: 'rate-limited' | 'not-allowed' | 'bad-invite' },
    never,
    'not-allowed' | 'bad-invite'
  >(),
} as const;

type Operations = typeof operations;

export type OperationName = keyof Operations;

/** The operations that only a session may ask for that has entered. */
export type SessionOperationName = {
  [K in OperationName]: Operations[K]['needsSession'] extends true ? K : never;
}[OperationName];

type Types<K extends OperationName> = NonNullable<Operations[K]['types']>;

/** What an operation gives where it is not refused. */
export type Output<K extends OperationName> = Types<K>['output'];

/** A command: what is to be done, with its data. */
export type Command<K extends OperationName = OperationName> = {
  [P in K]: { readonly do: P } & Readonly<Types<P>['input']>;
}[K];

/**
 * `storage`: it could not be made to last. `overloaded`: try later. `rate-limited`: this peer asks too often, try
 * later. `internal`: our bug, logged.
 */
export type CommonRefusal = 'storage' | 'overloaded' | 'rate-limited' | 'internal';

/** What became of a command. */
export type Outcome<K extends OperationName = OperationName> = {
  [P in K]: Result<Output<P>, Types<P>['refusal'] | CommonRefusal>;
}[K];

/** What a session may submit. The server fulfils it; tests fake it. */
export interface Hub {
  /**
   * Applies a command after all that were submitted before it. `done` is called once, after the outcome is
   * committed and before any event that the command causes is told to anybody; never, if the connection is lost first.
   * `idempotencyKey`: a repeat under the same key by the same account within 24 h gets the first outcome and changes
   * nothing. It means nothing where no account is proved to act.
   */
  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void;
}

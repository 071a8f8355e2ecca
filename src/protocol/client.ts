// The client's half of the contract: what the client program gives a dialect, and what it gets.
// long because it is the whole contract of a client, and its types speak of each other.

import type { Connection, ConnectionEvents } from './connection';
import type { Address, CredentialInfo, Result } from './model';

/** How an operation of a client ended; the command line turns it into an exit status. */
export type Ending =
  | 'done'
  | 'usage'
  | 'bad-data'
  | 'unknown-user'
  | 'unreachable'
  | 'unwritable'
  | 'try-later'
  | 'not-allowed';

/** A file of the user that is to be sent. */
export interface SourceFile {
  readonly name: string;
  readonly size: number;
  /** Closes the file. Sending it closes it too. */
  close(): void;
}

/** Why a file of the user cannot be sent. `no-file`: a device, a pipe, or something else without a size. */
export type Unreadable = 'missing' | 'folder' | 'forbidden' | 'no-file' | 'unreadable';

/** Something to show: lines for a user, one object for a program. The terminal escapes what peers sent. */
export interface Shown {
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  /** `request`: what the user did, repeated. `result`: its result. `incoming`: from others. `note`: from the client. */
  readonly kind: 'request' | 'result' | 'incoming' | 'note';
}

/** A client's connection: it can also carry files between the peer and the user's own folder. */
export interface ClientConnection extends Connection {
  /** Whether the peer's system has all that was written, as far as ours can say. The peer itself may not have read it. */
  readonly isAcknowledged: boolean;
  /** Ends our side once everything queued has left. `patient`: the peer may take any time to end its own. */
  end(patience?: 'patient'): void;
  /** Streams an opened file, showing progress. */
  sendSource(
    file: SourceFile,
    done: (result: Result<void, 'gone'>) => void,
    frame?: { readonly pieceBytes: number; wrap(piece: Uint8Array): readonly Uint8Array[] },
  ): void;
  /**
   * Saves `size` bytes under `path`, which the user gave, or under `name`, which the peer gave: then the name is made
   * safe and no file is overwritten. The file has a temporary name until it is whole. Progress is shown; while the
   * disk is behind, the connection is not read.
   */
  saveFile(target: { readonly name: string; readonly path?: string }, size: number): SaveSink;
}

export interface SaveSink {
  write(bytes: Uint8Array): void;
  /** `done` gets the path the file now has. */
  finish(done: (result: Result<string, 'unwritable' | 'wrong-size'>) => void): void;
  abandon(): void;
}

/**
 * What a dialect lacks to do what its user wants. `user`: as whom to send. `asker`: as whom to ask. `takeover`: leave to
 * end the user's session elsewhere. `registration`: the full name and the date of birth. `role`: which half of the
 * protocol to be. `state`: a place where keys can be kept.
 */
export type Missing = 'user' | 'asker' | 'takeover' | 'registration' | 'role' | 'state';

/**
 * The user's keys at this server. Only where one is kept is anything shown to a server: others never see a byte that
 * their protocol does not have.
 */
export interface AccountKeys {
  /** What is to be shown for an account; undefined: nothing. */
  of(alias: string): string | undefined;
  /**
   * A new key for an account that is to be registered, kept before it is shown to anybody; the same again until it is
   * known what became of it. Refused where it cannot be kept.
   */
  make(alias: string): Result<string, 'unwritable'>;
  /** The server has taken it. */
  confirm(alias: string, key: string): void;
  /** That key is no longer good, or never was. */
  drop(alias: string, key: string): void;
}

/** What is to be done about the credentials of an account. `secret`: what is shown for it instead of the kept key. */
export type CredentialRequest =
  | { readonly do: 'list' }
  | {
      readonly do: 'add-key';
      readonly key: string;
      readonly label: string;
      readonly secret?: string;
    }
  | { readonly do: 'revoke'; readonly id: number }
  | { readonly do: 'set-password'; readonly password: string; readonly secret?: string }
  | { readonly do: 'renew-recovery' };

export interface CredentialAnswer {
  readonly credentials?: readonly CredentialInfo[];
  /** Recovery codes, which are told this once. */
  readonly codes?: readonly string[];
}

/** What the client program gives a dialect. */
export interface ClientHost {
  readonly keys: AccountKeys;
  /** A code that lets somebody register, where the user has one. */
  readonly invite?: string | undefined;
  /** Opens a connection to the server (or to `address`). */
  dial(open: (connection: ClientConnection) => ConnectionEvents, address?: Address): void;
  /**
   * Starts the background listener for call-backs, on a free port of the local address that reaches the server.
   * `received` gets what the dialect's `Client.callback` has read from each call, and says when the user has it: false
   * where they could not get it.
   */
  listen(
    received: (incoming: unknown) => void | Promise<boolean>,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): void;
  /** Opens a file of the user for sending. */
  source(path: string): Result<SourceFile, Unreadable>;
  /** Paths of the user's own files that begin as typed, for completion. */
  paths(typed: string): readonly string[];
  show(shown: Shown): void;
  /** Shows what arrived, and says when the user has it: false where they could not get it. Undefined: at once. */
  hand(shown: Shown): Promise<boolean> | undefined;
  /** How the user can give what is missing, in the program's own words, without a full stop. */
  hint(missing: Missing): string;
  /** The prompt of the line being typed. */
  prompt(text: string): void;
  /** Asks the user. The answer is undefined if the user gives none, or if a script or a program is in their place. */
  ask(question: string, done: (answer: string | undefined) => void): void;
  /** Calls `then` after `ms`; the result cancels. */
  after(ms: number, then: () => void): () => void;
  /** Now, in milliseconds since 1970. */
  now(): number;
  /** A random text that nobody else has, of letters, digits, `-` and `_`. */
  secret(): string;
  /**
   * Ends the session. A connection that is still open is dropped, and its session is told `lost`: it shows nothing. Where
   * the ending is `unreachable`, the program may come back with a new session. `final`: the protocol wants the program
   * to end.
   */
  exit(ending: Ending, final?: 'final'): void;
}

export interface Listener {
  readonly port: number;
  /** Whether it still listens on the way to the server: a machine that moved may reach it from another address. */
  isOnTheWay?(): boolean;
  /** Hands a file of the user's out to one other user who calls for it, until it stops. */
  serve?(file: ServedFile): void;
  stop(): void;
}

/** A file that was sent, and stays with its sender: to whom, under which name, and where it is. */
export interface ServedFile {
  readonly to: string;
  readonly name: string;
  readonly path: string;
}

/** What the listener's side of a call is told of the caller, and what it can hand out. */
export interface Caller {
  /** Whether the call comes from the server's address. From elsewhere nothing counts but the question for a file. */
  readonly isServer: boolean;
  /** Sends the file of a name that was sent to `asker`, behind what `begin` makes of its size, and ends. False: none. */
  sendFile(asker: string, name: string, begin: (size: number) => Uint8Array): boolean;
}

/** As whom, at which server, and where there: from the command line or a URL. */
export interface Target {
  /** Where none is given, the last one who used this server. */
  readonly user?: string;
  /** A key or a password of the account of that name, where the user has one. */
  readonly secret?: string;
  readonly host: string;
  readonly port: number;
  /** Whether a dialect whose programs may pad their texts to a fixed length does so from the first one. */
  readonly padded?: boolean;
  /** The URL's path without its first slash, decoded: a room or a recipient. */
  readonly path: string;
}

/** An interactive session. */
export interface ClientSession {
  /**
   * A line was typed, at any time, also before the connection stands. `done` is called once what it asked for is over,
   * so that a script can go on; a script's exit status is its first `ending` that is not `done`.
   */
  typed(line: string, done: (ending: Ending) => void): void;
  /** Where the user was, for a session that comes back after this one has lost its server. */
  resume?(): Resumed;
  /** Candidates that complete the last word of what stands before the cursor. */
  complete?(before: string): readonly string[];
  /** The program wants to end (Ctrl-C, end of input): says goodbye, then calls `ClientHost.exit`. */
  leave(): void;
}

/** Where a user was, and as whom, when the server was lost. */
export type Resumed = Partial<Pick<Target, 'user' | 'path'>>;

/** Options of `chat connect`. A dialect ignores those that it has no use for. */
export interface ClientOptions {
  readonly target: Target;
  readonly interactive: boolean;
  readonly takeover: boolean;
  /** What arrives is settled by what becomes of it at `ClientHost.hand`: nothing may be held back. */
  readonly settles?: boolean;
  /** Whether only the protocol's own lines and prompts are wanted, also at a terminal. */
  readonly plain?: boolean;
  /** To end where the server is lost, rather than to come back. */
  readonly once?: boolean;
  /** Where the user was in the session before this one, which has lost the server. */
  readonly resumed?: Resumed;
  readonly fullName?: string;
  readonly born?: string;
  readonly role?: string;
}

/**
 * One message of `chat send`. `to`: a recipient or a room, empty where the URL names none. `text`: of one or more lines.
 * `attach`: the path of a file that goes with it; a dialect without files answers `usage`.
 */
export interface OutgoingMessage {
  readonly to: string;
  readonly text: string;
  /** What is to be said instead of the text, where it is none and the dialect takes any bytes. */
  readonly bytes?: Uint8Array;
  readonly attach?: string;
  /** Names the message where it may be sent again: a server that knows such names takes it once. */
  readonly key?: string;
  /** It may have been taken under its key before: it must not be sent without. */
  readonly isRepeat?: boolean;
}

/** What became of one message. */
export interface SendResult {
  readonly ending: Ending;
  /** The id that the server gave, where the dialect has one. */
  readonly id?: string;
  /** What the dialect's own client prints for it. */
  readonly line: string;
  /** The server has it, and has no answer for such a message: it counts as sent. */
  readonly isUnanswered?: boolean;
  /** It was asked for and not answered: the server may have it. To send it again could double it. */
  readonly isUncertain?: boolean;
  /** The server knows it by its key: to send it again under that doubles nothing. */
  readonly isKeyed?: boolean;
}

/** Sends messages one after the other, for `chat send`. */
export interface Sender {
  send(message: OutgoingMessage, done: (result: SendResult) => void): void;
  /** Nothing more will be sent. `done` is called when all is sent and the connection, if there is one, is over. */
  close(done: () => void): void;
}

/** Who is to be registered. `born`: DD/MM/YYYY. */
export interface Registration {
  readonly alias: string;
  readonly fullName: string;
  readonly born: string;
}

/** The client's half of a dialect. */
export interface Client {
  readonly defaultPort: number;
  /** Other schemes that lead to such a door, with the port that each means where a URL names none. */
  readonly schemes?: Readonly<
    Record<string, { readonly isSecure: boolean; readonly port: number }>
  >;
  /** Where its servers take a WebSocket that carries the dialect's bytes, as lines of text; absent: TCP carries them. */
  readonly webSocketPath?: string;
  /** The user in an example of a command, where a shell's `$USER` is none. */
  readonly exampleUser?: string;
  /**
   * `false` where a user is a number that one connection has: who used the server last is then not who sends next, since
   * that session may still have the number.
   */
  readonly remembersUser?: false;
  /** Whether its servers may be shown an account's key. `needed`: nobody comes in without. */
  readonly takesKeys?: true | 'needed';
  connect(host: ClientHost, options: ClientOptions): ClientSession;
  /** One-shot sending, as `target.user`. */
  send?(host: ClientHost, target: Target): Sender;
  /** Registers a user and shows the dialect's own line for what became of it. */
  register?(
    host: ClientHost,
    target: Target,
    who: Registration,
    done: (ending: Ending) => void,
  ): void;
  /** Takes a registration back, and shows the dialect's own line for it. */
  unregister?(
    host: ClientHost,
    target: Target,
    alias: string,
    done: (ending: Ending) => void,
  ): void;
  /**
   * Asks who is connected, as `alias` where the server wants to know who asks. Gives the names; shows only
   * the dialect's own line for a refusal.
   */
  users?(
    host: ClientHost,
    target: Target,
    alias: string | undefined,
    done: (result: Result<readonly string[], Ending>) => void,
  ): void;
  /** Asks about what an account can be entered with; shows the dialect's own line for what became of it. */
  credentials?(
    host: ClientHost,
    target: Target,
    alias: string,
    request: CredentialRequest,
    done: (result: Result<CredentialAnswer, Ending>) => void,
  ): void;
  /** Bytes that one text may have. A longer one is refused before anything is sent. */
  readonly textBytes?: number;
  /** Whether one-shot sending takes bytes that are no text. */
  readonly takesBytes?: boolean;
  /**
   * The listener's side of a call-back connection, run in the background thread. It hands what it has read to
   * `received`, as plain data that can pass to another thread, and learns by `settled` whether the user has it.
   */
  callback?(
    connection: Connection,
    received: (incoming: unknown, settled: (isTaken: boolean) => void) => void,
    caller: Caller,
  ): ConnectionEvents;
}

// The one contract of a wire protocol: how its two sides behave, with no socket, clock, disk or chance.

import type { Inbox } from './bytes/inbox';
import type { Hub } from './hub';
import type { Address, Direct, FileHash, Notice, Receipt, Result, Said, SessionId } from './model';

// ---------------------------------------------------------------------------------- one connection

/** One connection as a dialect sees it, whichever side opened it. */
export interface Connection {
  readonly remote: Address;
  readonly local: Address;
  /** Queues bytes. What is written in one turn leaves in one segment, unless `apart` asks for its own. */
  write(bytes: Uint8Array, apart?: 'apart'): void;
  /** Ends our side once everything queued has left. */
  end(): void;
  /** Drops the connection at once (reset). */
  abort(): void;
  /** Asks for `woke` after `ms`; a new request replaces the old one, undefined cancels it. */
  wake(ms: number | undefined): void;
}

/** A connection of the server's, which can also carry files between the peer and the store. */
export interface Wire extends Connection {
  /**
   * Ends our side once everything queued has left. The peer then has `patienceMs` (`limits.closingMs` unless
   * told) to take what is on its way and to end its own; who sent a file gives more.
   */
  end(patienceMs?: number): void;
  /** Starts receiving a file: bytes pushed into the sink; while it is full this connection is not read. */
  receiveFile(size: number): Sink;
  /**
   * Sends a stored file, never more than a bounded piece ahead of the peer. `frame` wraps each piece (at most
   * `pieceBytes`) for the wire. `done` is called once: all of it is written, or it could not be read or sent.
   */
  sendFile(
    hash: FileHash,
    done: (result: Result<void, 'gone'>) => void,
    frame?: { readonly pieceBytes: number; wrap(piece: Uint8Array): readonly Uint8Array[] },
  ): void;
}

/** What happens on a connection, told to the session that owns it, one call at a time. */
export interface ConnectionEvents {
  /** Our dial succeeded (never called for accepted connections). */
  opened?(): void;
  /** Bytes arrived: take every whole message, leave the rest. */
  received(inbox: Inbox): void;
  /**
   * The peer ended its side cleanly, and all that it sent has been handed over. Nothing more will arrive; what we
   * write may still be read.
   */
  ended(): void;
  /** The connection is gone; nothing can be written. Called last, exactly once. */
  lost(why: 'closed' | 'refused' | 'reset' | 'slow'): void;
  /** The time asked for by `wake` has come. */
  woke?(): void;
}

/** A place that takes a file's bytes as they come. Closed by `finish` or `abandon`, which leaves nothing. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** The last byte was written: `done` is called once the file is on disk whole, under its hash. */
  finish(done: (result: Result<StoredFile, 'no-space' | 'too-large' | 'storage'>) => void): void;
  abandon(): void;
}

export interface StoredFile {
  readonly hash: FileHash;
  readonly size: number;
}

// ---------------------------------------------------------------------------------- the server's side

/** What the server gives each session: its connection, the hub, the console. */
export interface Host extends Wire, Hub {
  /** This connection's id, for the commands that name a session. */
  readonly session: SessionId;
  /** The machine that holds the connection. */
  readonly machine: string;
  /** The address of the server as peers know it. */
  readonly server: Address;
  /** Hub time as the session may know it: seconds since 1970 when this turn began. */
  readonly now: number;
  /** Answers in order: runs at once, or after the outcomes of all that this session has submitted. */
  inOrder(answer: () => void): void;
  /** A line on the server's console, without line end; `s> ` and the like are the dialect's. */
  print(line: string): void;
  /**
   * Bytes for the server's stdout as the peer sent them, escaped where that is a terminal. None is dropped:
   * while stdout does not take them, this connection is not read.
   */
  output(bytes: Uint8Array): void;
  /** Something the operator should know (stderr). */
  warn(line: string): void;
  /** A text that nobody can guess, of letters, digits, `-` and `_`. */
  secret(): string;
  /** Whether an address leads to one of this server's own doors, which it never calls. */
  isOwnDoor(address: Address): boolean;
}

/**
 * How delivery learns what became of a private message. `failed`: it is kept and tried again. `refused`: the
 * peer had it and would not take it; it is not tried again, and its sender is told that it failed.
 */
export type Settle = (result: 'delivered' | 'failed' | 'refused') => void;

/** The server's side of one connection. */
export interface Session extends ConnectionEvents {
  /** A private message for this session's user; `settle` is called exactly once, at any later time. */
  deliver?(message: Direct, settle: Settle): void;
  /** Something to be told; nothing is owed. */
  tell?(notice: Notice): void;
  /** What somebody said in a row, instead of `tell` for each; everybody in the room gets the same array. */
  tellAll?(run: readonly Said[]): void;
  /** The server stops: say goodbye as the dialect does and end. */
  closing?(): void;
}

/** What one call-back address has shown of itself, kept by delivery as long as the address lives. */
export interface CallMemory {
  /** Whether the peer ever ended a call by itself. */
  endsCalls: boolean;
  /** Whether the peer ever let a call stand until the waiting was over. */
  staysSilent?: boolean;
}

/** How a dialect reaches users who are not connected but left an address. */
export interface Callback {
  /** The calls that tell it, in order, one connection each. Empty: this dialect does not tell such a thing. */
  calls(telling: Direct | Receipt, wantsFiles: boolean): readonly Uint8Array[];
  /** One call on a fresh connection: says `content`, judges the end, settles once. */
  call(
    wire: Wire,
    content: Uint8Array,
    memory: CallMemory,
    settle: (result: 'delivered' | 'failed') => void,
  ): ConnectionEvents;
  /** The console's line for a private message that was delivered, or kept because it could not be. */
  printed(message: Direct, result: 'delivered' | 'failed'): string;
}

/** An option of `chat serve` that belongs to one dialect. */
export type DoorFlag =
  | { readonly name: string; readonly type: 'boolean'; readonly help: string }
  | {
      readonly name: string;
      readonly type: 'choice';
      readonly choices: readonly string[];
      readonly default: string;
      readonly help: string;
    };

export type DoorSettings = Readonly<Record<string, string | boolean>>;

/** The server's half of a dialect. */
export interface Door {
  readonly flags?: readonly DoorFlag[];
  /** The open room that is this dialect's public space, reserved for it: nobody can create it. */
  readonly room?: string;
  /** Connections are served one after the other instead of side by side. */
  readonly oneAtATime?: boolean;
  /** Written to the console when the door is open. `listening` is the address as the sources print it. */
  banner?(listening: Address): readonly string[];
  /** Drawn before each console line on a terminal, once after the banner on a pipe. */
  readonly prompt?: string;
  open(host: Host, settings: DoorSettings): Session;
  readonly callback?: Callback;
}

// ---------------------------------------------------------------------------------- the client's side

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

/** A file of the user's own that is to be sent. */
export interface SourceFile {
  readonly name: string;
  readonly size: number;
}

/** Something to show: lines for a person, one object for a program. Peers' text is escaped by the terminal. */
export interface Shown {
  readonly lines: readonly string[];
  readonly json: Readonly<Record<string, unknown>>;
  /** `request`: what the user did, echoed. `result`: its outcome. `incoming`: from others. `note`: ours. */
  readonly kind: 'request' | 'result' | 'incoming' | 'note';
}

/** A client's connection: it can also carry files between the peer and the user's own folder. */
export interface CallerWire extends Connection {
  /** Ends our side once everything queued has left. `patient`: the peer may take any time to end its own. */
  end(patience?: 'patient'): void;
  /** Streams an opened file, showing progress. */
  sendSource(
    file: SourceFile,
    done: (result: Result<void, 'gone'>) => void,
    frame?: { readonly pieceBytes: number; wrap(piece: Uint8Array): readonly Uint8Array[] },
  ): void;
  /**
   * Saves `size` bytes under `path` (given by the user) or under `name` (given by the peer: made safe, never
   * overwrites), first under a temporary name. Pushed bytes show progress; while full, the wire is not read.
   */
  saveFile(target: { readonly name: string; readonly path?: string }, size: number): SaveSink;
}

export interface SaveSink {
  write(bytes: Uint8Array): void;
  /** `done` gets the path the file now has. */
  finish(done: (result: Result<string, 'unwritable' | 'wrong-size'>) => void): void;
  abandon(): void;
}

/** What the client program gives a caller. */
export interface CallerHost {
  /** Opens a connection to the server (or to `address`). */
  dial(open: (wire: CallerWire) => ConnectionEvents, address?: Address): void;
  /**
   * Starts the background listener for call-backs on a free port of the local address that reaches the server;
   * what its side of the dialect (`Caller.callback`) understands comes to `heard`.
   */
  listen(
    heard: (incoming: unknown) => void,
    done: (result: Result<Listener, 'unavailable'>) => void,
  ): void;
  /** Opens a file of the user's for sending. */
  source(path: string): Result<SourceFile, 'unreadable'>;
  show(shown: Shown): void;
  /** The prompt of the line being typed. */
  prompt(text: string): void;
  /** Asks the person; undefined when there is nobody to ask. */
  ask(question: string, done: (answer: string | undefined) => void): void;
  /** Calls `then` after `ms`; the result cancels. */
  after(ms: number, then: () => void): () => void;
  /** Now, in milliseconds since 1970. */
  now(): number;
  /** Ends the program. */
  exit(ending: Ending): void;
}

export interface Listener {
  readonly port: number;
  stop(): void;
}

/** Whom and where: from the command line or a URL. */
export interface Target {
  readonly user?: string;
  readonly host: string;
  readonly port: number;
  /** The URL's path without its first slash, decoded: a room or a recipient. */
  readonly path: string;
}

/** An interactive session. */
export interface CallerSession {
  /** A line was typed; `done` once what it asked for is over, so that a script can go on. */
  typed(line: string, done: (ending: Ending) => void): void;
  /** Candidates that complete the last word of what stands before the cursor. */
  complete?(before: string): readonly string[];
  /** Ctrl-C, end of input, QUIT by the program: says goodbye; calls `CallerHost.exit` when it is over. */
  leave(): void;
}

/** Options of `chat connect` that a dialect may use; it ignores what it has no use for. */
export interface CallerOptions {
  readonly target: Target;
  readonly interactive: boolean;
  readonly takeover: boolean;
  readonly fullName?: string;
  readonly born?: string;
  readonly role?: string;
}

/** One message to send and exit. `attach`: a path. */
export interface Letter {
  readonly to: string;
  readonly text: string;
  readonly attach?: string;
}

/** What became of one letter. */
export interface Posted {
  readonly ending: Ending;
  /** The id that the server gave, where the dialect has one. */
  readonly id?: string;
  /** What the dialect's own client prints for it. */
  readonly line: string;
}

export interface Poster {
  post(letter: Letter, done: (posted: Posted) => void): void;
  /** Nothing more to send: `done` when the connection, if there is one, is over. */
  close(done: () => void): void;
}

/** Who is to be registered. `born`: DD/MM/YYYY. */
export interface Registration {
  readonly alias: string;
  readonly fullName: string;
  readonly born: string;
}

/** The client's half of a dialect. */
export interface Caller {
  readonly defaultPort: number;
  connect(host: CallerHost, options: CallerOptions): CallerSession;
  /** One-shot sending, as `target.user`. */
  post?(host: CallerHost, target: Target): Poster;
  /** Registers a user and shows the dialect's own line for what became of it. */
  register?(
    host: CallerHost,
    target: Target,
    who: Registration,
    done: (ending: Ending) => void,
  ): void;
  /** Takes a registration back, and shows the dialect's own line for it. */
  unregister?(
    host: CallerHost,
    target: Target,
    alias: string,
    done: (ending: Ending) => void,
  ): void;
  /**
   * Asks who is connected, as `alias` where the server wants to know who asks. Gives the names; shows only
   * the dialect's own line for a refusal.
   */
  users?(
    host: CallerHost,
    target: Target,
    alias: string | undefined,
    done: (result: Result<readonly string[], Ending>) => void,
  ): void;
  /** Bytes that one text may have; a longer one is refused before anything is sent. */
  readonly textBytes?: number;
  /** The listener's side of a call-back connection, run in the background thread. `heard` takes plain data. */
  callback?(wire: Connection, heard: (incoming: unknown) => void): ConnectionEvents;
}

// ---------------------------------------------------------------------------------- the dialect

/** One wire protocol, whole. */
export interface Dialect {
  /** Lower case; names the door flag, the URL scheme and the folder. */
  readonly name: string;
  readonly transport: 'tcp' | 'websocket';
  readonly door?: Door;
  readonly caller?: Caller;
}

/** Checks a dialect against the contract where it is defined, keeping its own precise type. */
export const defineDialect = <const D extends Dialect>(dialect: D): D => dialect;

// The one contract of a wire protocol: how its two sides behave, with no socket, clock, disk or chance.

import type { Client } from './client';
import type { Command, Hub } from './commands';
import type { ConnectionEvents, ServerConnection } from './connection';
import type {
  Address,
  Direct,
  Name,
  Notice,
  Proof,
  Receipt,
  Removed,
  Result,
  Said,
  SessionId,
} from './model';

export type * from './client';
export type * from './connection';

/**
 * Why nothing was proved. `not-allowed`: it is none of the account's credentials. `rate-limited`: this address has shown
 * too much that was wrong. `overloaded`: too many wait to be checked.
 */
export type ProofRefusal = 'unknown-user' | 'not-allowed' | 'rate-limited' | 'overloaded';

/** What the server gives each session: its connection, the hub, the console. */
export interface Host extends ServerConnection, Hub {
  /** This connection's id, for the commands that name a session. */
  readonly session: SessionId;
  /** The peer's host: for who does not need its port, which the system must be asked for. */
  readonly peerHost: string;
  /** The machine that holds the connection. */
  readonly machine: string;
  /** The address of the server as peers know it. */
  readonly server: Address;
  /** The hub's time: whole seconds since 1970. */
  readonly now: number;
  /** Submits what has happened already. It is never refused for load, and asked for again while the disk fails. */
  owe(command: Command): void;
  /**
   * Checks that the peer is an account's owner, by a key, a password or a recovery code; for the commands that name what
   * was proved. `done` comes after the outcomes of all commands that this session has submitted, at once where it can,
   * and never if our side ends first. Until then the session is given nothing more to take.
   */
  prove(account: Name, secret: string, done: (result: Result<Proof, ProofRefusal>) => void): void;
  /** Hashes a password that is to be set, in the same order. */
  hashPassword(password: string, done: (result: Result<string, 'overloaded'>) => void): void;
  /** Runs an answer at once, or after the outcomes of all commands that this session has submitted. */
  inOrder(answer: () => void): void;
  /** Prints a line on the server's console. It has no line end; a prefix such as `s> ` is the dialect's own. */
  print(line: string): void;
  /**
   * Writes bytes to the server's stdout as the peer sent them, escaped where that is a terminal. None is dropped:
   * while stdout does not take them, this connection is not read.
   */
  output(bytes: Uint8Array): void;
  /** Tells the operator something, on stderr. */
  warn(line: string): void;
  /** A random text that cannot be guessed, of letters, digits, `-` and `_`. */
  secret(): string;
  /** Whether the server calls such an address: not at a port of a system service, nor at one of its own doors. */
  mayCall(address: Address): boolean;
}

/**
 * How delivery learns what became of a private message. `failed`: it is kept and tried again. `refused`: the
 * peer had it and would not take it; it is not tried again, and its sender is told that it failed.
 */
export type Settle = (result: 'delivered' | 'failed' | 'refused') => void;

/**
 * The server's side of one connection. When it has ended its side or dropped the connection, it is told nothing more
 * but outcomes and `lost`, and what is delivered then counts as failed.
 */
export interface Session extends ConnectionEvents {
  /** A private message for this session's user. The session calls `settle` once, at any later time. */
  deliver?(message: Direct, settle: Settle): void;
  /** Something that the user is to be told. It needs no answer. */
  tell?(notice: Notice): void;
  /** Several messages of one user to a room, instead of `tell` for each. All sessions get the same array. */
  tellAll?(run: readonly Said[]): void;
  /** The user was put out: the session says so in its dialect, and the host ends it. Without this, the host drops it. */
  expelled?(removed: Removed): void;
  /** The server stops: the session says goodbye in its dialect and ends. */
  closing?(): void;
}

/** What is known of one call-back address. Delivery keeps it as long as it keeps the address. */
export interface CallMemory {
  /** Whether the peer ever ended a call by itself. */
  endsCalls: boolean;
  /** The peer is known to end the calls that it has taken: it asked for files to be announced. */
  isKnown?: boolean;
  /** Whether the peer ever let a call stand until our time was up. */
  staysSilent?: boolean;
}

/** How a dialect reaches users who are not connected but left an address. */
export interface Callback {
  /**
   * The calls that tell an event, in order, one connection each. None: this dialect does not tell such events.
   * `isProved`: the peer has ended a call before. Until then another service may listen at the address, perhaps one that
   * reads lines, and no line end of a text may reach it.
   */
  calls(event: Direct | Receipt, wantsFiles: boolean, isProved: boolean): readonly Uint8Array[];
  /** Makes one call on a new connection: writes `content`, judges by the end whether it was taken, settles once. */
  call(
    connection: ServerConnection,
    content: Uint8Array,
    memory: CallMemory,
    settle: (result: 'delivered' | 'failed') => void,
  ): ConnectionEvents;
  /** The console's line for a private message that was delivered, or kept because it could not be. */
  printed(message: Direct, result: 'delivered' | 'failed'): string;
}

/** An option of `chat serve` that belongs to one dialect, in the words of the command line's definitions. */
export type ServerFlag =
  | { readonly name: string; readonly type: 'boolean'; readonly description: string }
  | {
      readonly name: string;
      /** `https://chat.example.org`, several with commas between them. */
      readonly type: 'origins';
      readonly valueHint: string;
      readonly description: string;
    }
  | {
      readonly name: string;
      readonly type: 'enum';
      readonly options: readonly string[];
      readonly default: string;
      readonly description: string;
    };

export type ServerFlagValues = Readonly<Record<string, string | boolean>>;

/** The server's half of a dialect. */
export interface Server {
  readonly flags?: readonly ServerFlag[];
  /** The open room that is this dialect's public space, reserved for it: nobody can create it. */
  readonly room?: string;
  /**
   * A session has nothing to say or to do before its peer has sent something, and ends the connection of one who is silent
   * for `limits.net.requestMs`: it may be opened when something has come.
   */
  readonly isOpenedByPeer?: boolean;
  /** Connections are served one after the other instead of side by side. */
  readonly oneAtATime?: boolean;
  /** Written to the console when the door is open. `listening` is the address as the sources print it. */
  banner?(listening: Address): readonly string[];
  /** Drawn before each console line on a terminal, once after the banner on a pipe. */
  readonly prompt?: string;
  /** Whether no bytes are wrong here, so that a client of another dialect cannot be told from one of this one. */
  readonly takesAnything?: boolean;
  /**
   * Whether the first bytes that a peer sends are of a client of this dialect, and of no other. Undefined: they may
   * become such, and the next bytes decide.
   */
  isClient?(first: Uint8Array): boolean | undefined;
  /** How such a client is told something that has come to another dialect's door; absent where it has no words for it. */
  elsewhere?(line: string): Uint8Array;
  open(host: Host, settings: ServerFlagValues): Session;
  readonly callback?: Callback;
}

/** One wire protocol, whole. */
export interface Dialect {
  /** Lower case; names the door flag, the URL scheme and the folder. */
  readonly name: string;
  readonly transport: 'tcp' | 'websocket';
  readonly server?: Server;
  readonly client?: Client;
}

/** Checks a dialect against the contract where it is defined, keeping its own precise type. */
export const defineDialect = <const D extends Dialect>(dialect: D): D => dialect;

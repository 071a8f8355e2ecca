// A connection as a dialect sees it, whichever side opened it, and the files that it carries.

import type { Inbox } from './bytes/inbox';
import { limits } from './limits';
import type { Address, FileHash, Result } from './model';

/** A connection as a dialect sees it, whichever side opened it. */
export interface Connection {
  readonly remote: Address;
  readonly local: Address;
  /** Queues bytes. What is written in one turn leaves in one segment. `apart` asks for a segment of its own. */
  write(bytes: Uint8Array, apart?: 'apart'): void;
  /** Ends our side once everything queued has left. */
  end(): void;
  /** Drops the connection at once. The peer sees a reset. */
  abort(): void;
  /** Has `woke` called after `ms`. A new request replaces the old one, undefined cancels it. */
  wake(ms: number | undefined): void;
}

/** A connection of the server's, which can also carry files between the peer and the store. */
export interface ServerConnection extends Connection {
  /**
   * Ends our side once everything queued has left. The peer then has `lingerMs` (`limits.net.closingMs` by default)
   * to take what is on its way and to end its own side. A session that sent a file gives more time. The user has left
   * then: the host submits `leave`.
   */
  end(lingerMs?: number): void;
  /**
   * Starts receiving a file. The session writes its bytes into the sink; while the sink is full, this connection is
   * not read. `hopeless` is called at most once, and only before `finish`: the file will not be taken, and `finish`
   * says at once why not.
   */
  receiveFile(size: number, hopeless: () => void): Sink;
  /**
   * Sends a stored file. The next piece is read when the one before has left, so a slow peer costs one piece of memory.
   * `frame` makes of each piece, of at most `pieceBytes`, what goes on the wire. `done` is called once: all of the file
   * is written, or it cannot be read or sent.
   */
  sendFile(
    hash: FileHash,
    done: (result: Result<void, 'gone'>) => void,
    frame?: { readonly pieceBytes: number; wrap(piece: Uint8Array): readonly Uint8Array[] },
  ): void;
}

/**
 * What became of one attempt to take a message. `taken`: a message was taken, or a piece of a file. `more`: the next
 * message is not whole yet. `later`: it must wait for the outcome of a submitted command. The host tries again after
 * each outcome.
 */
export type Taken = 'taken' | 'more' | 'later';

/** Says after each message whether one more may be taken at once, with so many bytes left to take. */
export interface Turn {
  goesOn(left: number): boolean;
}

/** For a program with one peer, who need not wait for others. */
const endless: Turn = { goesOn: () => true };

/**
 * Lets a session take one message after the other, until there is none, the turn is over, or the connection takes
 * nothing more. Every host runs this loop, and no session has one of its own. Throws where a session says again and again
 * that it took something, and takes no byte: that is a bug of ours, and would never end.
 */
export function takeEach(
  events: ConnectionEvents,
  inbox: Inbox,
  connection: { readonly isClosed: boolean },
  turn: Turn = endless,
): Taken {
  let taken: Taken = 'taken';
  let inVain = 0;
  while (inbox.length > 0 && !connection.isClosed) {
    const { size } = inbox;
    taken = events.takeNext(inbox);
    // A session may need a step or two without a byte, as from one state to the next.
    inVain = inbox.size === size ? inVain + 1 : 0;
    if (inVain >= limits.net.takesInVain) throw new Error('a session takes nothing for ever');
    if (taken !== 'taken' || !turn.goesOn(inbox.length)) break;
  }
  // What came after our own end is thrown away. If it were kept, it could fill the inbox and hide the peer's end.
  if (connection.isClosed) inbox.takeAll();
  return taken;
}

/**
 * Why a connection is gone. `closed`: both sides ended, or we dropped it. `refused`: our dial came to nothing.
 * `reset`: the peer dropped it, or vanished. `slow`: the peer did not read what was written.
 */
export type LossReason = 'closed' | 'refused' | 'reset' | 'slow';

/** What happens on a connection. The session that owns it is told, one call at a time. */
export interface ConnectionEvents {
  /** Our dial succeeded. Never called for accepted connections. */
  opened?(): void;
  /** Takes the next message from what arrived and acts on it. The host calls it again as long as it took one. */
  takeNext(inbox: Inbox): Taken;
  /**
   * The peer ended its side cleanly, and all that it sent has been taken. Nothing more will arrive, but the peer may
   * still read what we write.
   */
  ended(): void;
  /** The connection is gone, and nothing can be written. Called last, exactly once. */
  lost(why: LossReason): void;
  /** The time asked for by `wake` has come. */
  woke?(): void;
}

/** A place that takes a file's bytes as they come. `finish` closes it, or `abandon`, which leaves nothing behind. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** All bytes were written, or no more will be. `done` is called once the whole file is on disk under its hash. */
  finish(
    done: (result: Result<StoredFile, 'no-space' | 'too-large' | 'too-slow' | 'storage'>) => void,
  ): void;
  abandon(): void;
}

export interface StoredFile {
  readonly hash: FileHash;
  readonly size: number;
}

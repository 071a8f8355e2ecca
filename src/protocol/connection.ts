// One connection as a dialect sees it, whichever side opened it, and the files that it carries.

import type { Inbox } from './bytes/inbox';
import type { Address, FileHash, Result } from './model';

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
export interface ServerConnection extends Connection {
  /**
   * Ends our side once everything queued has left. The peer then has `patienceMs` (`limits.net.closingMs` unless
   * told) to take what is on its way and to end its own; who sent a file gives more.
   */
  end(patienceMs?: number): void;
  /**
   * Starts receiving a file: bytes pushed into the sink; while it is full this connection is not read. `hopeless` is
   * called at most once, before `finish` was: the file will not be taken, and `finish` says at once why not.
   */
  receiveFile(size: number, hopeless: () => void): Sink;
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

/**
 * What became of one try to take a message. `taken`: one was, or a piece of a file. `more`: the next one is not whole
 * yet. `later`: it must wait for the outcome of a command that was submitted; the host tries again after each.
 */
export type Taken = 'taken' | 'more' | 'later';

/**
 * Lets the owner of a connection take one message after the other, until it cannot or the connection takes nothing
 * more. Every host runs this loop; no session has one of its own.
 */
export function takeEach(
  events: ConnectionEvents,
  inbox: Inbox,
  connection: { readonly isClosed: boolean },
): Taken {
  if (!events.takeNext) {
    events.received?.(inbox);
    return 'more';
  }
  let taken: Taken = 'taken';
  while (taken === 'taken' && inbox.length > 0 && !connection.isClosed) {
    taken = events.takeNext(inbox);
  }
  // What came behind our own end is nobody's: kept, it could fill the inbox and hide the peer's end.
  if (connection.isClosed) inbox.takeAll();
  return taken;
}

/**
 * Why a connection is gone. `closed`: both sides ended, or we dropped it. `refused`: our dial came to nothing.
 * `reset`: the peer dropped it, or vanished. `slow`: the peer did not read what was written.
 */
export type LossReason = 'closed' | 'refused' | 'reset' | 'slow';

/** What happens on a connection, told to the session that owns it, one call at a time. */
export interface ConnectionEvents {
  /** Our dial succeeded (never called for accepted connections). */
  opened?(): void;
  /** Bytes arrived: take every whole message, leave the rest. */
  received?(inbox: Inbox): void;
  /** Takes the next message from what arrived and acts on it. The host calls it again as long as it took one. */
  takeNext?(inbox: Inbox): Taken;
  /**
   * The peer ended its side cleanly, and all that it sent has been taken. Nothing more will arrive; what we
   * write may still be read.
   */
  ended(): void;
  /** The connection is gone; nothing can be written. Called last, exactly once. */
  lost(why: LossReason): void;
  /** The time asked for by `wake` has come. */
  woke?(): void;
}

/** A place that takes a file's bytes as they come. Closed by `finish` or `abandon`, which leaves nothing. */
export interface Sink {
  write(bytes: Uint8Array): void;
  /** The last byte was written, or none that counts: `done` is called once the file is on disk whole, under its hash. */
  finish(done: (result: Result<StoredFile, 'no-space' | 'too-large' | 'storage'>) => void): void;
  abandon(): void;
}

export interface StoredFile {
  readonly hash: FileHash;
  readonly size: number;
}

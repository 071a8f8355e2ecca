// One connection of the client's, as a dialect sees it: it takes what comes from a socket to the session that owns it.

import type { Wakeable } from '../net/clock';
import type { SocketEvents } from '../net/socket';
import type { TcpSocket } from '../net/tcp_socket';
import { Inbox } from '../protocol/bytes/inbox';
import { type LossReason, takeEach } from '../protocol/connection';
import type { Connection, ConnectionEvents } from '../protocol/dialect';
import { ProtocolError } from '../protocol/errors';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import type { Security } from './security';
import { sockets } from './sockets';

/** What carries the bytes: a connection, or a WebSocket on one. */
export type Carrier = Pick<
  TcpSocket,
  | 'abort'
  | 'end'
  | 'events'
  | 'isAcknowledged'
  | 'linger'
  | 'local'
  | 'pause'
  | 'queued'
  | 'remote'
  | 'resume'
  | 'watch'
  | 'write'
>;

const unknownAddress: Address = { host: '', port: 0 };

/** A connection may be written to and ended before it has a socket. What was written leaves when it has one. */
export class SocketConnection implements Connection, SocketEvents, Wakeable {
  readonly inbox = new Inbox();
  #events: ConnectionEvents | undefined;
  #socket: Carrier | undefined;
  /** Until the server has answered. */
  #security: Pick<Security, 'looksAt'> | undefined;
  #inboxBytes: number = limits.net.inboxBytes;
  #remote = unknownAddress;
  #local = unknownAddress;
  /** What was written before there was a socket. */
  #early: { readonly bytes: Uint8Array; readonly apart: boolean }[] = [];
  #earlyBytes = 0;
  /** How long the peer may be silent once our side has ended. Undefined until its end is asked for. */
  #lingerMs: number | undefined;
  #isClosed = false;
  /** Called once, when all that was written has left (true) or never can (false). */
  #onDrained: ((hasLeft: boolean) => void) | undefined;
  readonly #left = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  readonly #silentMs: number | undefined;

  /** `silentMs`: after how long a peer that acknowledges nothing is lost; undefined: when the system says so. */
  constructor(silentMs?: number) {
    this.#silentMs = silentMs;
  }

  get remote(): Address {
    return this.#remote;
  }
  get local(): Address {
    return this.#local;
  }
  /** Whether the connection is gone. */
  get isClosed(): boolean {
    return this.#isClosed;
  }
  /** Whether our side has been asked to end. */
  get isEnding(): boolean {
    return this.#lingerMs !== undefined;
  }
  /** Whether the peer's system has all that was written, as far as ours can say. */
  get isAcknowledged(): boolean {
    return this.#socket?.isAcknowledged ?? false;
  }
  /** Settled when all that was written has left and our side has ended, or the connection is gone. */
  get left(): Promise<void> {
    return this.#left.promise;
  }
  /** Settled when the connection is gone. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Names the session that is told what happens. */
  begin(events: ConnectionEvents): void {
    this.#events = events;
  }

  /**
   * The connection stands, on this socket. `security`: what looks at the first answer where TLS is not spoken.
   * `inboxBytes`: of how many bytes one message may be.
   */
  attach(
    socket: Carrier,
    security?: Pick<Security, 'looksAt'>,
    inboxBytes: number = limits.net.inboxBytes,
  ): void {
    this.#inboxBytes = inboxBytes;
    if (this.#isClosed) {
      socket.abort();
      return;
    }
    this.#socket = socket;
    this.#security = security;
    this.#remote = socket.remote;
    this.#local = socket.local;
    socket.events = this;
    if (this.#silentMs !== undefined) socket.watch(this.#silentMs);
    for (const { bytes, apart } of this.#early) socket.write(bytes, apart);
    this.#early = [];
    if (this.#lingerMs !== undefined) socket.end(this.#lingerMs);
    else if (socket.queued === 0) this.drained();
  }

  /** The dial came to nothing. */
  fail(): void {
    this.#close('refused');
  }

  // ---- what the session asks for

  write(bytes: Uint8Array, apart?: 'apart'): void {
    if (this.isEnding || this.#isClosed) return;
    if (this.#socket) {
      this.#socket.write(bytes, apart === 'apart');
      return;
    }
    this.#early.push({ bytes, apart: apart === 'apart' });
    this.#earlyBytes += bytes.length;
    if (this.#earlyBytes > limits.net.sendQueueBytes) this.#drop('slow');
  }

  end(patience?: 'patient'): void {
    if (this.isEnding) return;
    this.#lingerMs = patience === 'patient' ? Infinity : limits.net.closingMs;
    this.#socket?.end(this.#lingerMs);
  }

  abort(): void {
    this.#drop('closed');
  }

  wake(ms: number | undefined): void {
    if (!this.#isClosed) sockets.clock.wake(this, ms);
  }

  /** Calls `then(true)` once all that was written has left, or `then(false)` when the connection is gone. */
  whenDrained(then: (hasLeft: boolean) => void): void {
    if (this.#isClosed) queueMicrotask(() => then(false));
    else if (this.#socket?.queued === 0) queueMicrotask(() => then(true));
    else this.#onDrained = then;
  }

  /** Stops reading, or goes on. */
  setPaused(isPaused: boolean): void {
    if (isPaused) {
      this.#socket?.linger(Infinity);
      this.#socket?.pause();
    } else {
      this.#socket?.resume();
      this.#renewLinger();
    }
  }

  // ---- what the socket and the clock tell

  opened(): void {
    this.#tell((events) => events.opened?.());
  }

  data(bytes: Uint8Array): void {
    const security = this.#security;
    this.#security = undefined;
    if (security?.looksAt(bytes) === true) return this.#drop('refused');
    this.#renewLinger();
    this.inbox.push(bytes);
    this.#tell((events) => void takeEach(events, this.inbox, this));
    this.inbox.compact();
    // Nobody takes it: the peer sends a message that is longer than any may be.
    if (this.inbox.length > this.#inboxBytes) this.#drop('reset');
  }

  ended(): void {
    this.#tell((events) => events.ended());
  }

  drained(): void {
    this.#settleDrained(true);
  }

  finished(): void {
    this.#settleDrained(true);
    this.#left.resolve();
  }

  woke(): void {
    this.#tell((events) => events.woke?.());
  }

  lost(why: LossReason): void {
    this.#close(why);
  }

  // ---- inside

  /** The peer may go on speaking after our end, but not be silent for ever. */
  #renewLinger(): void {
    if (this.#lingerMs !== undefined) this.#socket?.linger(this.#lingerMs);
  }

  #settleDrained(hasLeft: boolean): void {
    const then = this.#onDrained;
    this.#onDrained = undefined;
    then?.(hasLeft);
  }

  #drop(why: LossReason): void {
    this.#close(why);
    this.#socket?.abort();
  }

  #close(why: LossReason): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    sockets.clock.wake(this, undefined);
    this.#early = [];
    this.#left.resolve();
    this.#over.resolve();
    // Later, because a session that drops its connection is in the middle of a call of its own.
    queueMicrotask(() => {
      this.#settleDrained(false);
      this.#events?.lost(why);
    });
  }

  /** Tells the session. A peer that broke the protocol loses its connection; a bug of ours ends the program. */
  #tell(what: (events: ConnectionEvents) => void): void {
    if (this.#isClosed || this.#events === undefined) return;
    try {
      what(this.#events);
    } catch (error) {
      this.#drop('reset');
      if (error instanceof ProtocolError) return;
      // Thrown outside of Bun's socket handlers, which would take it for an error of the socket.
      setImmediate(() => {
        throw error;
      });
    }
  }
}

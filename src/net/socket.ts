// A link: one Bun socket with a bounded queue; partial writes, drain, pause and lingering live here.

import type { Socket as BunSocket } from 'bun';

import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { normalHost } from './address';
import { Backlog, type Backlogs } from './backlog';
import type { Clock, Wakeable } from './clock';
import { SendQueue } from './send_queue';

/** What a conversation may do with the connection under it; a simulation has its own. */
export interface Socket {
  write(bytes: Uint8Array, apart: boolean): void;
  /** Ends our side when the queue has left, then waits a while for the peer's end. */
  end(patienceMs?: number): void;
  abort(): void;
  pause(): void;
  resume(): void;
  /** Bytes written and not yet taken by the system. */
  readonly queued: number;
  readonly remote: Address;
  readonly local: Address;
  /** Notices a peer that vanished without a word. */
  keepAlive(): void;
}

/** What happens on a connection that stands. */
export interface StandingSocketEvents {
  data(bytes: Uint8Array): void;
  /** The peer ended its side. */
  ended(): void;
  drained(): void;
  lost(why: 'closed' | 'refused' | 'reset' | 'slow'): void;
}

/** Hears how a dial went; its first word is the last. */
export interface Dialled {
  opened(socket: BunSocket<TcpSocket>): void;
  failed(): void;
}

/** What happens on the connection under a conversation. */
export interface SocketEvents extends StandingSocketEvents {
  opened(): void;
}

/** A link of any kind that holds what was written to it. */
interface Flushed {
  flush(): void;
}

/** Links that were written to in this turn: each writes once, when the turn's work is done. */
export class FlushQueue implements Backlogs {
  readonly #soon: (flush: () => void) => void;
  #dirty: Flushed[] = [];
  #scheduled = false;
  /** Bytes that wait for peers who do not read, over all links. */
  stuckBytes = 0;

  /** `soon`: runs what it is given once the current turn's input has been read. */
  constructor(soon: (flush: () => void) => void = (flush) => void setImmediate(flush)) {
    this.#soon = soon;
  }

  add(socket: Flushed): void {
    this.#dirty.push(socket);
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#soon(() => this.flush());
  }

  flush(): void {
    this.#scheduled = false;
    if (this.#dirty.length === 0) return;
    const dirty = this.#dirty;
    this.#dirty = [];
    for (const socket of dirty) socket.flush();
  }
}

export class TcpSocket implements Socket, Wakeable {
  readonly #outbox: FlushQueue;
  readonly #clock: Clock;
  #socket: BunSocket<TcpSocket> | undefined;
  events: StandingSocketEvents | undefined;
  /** Only of a link that is dialled. */
  dialled: Dialled | undefined;
  readonly #queue = new SendQueue();
  #dirty = false;
  #blocked = false;
  readonly #backlog: Backlog;
  #ending: 'no' | 'wanted' | 'shut' = 'no';
  #patienceMs: number = limits.net.closingMs;
  #peerEnded = false;

  constructor(outbox: FlushQueue, clock: Clock) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#backlog = new Backlog(outbox);
  }

  get queued(): number {
    return this.#queue.bytes;
  }

  /** `host` is the peer's, read already. */
  attach(socket: BunSocket<TcpSocket>, host: string): void {
    this.#socket = socket;
    this.#host = host;
  }
  #host = '';

  // Each of these costs system calls that most connections never need.

  get remote(): Address {
    return (this.#remote ??= { host: this.#host, port: this.#socket?.remotePort ?? 0 });
  }
  #remote: Address | undefined;

  get local(): Address {
    const socket = this.#socket;
    return (this.#local ??= {
      host: normalHost(socket?.localAddress),
      port: socket?.localPort ?? 0,
    });
  }
  #local: Address | undefined;

  keepAlive(): void {
    this.#socket?.setKeepAlive(true, limits.net.keepAliveMs);
  }

  write(bytes: Uint8Array, apart: boolean): void {
    if (!this.#socket || this.#ending !== 'no' || bytes.length === 0) return;
    this.#queue.push(bytes, apart);
    if (this.#blocked) this.#countStuck();
    if (this.#backlog.isTooMuch(this.queued)) return this.#drop('slow');
    this.#soon();
  }

  end(patienceMs: number = limits.net.closingMs): void {
    if (this.#ending !== 'no' || !this.#socket) return;
    this.#ending = 'wanted';
    this.#patienceMs = patienceMs;
    this.#soon();
    if (this.#blocked) this.#awaitProgress();
  }

  #countStuck(): void {
    this.#backlog.count(this.#blocked ? this.queued : 0);
  }

  /** All is said: the peer may be slow in taking it, but not for ever. */
  #awaitProgress(): void {
    this.#clock.wake(this, limits.net.pieceMs);
  }

  abort(): void {
    this.#drop('closed');
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  #soon(): void {
    if (this.#dirty || this.#blocked) return;
    this.#dirty = true;
    this.#outbox.add(this);
  }

  /** Writes what the system takes. */
  flush(): void {
    this.#dirty = false;
    while (this.queued > 0) {
      const socket = this.#socket;
      if (!socket) return;
      const bytes = this.#queue.next();
      const taken = socket.write(bytes);
      // The write met the peer's reset and used it up: what Bun tells next would look like a clean end.
      if (taken < 0) return this.#drop('reset');
      if (taken < bytes.length) {
        this.#queue.putBack(bytes.subarray(taken));
        this.#blocked = true;
        this.#countStuck();
        if (this.#ending === 'wanted') this.#awaitProgress();
        return;
      }
    }
    if (this.#ending === 'wanted') this.#shut();
    // Also where the system took all at once, and will therefore never tell that it goes on.
    else this.events?.drained();
  }

  /** Our side is over; the peer may still read and has a while to end its own, so that no reset eats our answer. */
  #shut(): void {
    this.#ending = 'shut';
    const socket = this.#socket;
    if (!socket) return;
    if (this.#peerEnded || this.#patienceMs === 0) {
      socket.end();
    } else {
      socket.shutdown();
      socket.resume();
      this.#clock.wake(this, this.#patienceMs);
    }
  }

  /** The peer took too long to take what was said, or to end its side. */
  woke(): void {
    this.#drop('closed');
  }

  #drop(why: 'closed' | 'reset' | 'slow'): void {
    const socket = this.#socket;
    if (!socket) return;
    this.#gone(why);
    socket.terminate();
  }

  #gone(why: 'closed' | 'refused' | 'reset' | 'slow'): void {
    this.#socket = undefined;
    this.#queue.clear();
    this.#blocked = false;
    this.#countStuck();
    if (this.#ending !== 'no') this.#clock.wake(this, undefined);
    const events = this.events;
    this.events = undefined;
    events?.lost(why);
  }

  // What Bun tells of the socket.

  onData(bytes: Uint8Array): void {
    if (this.#ending !== 'shut') this.events?.data(bytes);
  }

  onDrain(): void {
    this.#blocked = false;
    this.#countStuck();
    this.flush();
  }

  onEnd(): void {
    if (this.#peerEnded) return;
    this.#peerEnded = true;
    this.events?.ended();
    if (this.#ending === 'shut') this.#socket?.end();
  }

  onClose(error: Error | undefined): void {
    if (!this.#socket) return;
    // Bun tells no end of the peer's side once ours is over: a clean close is one.
    if (!error && !this.#peerEnded && this.#ending === 'shut') {
      this.#peerEnded = true;
      this.events?.ended();
    }
    this.#gone(error ? 'reset' : 'closed');
  }

  /** No connection could be had; `closed`: it is not wanted any more. */
  onConnectError(why: 'refused' | 'closed' = 'refused'): void {
    const events = this.events;
    this.events = undefined;
    this.#socket = undefined;
    events?.lost(why);
  }
}

/** How Bun's socket events reach the link that each socket carries as its data. */
export const tcpHandlers = {
  data: (socket: BunSocket<TcpSocket>, bytes: Uint8Array) => socket.data.onData(bytes),
  drain: (socket: BunSocket<TcpSocket>) => socket.data.onDrain(),
  end: (socket: BunSocket<TcpSocket>) => socket.data.onEnd(),
  close: (socket: BunSocket<TcpSocket>, error?: Error) => socket.data.onClose(error),
  error: (socket: BunSocket<TcpSocket>, error: Error) => {
    socket.data.onClose(error);
    // Also what a handler of ours threw comes here, with the socket still open.
    socket.terminate();
  },
};

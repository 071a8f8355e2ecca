// One connection over a Bun socket: partial writes, drain, pause and resume, the inbox, both kinds of end.

import type { Socket, SocketHandler } from 'bun';

import { Inbox } from '../protocol/bytes/inbox';
import { takeEach } from '../protocol/connection';
import type { Connection, ConnectionEvents } from '../protocol/dialect';
import { ProtocolError } from '../protocol/errors';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { Outbox } from './outbox';

type Lost = Parameters<ConnectionEvents['lost']>[0];

/** Where the connection stands; `shut`: our side has ended, the peer's may still speak. */
type State = 'dialling' | 'open' | 'shut' | 'gone';

const unknownAddress: Address = { host: '', port: 0 };

/**
 * A connection as a dialect sees it. It may be written to and ended before it is open; `begin` names who is
 * told, then `opened` or `failed` says what became of the dial. An accepted connection is `opened` at once.
 */
export class SocketConnection implements Connection {
  readonly inbox = new Inbox();
  readonly #outbox = new Outbox();
  #events: ConnectionEvents | undefined;
  #socket: Socket<SocketConnection> | undefined;
  #state: State = 'dialling';
  #remote: Address = unknownAddress;
  #local: Address = unknownAddress;
  #endAsked = false;
  #isPatient = false;
  #peerEnded = false;
  #flushAsked = false;
  #wake: Timer | undefined;
  #closing: Timer | undefined;
  /** Told once when all that was written has left (true) or never can (false). */
  #drained: ((left: boolean) => void) | undefined;
  readonly #left = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();

  get remote(): Address {
    return this.#remote;
  }
  get local(): Address {
    return this.#local;
  }
  get isClosed(): boolean {
    return this.#state === 'gone';
  }
  /** Whether our side has been asked to end. */
  get isEnding(): boolean {
    return this.#endAsked;
  }
  /** Settled when all that was written has left and our side has ended, or the connection is gone. */
  get left(): Promise<void> {
    return this.#left.promise;
  }
  /** Settled when the connection is gone. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Names who is told what happens. */
  begin(events: ConnectionEvents): void {
    this.#events = events;
  }

  write(bytes: Uint8Array, apart?: 'apart'): void {
    if (this.#endAsked || this.#state === 'gone') return;
    this.#outbox.add(bytes, apart === 'apart');
    if (this.#outbox.length > limits.net.sendQueueBytes) this.#drop('slow');
    else this.#flushSoon();
  }

  end(patience?: 'patient'): void {
    if (this.#endAsked) return;
    this.#endAsked = true;
    this.#isPatient = patience === 'patient';
    this.#flushSoon();
  }

  abort(): void {
    this.#drop('closed');
  }

  wake(ms: number | undefined): void {
    clearTimeout(this.#wake);
    this.#wake =
      ms === undefined
        ? undefined
        : setTimeout(() => {
            this.#tell((events) => events.woke?.());
          }, ms);
  }

  /** Calls `then(true)` once all that was written has left, or `then(false)` when the connection is gone. */
  whenDrained(then: (left: boolean) => void): void {
    if (this.#state === 'gone') {
      queueMicrotask(() => then(false));
      return;
    }
    this.#drained = then;
    this.#flushSoon();
  }

  /** Stops reading, or goes on. */
  hold(held: boolean): void {
    if (this.#state === 'gone' || this.#socket === undefined) return;
    if (held) {
      clearTimeout(this.#closing);
      this.#socket.pause();
    } else {
      this.#socket.resume();
      if (this.#state === 'shut') this.#awaitClose();
    }
  }

  // ---- what the socket says

  opened(socket: Socket<SocketConnection>): void {
    if (this.#state === 'gone') {
      socket.terminate();
      return;
    }
    this.#state = 'open';
    this.#socket = socket;
    this.#remote = { host: plainAddress(socket.remoteAddress), port: socket.remotePort };
    this.#local = { host: plainAddress(socket.localAddress), port: socket.localPort };
    socket.setNoDelay(true);
    this.#tell((events) => events.opened?.());
    this.#flush();
  }

  /** The dial came to nothing. */
  failed(): void {
    this.#drop('refused', 'now');
  }

  received(bytes: Uint8Array): void {
    if (this.#state === 'gone') return;
    if (this.#state === 'shut') this.#awaitClose();
    this.inbox.push(bytes);
    this.#tell((events) => void takeEach(events, this.inbox, this));
    this.inbox.compact();
    // Nobody takes it: a message longer than any of ours may be.
    if (this.inbox.length > limits.net.inboxBytes) this.#drop('reset');
  }

  peerEnded(): void {
    if (this.#state === 'gone' || this.#peerEnded) return;
    this.#peerEnded = true;
    this.#tell((events) => events.ended());
    this.#flush();
  }

  closed(error: Error | undefined): void {
    // After our own end Bun reports the peer's by this alone; before it, a close without an end is none.
    if (error === undefined && this.#state === 'shut') this.peerEnded();
    this.#drop(error === undefined && this.#peerEnded ? 'closed' : 'reset', 'now');
  }

  drain(): void {
    this.#flush();
  }

  // ---- inside

  #flushSoon(): void {
    if (this.#flushAsked || this.#socket === undefined) return;
    this.#flushAsked = true;
    queueMicrotask(() => {
      this.#flushAsked = false;
      this.#flush();
    });
  }

  #flush(): void {
    const socket = this.#socket;
    if (socket === undefined || this.#state !== 'open') return;
    for (let piece = this.#outbox.next(); piece !== undefined; piece = this.#outbox.next()) {
      const took = socket.write(piece);
      // The write met the peer's reset and used it up: what Bun would tell next looks like a clean end.
      if (took < 0) {
        this.#drop('reset');
        return;
      }
      this.#outbox.took(took);
      if (took < piece.length) return;
    }
    this.#settleDrained(true);
    if (!this.#endAsked || this.#outbox.length > 0) return;
    this.#state = 'shut';
    // Bun's `end` closes both ways and loses the answer; `shutdown` ends our side alone.
    if (this.#peerEnded) socket.end();
    else socket.shutdown();
    this.#left.resolve();
    this.#awaitClose();
  }

  #settleDrained(left: boolean): void {
    const then = this.#drained;
    this.#drained = undefined;
    then?.(left);
  }

  /** We have ended: the peer may go on speaking, but not be silent for ever. */
  #awaitClose(): void {
    clearTimeout(this.#closing);
    if (this.#isPatient) return;
    this.#closing = setTimeout(() => this.#drop('closed'), limits.net.closingMs);
  }

  #drop(why: Lost, when?: 'now'): void {
    if (this.#state === 'gone') return;
    this.#state = 'gone';
    clearTimeout(this.#wake);
    clearTimeout(this.#closing);
    this.#outbox.clear();
    this.#socket?.terminate();
    this.#left.resolve();
    this.#over.resolve();
    const tell = (): void => {
      this.#settleDrained(false);
      const events = this.#events;
      this.#events = undefined;
      events?.lost(why);
    };
    // Who drops it himself is in the middle of a call of his own.
    if (when === 'now') tell();
    else queueMicrotask(tell);
  }

  /** Tells the owner; a peer that broke the protocol loses its connection, our own bugs stay loud. */
  #tell(what: (events: ConnectionEvents) => void): void {
    if (this.#events === undefined) return;
    try {
      what(this.#events);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#drop('reset');
    }
  }
}

/** What a socket says goes to the wire that it carries as its data. */
export const socketEvents = {
  data: ({ data: connection }, bytes) => connection.received(bytes),
  drain: ({ data: connection }) => connection.drain(),
  end: ({ data: connection }) => connection.peerEnded(),
  close: ({ data: connection }, error) => connection.closed(error),
  // Bun hands over here what a handler threw: a bug of ours, which must not pass in silence.
  error: (_socket, error) => {
    setImmediate(() => {
      throw error;
    });
  },
} satisfies SocketHandler<SocketConnection>;

/** An IPv4 address mapped into IPv6 stands as IPv4. */
export const plainAddress = (host: string): string =>
  /^::ffff:\d+\.\d+\.\d+\.\d+$/i.test(host) ? host.slice(7) : host;

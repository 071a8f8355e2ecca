// What carries a test client's bytes: a real socket, or a connection of the simulation's network.

import { Changes } from './changes';

/** The client's end of a connection. */
export interface Transport {
  send(bytes: Uint8Array): void;
  /** Sends no more and still receives. */
  finish(): void;
  /** Breaks the connection: the server sees a reset. */
  reset(): void;
}

/** What happens at the client's end of a connection. `T` is the transport that it is. */
export interface TransportEvents<T extends Transport = Transport> {
  opened?(transport: T): void;
  data(bytes: Uint8Array): void;
  /** The server has ended its side. */
  ended(): void;
  /** The connection was refused or reset, or the server died. */
  lost(): void;
}

/** Makes a connection and hands over the bytes that come. Test clients are given one. */
export type Dial<T extends Transport = Transport> = (data: (bytes: Uint8Array) => void) => T;

/** A real connection. What is sent before it is open leaves when it is. */
export class TcpTransport implements Transport, AsyncDisposable {
  /** Told of everything that happens to the connection. */
  readonly changes = new Changes();
  readonly #events: TransportEvents;
  #socket: Bun.Socket | undefined;
  #backlog: Uint8Array = new Uint8Array(0);
  #isFinished = false;
  #isBroken = false;
  #hasEnded = false;
  #isClosed = false;

  /** What Bun is to call; see `dialTcp`. */
  readonly handlers = {
    open: (socket: Bun.Socket): void => this.#open(socket),
    data: (_: Bun.Socket, bytes: Uint8Array): void => {
      this.#events.data(Buffer.from(bytes));
      this.changes.changed();
    },
    drain: (_: Bun.Socket): void => this.#flush(),
    end: (_: Bun.Socket): void => this.#ended(),
    close: (_: Bun.Socket, error?: Error): void => this.#close(error !== undefined),
    error: (_: Bun.Socket): void => {},
  };

  constructor(events: TransportEvents) {
    this.#events = events;
  }

  /** The connection could not be made. */
  refused(): void {
    this.#close(true);
  }

  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many bytes the system has not taken yet. */
  get unsent(): number {
    return this.#backlog.length;
  }

  get localPort(): number {
    return this.#socket?.localPort ?? 0;
  }

  send(bytes: Uint8Array): void {
    if (this.#isClosed || this.#isFinished) return;
    this.#backlog = this.#backlog.length === 0 ? bytes : Buffer.concat([this.#backlog, bytes]);
    this.#flush();
  }

  finish(): void {
    this.#isFinished = true;
    this.#flush();
  }

  reset(): void {
    this.#isBroken = true;
    this.#socket?.terminate();
  }

  /** From now on small pieces leave as they are sent, each in a segment of its own. */
  setNoDelay(): void {
    this.#socket?.setNoDelay(true);
  }

  /** Ends the connection in both directions. */
  close(): void {
    this.#socket?.end();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Resolves once the connection is made; fails if nobody listens. */
  async opened(): Promise<void> {
    await this.changes.until(
      () => this.#socket !== undefined || this.#isClosed,
      () => 'the connection was not made',
    );
    if (!this.#socket) throw new Error('the connection was refused');
  }

  /** Resolves once the system has taken all that was sent. */
  flushed(): Promise<void> {
    return this.changes.until(
      () => this.#backlog.length === 0 || this.#isClosed,
      () => `${this.#backlog.length} bytes could not be sent`,
    );
  }

  /** Resolves once the server has ended its side. */
  ended(): Promise<void> {
    return this.changes.until(
      () => this.#hasEnded,
      () => 'the server did not end the connection',
    );
  }

  /** Resolves once the connection is gone. */
  closed(): Promise<void> {
    return this.changes.until(
      () => this.#isClosed,
      () => 'the connection did not close',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.reset();
    await this.closed();
  }

  #open(socket: Bun.Socket): void {
    this.#socket = socket;
    if (this.#isBroken) {
      socket.terminate();
      return;
    }
    this.#events.opened?.(this);
    this.#flush();
  }

  #flush(): void {
    const socket = this.#socket;
    if (!socket) return;
    if (this.#backlog.length > 0) {
      const taken = socket.write(this.#backlog);
      if (taken > 0) this.#backlog = this.#backlog.subarray(taken);
      socket.flush();
    }
    if (this.#isFinished && this.#backlog.length === 0) socket.shutdown();
    this.changes.changed();
  }

  #ended(): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.ended();
    this.changes.changed();
  }

  #close(isBroken: boolean): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    if (!isBroken) this.#ended();
    this.#hasEnded = true;
    this.#events.lost();
    this.changes.changed();
  }
}

/** Connects to a real server. */
export function dialTcp(port: number, events: TransportEvents, host = '127.0.0.1'): TcpTransport {
  const transport = new TcpTransport(events);
  const { handlers } = transport;
  Bun.connect({ hostname: host, port, allowHalfOpen: true, socket: handlers }).catch(() =>
    transport.refused(),
  );
  return transport;
}

/** A dialer of connections to a real server, for a client that only hears what comes. */
export const overTcp =
  (port: number): Dial<TcpTransport> =>
  (data) =>
    dialTcp(port, { data, ended: () => {}, lost: () => {} });

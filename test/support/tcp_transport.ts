// A test client's connection over a real socket.

import { Changes } from './changes';
import { tlsAt } from './tls';
import type { Dial, Transport, TransportEvents } from './transport';

/** A real connection. What is sent before it is open leaves when it is. */
export class TcpTransport implements Transport, AsyncDisposable {
  /** Told of everything that happens to the connection. */
  readonly changes = new Changes();
  readonly #events: TransportEvents;
  #socket: Bun.Socket<unknown> | undefined;
  #backlog: Uint8Array = new Uint8Array(0);
  #isFinished = false;
  #isBroken = false;
  #hasEnded = false;
  #isClosed = false;
  #wasReset = false;

  /** What Bun is to call; see `dialTcp`. */
  readonly handlers = {
    open: (socket: Bun.Socket<unknown>): void => this.#open(socket),
    data: (_: Bun.Socket<unknown>, bytes: Uint8Array): void => {
      this.#events.data(Buffer.from(bytes));
      this.changes.changed();
    },
    drain: (_: Bun.Socket<unknown>): void => this.#flush(),
    end: (_: Bun.Socket<unknown>): void => this.#ended(),
    close: (_: Bun.Socket<unknown>, error?: Error): void => this.#close(error !== undefined),
    error: (_: Bun.Socket<unknown>): void => {},
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

  /** The connection is gone, and not by a clean end. */
  get wasReset(): boolean {
    return this.#wasReset;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How many bytes the system has not taken yet. */
  get unsent(): number {
    return this.#backlog.length;
  }

  get remotePort(): number {
    return this.#socket?.remotePort ?? 0;
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

  #open(socket: Bun.Socket<unknown>): void {
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
    this.#wasReset = isBroken;
    if (!isBroken) this.#ended();
    this.#hasEnded = true;
    this.#events.lost();
    this.changes.changed();
  }
}

/** Connects to a real server. `from`: the address of this machine that it sees. */
export function dialTcp(
  port: number,
  events: TransportEvents,
  host = '127.0.0.1',
  from?: string,
): TcpTransport {
  const transport = new TcpTransport(events);
  const socket = transport.handlers;
  const options = { hostname: host, port, allowHalfOpen: true, socket, ...tlsAt(port) };
  // Bun's types do not know of it.
  const bound = from === undefined ? options : { ...options, localAddress: from };
  Bun.connect(bound).catch(() => transport.refused());
  return transport;
}

/** Listens on a port of its own. `accept` gives each connection its transport; `opened` is called when it stands. */
export function listenWith(
  accept: () => { readonly transport: TcpTransport; opened(): void },
  host = '127.0.0.1',
  port = 0,
): Bun.TCPSocketListener<TcpTransport> {
  return Bun.listen<TcpTransport>({
    hostname: host,
    port,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const accepted = accept();
        const { transport } = accepted;
        socket.data = transport;
        transport.handlers.open(socket);
        accepted.opened();
      },
      data: (socket, bytes) => socket.data.handlers.data(socket, bytes),
      drain: (socket) => socket.data.handlers.drain(socket),
      end: (socket) => socket.data.handlers.end(socket),
      close: (socket, error) => socket.data.handlers.close(socket, error),
      error: () => {},
    },
  });
}

/** A dialer of connections to a real server, for a client that only hears what comes. */
export const overTcp =
  (port: number): Dial<TcpTransport> =>
  (data) =>
    dialTcp(port, { data, ended: () => {}, lost: () => {} });

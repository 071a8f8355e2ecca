// A raw TCP peer for tests: sends the bytes it is told to, in the pieces it is told to, and waits for answers by event.

import { Changes } from './changes';
import { listenWith, TcpTransport } from './tcp_transport';
import { tlsAt } from './tls';

export type Bytes = Uint8Array<ArrayBuffer>;

/** Connects; throws what the system says if nobody listens. */
export async function connectTcp(
  port: number,
  host = '127.0.0.1',
  /** Without TLS, also at a port where it is spoken. */
  how?: 'plain',
): Promise<TcpPeer> {
  const peer = new TcpPeer();
  const socket = peer.transport.handlers;
  const tls = how === 'plain' ? {} : tlsAt(port);
  await Bun.connect({ hostname: host, port, allowHalfOpen: true, socket, ...tls });
  return peer;
}

export interface TcpListener extends AsyncDisposable {
  readonly port: number;
  /** The next connection that is made to it, in order. */
  accept(): Promise<TcpPeer>;
  close(): void;
  /** Takes no more connections; those that stand go on. */
  stop(): void;
}

/** Listens, for the tests of code that calls others. */
export function listenTcp(host = '127.0.0.1', port = 0): TcpListener {
  const accepted: TcpPeer[] = [];
  const changes = new Changes();
  const accept = () => {
    const peer = new TcpPeer();
    const opened = (): void => {
      accepted.push(peer);
      changes.changed();
    };
    return { transport: peer.transport, opened };
  };
  const listener = listenWith(accept, host, port);
  const close = () => listener.stop(true);
  return {
    port: listener.port,
    accept: async () => {
      let peer = accepted.shift();
      while (!peer) {
        await changes.next(() => 'nobody connected');
        peer = accepted.shift();
      }
      return peer;
    },
    close,
    stop: () => listener.stop(),
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
  };
}

export class TcpPeer implements AsyncDisposable {
  readonly transport: TcpTransport;
  /** What came and was not read yet; joined when it is looked at, so that a long answer is copied once. */
  #pieces: Bytes[] = [];

  constructor() {
    this.transport = new TcpTransport({
      data: (bytes) => void this.#pieces.push(new Uint8Array(bytes)),
      ended: () => {},
      lost: () => {},
    });
  }

  get #received(): Bytes {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? new Uint8Array();
  }

  get localPort(): number {
    return this.transport.localPort;
  }

  get closed(): boolean {
    return this.transport.isClosed;
  }

  /** What came and was not read yet. */
  get unread(): Bytes {
    return this.#received;
  }

  /** Sends all of it, however often the socket is full meanwhile. */
  async send(data: Uint8Array | string): Promise<void> {
    const { transport } = this;
    if (transport.isClosed) throw new Error(`the connection is closed; ${data.length} bytes stay`);
    transport.send(typeof data === 'string' ? Buffer.from(data) : data);
    while (transport.unsent > 0) {
      const left = `${transport.unsent} bytes were not sent`;
      if (transport.isClosed) throw new Error(`the connection is closed; ${left}`);
      await this.#change(() => left);
    }
  }

  /** Sends one byte at a time, each in a segment and a turn of the event loop of its own. */
  async sendByteByByte(data: Uint8Array | string): Promise<void> {
    this.transport.setNoDelay();
    for (const byte of Buffer.from(data)) {
      await this.send(Uint8Array.of(byte));
      await new Promise((next) => setImmediate(next));
    }
  }

  /** Exactly so many bytes; what follows them stays unread. */
  async read(length: number): Promise<Bytes> {
    return this.readUntil(
      (bytes) => (bytes.length >= length ? length : undefined),
      `${length} bytes`,
    );
  }

  /** Up to and with the first `end`, as text. */
  async readTo(end: string): Promise<string> {
    const found = await this.readUntil((bytes) => {
      const at = Buffer.from(bytes).indexOf(end);
      return at < 0 ? undefined : at + Buffer.byteLength(end);
    }, JSON.stringify(end));
    return Buffer.from(found).toString();
  }

  /** Takes as many bytes as `enough` says, asked again whenever some came. */
  async readUntil(
    enough: (bytes: Bytes) => number | undefined,
    what = 'enough bytes',
  ): Promise<Bytes> {
    for (;;) {
      const length = enough(this.#received);
      if (length !== undefined) return this.#take(length);
      if (this.transport.hasEnded)
        throw new Error(`the connection ended before ${what} came; ${this.#shown()}`);
      await this.#change(() => `${what} did not come; ${this.#shown()}`);
    }
  }

  /** Everything until the other side ends. */
  async readToEnd(): Promise<Bytes> {
    while (!this.transport.hasEnded)
      await this.#change(() => `the connection did not end; ${this.#shown()}`);
    return this.#take(this.#received.length);
  }

  /** Waits until the other side ends; fails if anything comes before. */
  async readsNothingToEnd(): Promise<void> {
    const rest = Buffer.from(await this.readToEnd()).toString();
    if (rest !== '') throw new Error(`${JSON.stringify(rest)} came before the end`);
  }

  /** Leaves what comes from now on where it is: soon the other side can send no more. */
  stopReading(): void {
    this.transport.pause();
  }

  readOn(): void {
    this.transport.resume();
  }

  /** Sends no more, and still receives. */
  finish(): void {
    this.transport.finish();
  }

  /** Ends the connection as a broken one: the other side gets a reset. */
  reset(): void {
    this.transport.reset();
  }

  close(): void {
    this.transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.transport[Symbol.asyncDispose]();
  }

  #take(length: number): Bytes {
    const all = this.#received;
    this.#pieces = [all.slice(length)];
    return all.slice(0, length);
  }

  #shown(): string {
    const text = Buffer.from(this.#received.subarray(0, 500)).toString('latin1');
    return `${this.#received.length} bytes did: ${JSON.stringify(text)}`;
  }

  #change(why: () => string): Promise<void> {
    return this.transport.changes.next(why);
  }
}

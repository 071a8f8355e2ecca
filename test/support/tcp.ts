// A raw TCP peer for tests: sends the bytes it is told to, in the pieces it is told to, and waits for answers by event.

/** How long an answer may take; for a busy machine, not for slow code. */
const deadlineMs = 10_000;

export type Bytes = Uint8Array<ArrayBuffer>;

/** Connects; throws what the system says if nobody listens. */
export async function connectTcp(port: number, host = '127.0.0.1'): Promise<TcpPeer> {
  const peer = new TcpPeer();
  await Bun.connect({ hostname: host, port, allowHalfOpen: true, socket: peer.handlers });
  return peer;
}

export interface TcpListener extends AsyncDisposable {
  readonly port: number;
  /** The next connection that somebody makes, in order. */
  accept(): Promise<TcpPeer>;
  close(): void;
}

/** Listens, for the tests of code that calls others. */
export function listenTcp(host = '127.0.0.1', port = 0): TcpListener {
  const accepted: TcpPeer[] = [];
  const waiting: ((peer: TcpPeer) => void)[] = [];
  const peers = new WeakMap<object, TcpPeer>();
  const of = (socket: object) => peers.get(socket)!;
  const listener = Bun.listen({
    hostname: host,
    port,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        const peer = new TcpPeer();
        peers.set(socket, peer);
        peer.handlers.open(socket);
        const waiter = waiting.shift();
        if (waiter) waiter(peer);
        else accepted.push(peer);
      },
      data: (socket, data) => of(socket).handlers.data(socket, data),
      drain: (socket) => of(socket).handlers.drain(socket),
      end: (socket) => of(socket).handlers.end(socket),
      close: (socket) => of(socket).handlers.close(socket),
      error: () => {},
    },
  });
  const close = () => listener.stop(true);
  return {
    port: listener.port,
    accept: () => {
      const peer = accepted.shift();
      if (peer) return Promise.resolve(peer);
      const { promise, resolve } = Promise.withResolvers<TcpPeer>();
      waiting.push(resolve);
      return withDeadline(promise, () => 'nobody connected');
    },
    close,
    [Symbol.asyncDispose]: () => Promise.resolve(close()),
  };
}

export class TcpPeer implements AsyncDisposable {
  #socket: Bun.Socket | undefined;
  /** What came and was not read yet; joined when it is looked at, so that a long answer costs no more than it is. */
  #pieces: Bytes[] = [];
  /** Ended: the other side sends no more. Closed: the connection is gone. */
  #ended = false;
  #closed = false;
  #changed = Promise.withResolvers<void>();

  /** For Bun.connect; nobody else calls them. */
  readonly handlers = {
    open: (socket: Bun.Socket) => void (this.#socket = socket),
    data: (_: Bun.Socket, data: Uint8Array) => {
      this.#pieces.push(new Uint8Array(data));
      this.#wake();
    },
    drain: (_: Bun.Socket) => this.#wake(),
    end: (_: Bun.Socket) => {
      this.#ended = true;
      this.#wake();
    },
    close: (_: Bun.Socket) => {
      this.#ended = this.#closed = true;
      this.#wake();
    },
    error: () => {},
  };

  get #received(): Bytes {
    if (this.#pieces.length > 1) this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? new Uint8Array();
  }

  get localPort(): number {
    return this.#socket!.localPort;
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** What came and was not read yet. */
  get unread(): Bytes {
    return this.#received;
  }

  /** Sends all of it, however often the socket is full meanwhile. */
  async send(data: Uint8Array | string): Promise<void> {
    let rest: Uint8Array = typeof data === 'string' ? Buffer.from(data) : data;
    while (rest.length > 0) {
      const taken = this.#socket!.write(rest);
      if (taken < 0)
        throw new Error(`the connection is closed; ${rest.length} bytes were not sent`);
      rest = rest.subarray(taken);
      if (rest.length > 0) await this.#change(() => `${rest.length} bytes could not be sent`);
    }
    this.#socket!.flush();
  }

  /** Sends one byte at a time, each in a segment and a turn of the event loop of its own. */
  async sendByteByByte(data: Uint8Array | string): Promise<void> {
    this.#socket!.setNoDelay(true);
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
      if (this.#ended)
        throw new Error(`the connection ended before ${what} came; ${this.#shown()}`);
      await this.#change(() => `${what} did not come; ${this.#shown()}`);
    }
  }

  /** Everything until the other side ends. */
  async readToEnd(): Promise<Bytes> {
    while (!this.#ended) await this.#change(() => `the connection did not end; ${this.#shown()}`);
    return this.#take(this.#received.length);
  }

  /** Waits until the other side ends; fails if anything comes before. */
  async readsNothingToEnd(): Promise<void> {
    const rest = Buffer.from(await this.readToEnd()).toString();
    if (rest !== '') throw new Error(`${JSON.stringify(rest)} came before the end`);
  }

  /** Leaves what comes from now on where it is: soon the other side can send no more. */
  stopReading(): void {
    this.#socket?.pause();
  }

  readOn(): void {
    this.#socket?.resume();
  }

  /** Sends no more, and still listens. */
  finish(): void {
    this.#socket?.shutdown();
  }

  /** Ends the connection as a broken one: the other side gets a reset. */
  reset(): void {
    this.#socket?.terminate();
  }

  close(): void {
    this.#socket?.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#socket?.terminate();
    while (!this.#closed) await this.#change(() => 'the connection did not close');
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

  #wake(): void {
    const changed = this.#changed;
    this.#changed = Promise.withResolvers();
    changed.resolve();
  }

  #change(why: () => string): Promise<void> {
    return withDeadline(this.#changed.promise, why);
  }
}

/** Fails with a sentence instead of hanging until the runner gives up on the whole test. */
async function withDeadline<T>(promise: Promise<T>, why: () => string): Promise<T> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => reject(new Error(`${why()} (within ${deadlineMs} ms)`)),
    deadlineMs,
  );
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

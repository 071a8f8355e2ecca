// One sender and many receivers of 200-byte frames in this process: how many frames come, and how late.

import { spentSince, threadTimes } from './cpu';

const frameBytes = 200;

/** What connections send to become members of one channel. */
export interface Audience {
  /** The frames a connection sends first; the sender's come before any receiver's. */
  readonly opening: (index: number | 'sender') => readonly string[];
  /** What is sent last, and how its answer begins. Without it, nothing is awaited. */
  readonly barrier: { readonly ask: string; readonly answer: string } | undefined;
}

/** What one run came to. */
export interface FanOutRun {
  readonly deliveries: number;
  readonly deliveriesPerSecond: number;
  /** CPU time of the server for each delivery, in microseconds. The generator's work is not in it. */
  readonly serverUs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly worstMs: number;
}

interface Receiver {
  /** Bytes that came while measured. */
  bytes: number;
  /** Frames counted of them. */
  frames: number;
  before: Buffer;
  ready: (() => void) | undefined;
}

const frame = (text: string): Buffer => {
  const bytes = Buffer.alloc(frameBytes, ' ');
  bytes.write(text);
  return bytes;
};

/** Latencies, counted in buckets of 10 microseconds up to two seconds. */
const buckets = new Uint32Array(200_000);

export class FanOut {
  readonly #sockets: Bun.Socket<Receiver>[] = [];
  #sender: Bun.Socket<Receiver> | undefined;
  readonly #window: number;
  readonly #isSecure: boolean;
  /** By message, modulo the window: how many have not received it yet, and when it was sent. */
  readonly #missing: Int32Array;
  readonly #sentAt: Float64Array;
  #sent = 0;
  #completed = 0;
  #delivered = 0;
  #isRunning = false;
  #isDue = false;
  #isSaturating = false;
  readonly #batch: Buffer;

  /** `window`: how many messages may be in flight. `isSecure`: whether to speak TLS. */
  constructor(window: number, isSecure = false) {
    this.#window = window;
    this.#isSecure = isSecure;
    this.#missing = new Int32Array(window);
    this.#sentAt = new Float64Array(window);
    this.#batch = Buffer.concat(Array<Buffer>(window).fill(frame('x'.repeat(150))));
  }

  async connect(port: number, receivers: number, audience: Audience): Promise<void> {
    this.#sender = await this.#open(port, 'sender', audience);
    for (let index = 0; index < receivers; index++) {
      this.#sockets.push(await this.#open(port, index, audience));
    }
    const { barrier } = audience;
    if (barrier === undefined) return;
    // Everybody who joins is announced to those who are there. Only after these answers nothing more is on its way.
    await Promise.all([this.#sender, ...this.#sockets].map((socket) => ask(socket, barrier.ask)));
  }

  async #open(
    port: number,
    index: number | 'sender',
    { opening, barrier }: Audience,
  ): Promise<Bun.Socket<Receiver>> {
    const answer = Buffer.from(barrier?.answer ?? '');
    const opened = Promise.withResolvers<void>();
    const socket = await Bun.connect<Receiver>({
      hostname: '127.0.0.1',
      port,
      ...(this.#isSecure && { tls: { rejectUnauthorized: false } }),
      data: { bytes: 0, frames: 0, before: Buffer.alloc(0), ready: undefined },
      socket: {
        // Over TLS once hands are shaken, and that is later than the connection is there.
        open: () => opened.resolve(),
        data: (from, bytes) => {
          if (this.#isRunning) this.#received(from.data, bytes.length);
          else settle(from.data, bytes, answer);
        },
        error() {},
        close: () => {
          if (this.#isRunning) throw new Error('a connection was lost');
        },
      },
    });
    await opened.promise;
    socket.setNoDelay(true);
    const frames = opening(index).map(frame);
    if (frames.length > 0) socket.write(Buffer.concat(frames));
    if (barrier !== undefined) await ask(socket, barrier.ask);
    return socket;
  }

  /** Sends as many messages as the window lets through. */
  async saturate(pid: number, warmMs: number, ms: number): Promise<FanOutRun> {
    this.#start();
    this.#isSaturating = true;
    this.#refill();
    await Bun.sleep(warmMs);
    const measured = await this.#measure(pid, ms);
    this.#isSaturating = false;
    await this.#stop();
    return measured;
  }

  /** Sends so many messages a second, however long they take to arrive. */
  async pace(pid: number, perSecond: number, warmMs: number, ms: number): Promise<FanOutRun> {
    this.#start();
    const start = performance.now();
    let count = 0;
    const tick = setInterval(() => {
      const due = ((performance.now() - start) / 1000) * perSecond;
      for (; count < due; count++) this.#send(1);
    }, 1);
    await Bun.sleep(warmMs);
    const measured = await this.#measure(pid, ms);
    clearInterval(tick);
    await this.#stop();
    return measured;
  }

  close(): void {
    this.#isRunning = false;
    for (const socket of this.#sockets) socket.terminate();
    this.#sender?.terminate();
  }

  #start(): void {
    this.#isRunning = true;
    this.#sent = this.#completed = 0;
    for (const { data } of this.#sockets) data.bytes = data.frames = 0;
  }

  async #measure(pid: number, ms: number): Promise<FanOutRun> {
    buckets.fill(0);
    this.#delivered = 0;
    const before = threadTimes(pid);
    const start = performance.now();
    await Bun.sleep(ms);
    const seconds = (performance.now() - start) / 1000;
    const delivered = this.#delivered;
    const serverUs = spentSince(before, pid) / delivered;
    return {
      deliveries: delivered,
      deliveriesPerSecond: delivered / seconds,
      serverUs,
      ...percentiles(delivered),
    };
  }

  async #stop(): Promise<void> {
    while (this.#completed < this.#sent) await Bun.sleep(1);
    this.#isRunning = false;
  }

  #refill(): void {
    this.#isDue = false;
    const room = this.#window - (this.#sent - this.#completed);
    if (this.#isSaturating && room > 0) this.#send(room);
  }

  #send(count: number): void {
    if (this.#sent + count - this.#completed > this.#window) {
      throw new Error('the server does not keep up');
    }
    const now = performance.now();
    for (let at = 0; at < count; at++) {
      const slot = this.#sent++ % this.#window;
      this.#missing[slot] = this.#sockets.length;
      this.#sentAt[slot] = now;
    }
    const bytes = this.#batch.subarray(0, count * frameBytes);
    if (this.#sender?.write(bytes) !== bytes.length) throw new Error('the sender is blocked');
  }

  #received(receiver: Receiver, length: number): void {
    const now = performance.now();
    receiver.bytes += length;
    const frames = Math.floor(receiver.bytes / frameBytes);
    while (receiver.frames < frames) {
      const slot = receiver.frames++ % this.#window;
      const late = Math.floor((now - (this.#sentAt[slot] ?? 0)) * 100);
      const bucket = Math.min(late, buckets.length - 1);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      this.#delivered++;
      const missing = (this.#missing[slot] ?? 0) - 1;
      this.#missing[slot] = missing;
      if (missing === 0) this.#completed++;
    }
    if (this.#isDue || this.#sent - this.#completed === this.#window) return;
    this.#isDue = true;
    setImmediate(() => this.#refill());
  }
}

/** Sends the barrier and waits for its answer. */
function ask(socket: Bun.Socket<Receiver>, text: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.data.ready = resolve;
  socket.write(frame(text));
  return promise;
}

/** Before anything is measured: drops whole frames until the barrier's answer. */
function settle(receiver: Receiver, bytes: Uint8Array, answer: Buffer): void {
  let all = Buffer.concat([receiver.before, bytes]);
  for (; all.length >= frameBytes; all = all.subarray(frameBytes)) {
    if (answer.length > 0 && all.subarray(0, answer.length).equals(answer)) receiver.ready?.();
  }
  receiver.before = all;
}

function percentiles(total: number): Pick<FanOutRun, 'p50Ms' | 'p99Ms' | 'worstMs'> {
  let seen = 0;
  const at = { p50Ms: 0, p99Ms: 0, worstMs: 0 };
  for (let bucket = 0; bucket < buckets.length && seen < total; bucket++) {
    const count = buckets[bucket] ?? 0;
    if (count === 0) continue;
    const ms = (bucket + 1) / 100;
    if (seen < total * 0.5) at.p50Ms = ms;
    if (seen < total * 0.99) at.p99Ms = ms;
    at.worstMs = ms;
    seen += count;
  }
  return at;
}

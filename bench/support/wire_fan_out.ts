// One sender and many receivers of any wire: what a message looks like at a receiver is learned from the first one.

import { spentSince, threadTimes } from './cpu';

/** How the connections of one server come to hear each other. */
export interface Wire {
  readonly opening: (index: number | 'sender') => Uint8Array;
  /** What is said next, once what came is like `when`. */
  readonly next?: { readonly when: RegExp; readonly say: Uint8Array };
  /** What is in the bytes by which a connection learns that it is in. */
  readonly welcome: string;
  /** What the sender writes to say one thing. */
  readonly message: Uint8Array;
}

export interface WireRun {
  readonly deliveries: number;
  readonly deliveriesPerSecond: number;
  /** Microseconds of the server's CPU for each. */
  readonly serverUs: number;
}

interface Receiver {
  /** What came before the connection was in, or until the message was learned. */
  before: Buffer;
  /** How much of a message has come. */
  at: number;
  readonly isIn: () => void;
}

const window = 64;
const quietMs = 100;
const quietLooks = 100;

export class WireFanOut {
  readonly #wire: Wire;
  readonly #receivers: Bun.Socket<Receiver>[] = [];
  #sender: Bun.Socket<Receiver> | undefined;
  #bytes = 0;
  /** A message as it comes to a receiver, many times over. */
  #expected = Buffer.alloc(0);
  #messageBytes = 0;
  #sent = 0;
  #step: 'opening' | 'learning' | 'running' = 'opening';
  #isDue = false;
  readonly wrong: string[] = [];

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  async connect(port: number, receivers: number): Promise<void> {
    this.#sender = await this.#open(port, 'sender');
    // All at once: some servers look at who comes but once a second.
    const opening = Array.from({ length: receivers }, (_, index) => this.#open(port, index));
    this.#receivers.push(...(await Promise.all(opening)));
    await this.#quiet();
    this.#step = 'learning';
    for (const { data } of this.#receivers) data.before = Buffer.alloc(0);
    this.#bytes = 0;
    this.#sender.write(this.#wire.message);
    for (let looks = 0; this.#bytes === 0 && looks < quietLooks; looks++) await Bun.sleep(quietMs);
    await this.#quiet();
    const [first] = this.#receivers;
    const message = first?.data.before ?? Buffer.alloc(0);
    if (message.length === 0) throw new Error('nobody hears anything');
    for (const { data } of this.#receivers) {
      if (!data.before.equals(message)) this.wrong.push(`one heard ${data.before.toString()}`);
    }
    this.#messageBytes = message.length;
    this.#expected = Buffer.concat(Array<Buffer>(2 * window).fill(message));
    this.#step = 'running';
  }

  async #open(port: number, index: number | 'sender'): Promise<Bun.Socket<Receiver>> {
    const { opening, next, welcome } = this.#wire;
    let isNextDue = next !== undefined;
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = await Bun.connect<Receiver>({
      hostname: '127.0.0.1',
      port,
      data: { before: Buffer.alloc(0), at: 0, isIn: resolve },
      socket: {
        data: (from, bytes) => {
          if (this.#step === 'running') {
            if (from !== this.#sender) this.#heard(from.data, bytes);
            return;
          }
          from.data.before = Buffer.concat([from.data.before, bytes]);
          if (from !== this.#sender) this.#bytes += bytes.length;
          if (next && isNextDue && next.when.test(from.data.before.toString('latin1'))) {
            isNextDue = false;
            from.write(next.say);
          }
          if (from.data.before.includes(welcome)) from.data.isIn();
        },
        error() {},
        close: () => {
          if (this.#step === 'running') this.wrong.push('a connection was lost');
        },
      },
    });
    socket.setNoDelay(true);
    socket.write(opening(index));
    await promise;
    return socket;
  }

  /** Waits until nothing more comes. */
  async #quiet(): Promise<void> {
    for (let before = -1; before !== this.#bytes;) {
      before = this.#bytes;
      await Bun.sleep(quietMs);
    }
  }

  /** Sends as many messages as the window lets through. Everything that comes is compared. */
  async run(pid: number, warmMs: number, ms: number): Promise<WireRun> {
    this.#bytes = 0;
    this.#sent = 0;
    this.#refill();
    await Bun.sleep(warmMs);
    const [before, bytes, start] = [threadTimes(pid), this.#bytes, performance.now()];
    await Bun.sleep(ms);
    const deliveries = (this.#bytes - bytes) / this.#messageBytes;
    const serverUs = spentSince(before, pid) / deliveries;
    const seconds = (performance.now() - start) / 1000;
    const sent = this.#sent;
    this.#sent = Infinity;
    const due = sent * this.#receivers.length * this.#messageBytes;
    for (let looks = 0; this.#bytes < due && looks < quietLooks; looks++) await Bun.sleep(quietMs);
    await this.#quiet();
    if (this.#bytes !== due) this.wrong.push(`${this.#bytes} bytes came of ${due}`);
    return { deliveries, deliveriesPerSecond: deliveries / seconds, serverUs };
  }

  close(): void {
    this.#step = 'opening';
    for (const socket of this.#receivers) socket.terminate();
    this.#sender?.terminate();
  }

  #heard(receiver: Receiver, bytes: Uint8Array): void {
    this.#bytes += bytes.length;
    for (let done = 0; done < bytes.length;) {
      const piece = Math.min(bytes.length - done, this.#expected.length - receiver.at);
      const isRight =
        this.#expected.compare(bytes, done, done + piece, receiver.at, receiver.at + piece) === 0;
      if (!isRight && this.wrong.length < window) this.wrong.push('one heard something else');
      done += piece;
      receiver.at = (receiver.at + piece) % this.#messageBytes;
    }
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      this.#refill();
    });
  }

  #refill(): void {
    const completed = Math.floor(this.#bytes / this.#messageBytes / this.#receivers.length);
    const count = window - (this.#sent - completed);
    if (count <= 0) return;
    this.#sent += count;
    this.#sender?.write(Buffer.concat(Array<Uint8Array>(count).fill(this.#wire.message)));
  }
}

// One sender at the channels door and many receivers of one dialect in the same room: the server's CPU for each byte.

import { spentSince, threadTimes } from './cpu';

/** How the connections of one dialect come to hear the room. */
export interface RoomAudience {
  readonly dialect: string;
  /** The room that the sender joins. */
  readonly room: string;
  /** What a receiver writes first. */
  readonly opening: (index: number, port: number) => Uint8Array;
  /** What is in the bytes by which it learns that it is in. */
  readonly welcome: string;
}

export interface RoomRun {
  readonly deliveries: number;
  readonly deliveriesPerSecond: number;
  /** Bytes of one message at a receiver. */
  readonly messageBytes: number;
  /** Nanoseconds of the server's CPU for each of them. */
  readonly nsPerByte: number;
}

const frameBytes = 200;
const frame = (text: string): Buffer => Buffer.from(text.padEnd(frameBytes));
const message = frame('x'.repeat(150));
const window = 64;

export class RoomFanOut {
  readonly #audience: RoomAudience;
  readonly #receivers: Bun.Socket[] = [];
  #sender: Bun.Socket | undefined;
  /** Bytes that all receivers have got. */
  #bytes = 0;
  #messageBytes = 0;
  #sent = 0;
  #isRunning = false;
  #isDue = false;

  constructor(audience: RoomAudience) {
    this.#audience = audience;
  }

  /** `channels`, `port`: the doors of the sender and of the receivers. */
  async connect(channels: number, port: number, receivers: number): Promise<void> {
    for (let index = 0; index < receivers; index++)
      this.#receivers.push(await this.#open(port, index));
    this.#sender = await Bun.connect({
      hostname: '127.0.0.1',
      port: channels,
      socket: { data() {}, error() {} },
    });
    this.#sender.write(Buffer.concat([frame('sender'), frame(`/join ${this.#audience.room}`)]));
    await this.#quiet();
    this.#bytes = 0;
    this.#sender.write(message);
    for (let looks = 0; this.#bytes === 0 && looks < 50; looks++) await Bun.sleep(100);
    await this.#quiet();
    if (this.#bytes === 0) throw new Error(`nobody hears in ${this.#audience.dialect}`);
    this.#messageBytes = this.#bytes / receivers;
  }

  async #open(port: number, index: number): Promise<Bun.Socket> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { dialect, opening, welcome } = this.#audience;
    let before: Buffer | undefined = Buffer.alloc(0);
    const socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      socket: {
        data: (_, bytes) => {
          this.#bytes += bytes.length;
          if (before) {
            before = Buffer.concat([before, bytes]);
            if (!before.includes(welcome)) return;
            before = undefined;
            resolve();
          }
          if (this.#isRunning) this.#heard();
        },
        error() {},
        close: () => {
          if (this.#isRunning) throw new Error(`a ${dialect} connection was lost`);
        },
      },
    });
    socket.setNoDelay(true);
    socket.write(opening(index, port));
    await promise;
    return socket;
  }

  /** Waits until nothing more comes. */
  async #quiet(): Promise<void> {
    for (let before = -1; before !== this.#bytes;) {
      before = this.#bytes;
      await Bun.sleep(200);
    }
  }

  /** Sends as many messages as the window lets through. */
  async run(pid: number, warmMs: number, ms: number): Promise<RoomRun> {
    this.#bytes = 0;
    this.#sent = 0;
    this.#isRunning = true;
    this.#refill();
    await Bun.sleep(warmMs);
    const [before, bytes, start] = [threadTimes(pid), this.#bytes, performance.now()];
    await Bun.sleep(ms);
    const delivered = this.#bytes - bytes;
    const nsPerByte = (spentSince(before, pid) * 1000) / delivered;
    const seconds = (performance.now() - start) / 1000;
    this.#isRunning = false;
    await this.#quiet();
    const messageBytes = this.#messageBytes;
    const deliveries = delivered / messageBytes;
    return { deliveries, deliveriesPerSecond: deliveries / seconds, messageBytes, nsPerByte };
  }

  close(): void {
    for (const socket of this.#receivers) socket.terminate();
    this.#sender?.terminate();
  }

  #heard(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => {
      this.#isDue = false;
      if (this.#isRunning) this.#refill();
    });
  }

  #refill(): void {
    const completed = Math.floor(this.#bytes / this.#messageBytes / this.#receivers.length);
    const count = window - (this.#sent - completed);
    if (count <= 0) return;
    this.#sent += count;
    this.#sender?.write(Buffer.concat(Array<Buffer>(count).fill(message)));
  }
}

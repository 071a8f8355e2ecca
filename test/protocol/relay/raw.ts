// Raw programs at a real relay door: sockets and frames, none of our own client's code.

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { FrameReader } from '../../../src/protocol/relay/wire/codec';
import type { Frame } from '../../../src/protocol/relay/wire/messages';
import { flw, oi, ok, shown } from './frames';

/** How long anything may take; for a busy machine, not for slow code. */
const deadlineMs = 20_000;

/** What a program does with what it is sent. */
export interface Habits {
  /** Answers each MSG with OK; true by default. */
  readonly answers?: boolean;
}

/** One program on a socket of its own: what comes is kept until it is waited for. */
export class RawProgram {
  readonly frames: Frame[] = [];
  /** How many bytes came. */
  bytes = 0;
  readonly #inbox = new Inbox();
  readonly #reader = new FrameReader();
  readonly #habits: Habits;
  #socket: Bun.Socket | undefined;
  #id = 0;
  #hasEnded = false;
  #isClosed = false;
  #backlog: Uint8Array = new Uint8Array(0);
  readonly #waiters = new Set<() => void>();

  static readonly #all = new Set<RawProgram>();

  /** Breaks every connection of a test that is over, so that its server need not wait for them. */
  static resetAll(): void {
    for (const program of RawProgram.#all) program.reset();
    RawProgram.#all.clear();
  }

  private constructor(habits: Habits) {
    RawProgram.#all.add(this);
    this.#habits = habits;
    this.#reader.padded = { origin: undefined };
  }

  static async connect(port: number, habits: Habits = {}): Promise<RawProgram> {
    const made = new RawProgram(habits);
    made.#socket = await Bun.connect({
      hostname: '127.0.0.1',
      port,
      allowHalfOpen: true,
      socket: {
        data: (_, bytes) => made.#data(bytes),
        drain: () => made.#flush(),
        end: () => made.#changed(() => (made.#hasEnded = true)),
        close: () => made.#changed(() => (made.#hasEnded = made.#isClosed = true)),
        error: () => {},
      },
    });
    return made;
  }

  /** Connects and registers; the number is the one that the server's OK gives. */
  static async registered(port: number, id: number, habits: Habits = {}): Promise<RawProgram> {
    const made = await RawProgram.connect(port, habits);
    made.send(oi(id));
    const frame = await made.next();
    if (frame.kind !== 'OK') throw new Error(`${id} was refused`);
    made.#id = frame.destination;
    return made;
  }

  get id(): number {
    return this.#id;
  }

  /** Bytes the system does not take now leave when it does. */
  send(...frames: Uint8Array[]): void {
    this.#backlog = Buffer.concat([this.#backlog, ...frames]);
    this.#flush();
  }

  #flush(): void {
    if (this.#backlog.length === 0) return;
    const taken = this.#socket?.write(this.#backlog) ?? 0;
    if (taken > 0) this.#backlog = this.#backlog.subarray(taken);
  }

  #data(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.#inbox.push(Buffer.from(bytes));
    for (let read = this.#reader.take(this.#inbox); read; read = this.#reader.take(this.#inbox)) {
      if (read.is === 'bad') throw new Error(read.why);
      const { frame } = read;
      this.frames.push(frame);
      if (frame.kind === 'MSG' && this.#habits.answers !== false) {
        this.send(ok(this.#id, frame.origin, frame.sequence));
      }
    }
    this.#changed();
  }

  #changed(change?: () => void): void {
    change?.();
    for (const waiter of this.#waiters) waiter();
  }

  /** Waits until something holds; fails telling what came instead. */
  async until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      const last = this.frames.slice(-5).map((frame) => shown(frame));
      reject(
        new Error(
          `${this.#id}: ${what} did not come; last of ${this.frames.length}: ${last.join()}`,
        ),
      );
    }, deadlineMs);
    const look = (): void => {
      if (holds()) resolve();
    };
    this.#waiters.add(look);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(look);
    }
  }

  /** The next frame that was not taken yet. */
  async next(): Promise<Frame> {
    await this.until(() => this.frames.length > 0, 'a frame');
    const frame = this.frames.shift();
    if (!frame) throw new Error('no frame');
    return frame;
  }

  /** The next frame as a line, without its time. */
  async line(): Promise<string> {
    return shown(await this.next(), false);
  }

  async lines(count: number): Promise<string[]> {
    await this.until(() => this.frames.length >= count, `${count} frames`);
    return this.frames.splice(0, count).map((frame) => shown(frame, false));
  }

  /** Sends frames and gives as many answers. */
  async answers(...frames: Uint8Array[]): Promise<string[]> {
    this.send(...frames);
    return this.lines(frames.length);
  }

  async ended(): Promise<void> {
    await this.until(() => this.#hasEnded, 'the end');
  }

  /** Sends no more and still listens. */
  finish(): void {
    this.#socket?.shutdown();
  }

  pause(): void {
    this.#socket?.pause();
  }

  resume(): void {
    this.#socket?.resume();
  }

  /** Says goodbye as the protocol wants it. */
  async leave(sequence = 9999): Promise<void> {
    this.send(flw(this.#id, 0, sequence));
    await this.until(
      () => this.frames.some(({ kind, sequence: of }) => kind === 'OK' && of === sequence),
      'the OK of its FLW',
    );
    await this.close();
  }

  async close(): Promise<void> {
    this.#socket?.end();
    await this.until(() => this.#isClosed, 'the close');
  }

  reset(): void {
    this.#socket?.terminate();
  }
}

/** All at once, a few hundred connections at a time so that no listener's backlog overflows. */
export async function many<T>(
  ids: readonly number[],
  make: (id: number) => Promise<T>,
): Promise<T[]> {
  const made: T[] = [];
  for (let start = 0; start < ids.length; start += 200) {
    made.push(...(await Promise.all(ids.slice(start, start + 200).map(make))));
  }
  return made;
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);

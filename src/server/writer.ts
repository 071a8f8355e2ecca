// Writes to a descriptor without waiting for its reader: what is not taken at once waits here.

import {
  constants,
  createWriteStream,
  fstatSync,
  openSync,
  type WriteStream,
  writeSync,
} from 'node:fs';

import { limits } from '../protocol/limits';

interface Piece {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
}

/**
 * A pipe or terminal is opened a second time without blocking, so other programs that share it notice nothing. (A
 * stream would block a thread of the pool that all files need, and a small machine has only two.)
 */
export class Writer {
  /** A descriptor that never blocks; undefined where there is none. */
  readonly #fd: number | undefined;
  /** For what cannot be opened a second time, such as sockets. */
  readonly #stream: WriteStream | undefined;
  #queue: Piece[] = [];
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #idle = Promise.withResolvers<void>();
  /** The reader is gone. */
  isBroken = false;

  constructor(fd: 1 | 2) {
    this.#fd = unblocked(fd);
    if (this.#fd !== undefined) return;
    this.#stream = createWriteStream('', { fd, autoClose: false });
    this.#stream.on('error', () => {
      this.isBroken = true;
    });
  }

  /** `taken` is called once the system has all of the data, or once the reader is gone. */
  write(data: string | Uint8Array, taken: () => void = () => {}): void {
    if (this.isBroken) return taken();
    if (this.#stream) return void this.#stream.write(data, () => taken());
    this.#queue.push({ bytes: typeof data === 'string' ? Buffer.from(data) : data, taken });
    if (this.#queue.length === 1) this.#flush();
  }

  /** Resolves once all data is written, or the reader is gone. */
  async close(): Promise<void> {
    if (this.#stream && !this.isBroken) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#stream.end(resolve);
      await promise;
    } else if (this.#queue.length > 0) {
      await this.#idle.promise;
    }
  }

  #flush(): void {
    clearTimeout(this.#retry);
    for (let piece = this.#queue[0]; piece !== undefined; piece = this.#queue[0]) {
      const count = this.#writeSome(piece.bytes);
      if (count === undefined) {
        const pauses = limits.server.consoleRetriesMs;
        const pause = pauses[Math.min(this.#tries++, pauses.length - 1)];
        this.#retry = setTimeout(() => this.#flush(), pause);
        return;
      }
      this.#tries = 0;
      if (count < piece.bytes.length) {
        this.#queue[0] = { ...piece, bytes: piece.bytes.subarray(count) };
      } else {
        this.#queue.shift();
        piece.taken();
      }
    }
    this.#idle.resolve();
    this.#idle = Promise.withResolvers();
  }

  /** How many bytes were taken. Undefined: none now, but the reader may take more later. */
  #writeSome(bytes: Uint8Array): number | undefined {
    if (this.#fd === undefined || this.isBroken) return bytes.length;
    try {
      return writeSync(this.#fd, bytes);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined;
      this.isBroken = true;
      return bytes.length;
    }
  }
}

function unblocked(fd: number): number | undefined {
  try {
    const kind = fstatSync(fd);
    // A file never blocks, and only this descriptor knows the place of its next line.
    if (kind.isFile()) return fd;
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return undefined;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}

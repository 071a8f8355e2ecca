// Writes to a descriptor without ever waiting for whoever reads it: what is not taken at once waits here.

import {
  constants,
  createWriteStream,
  fstatSync,
  openSync,
  type WriteStream,
  writeSync,
} from 'node:fs';

/** How soon a reader who is behind is tried again, in ms: each time later, until he reads. */
const pausesMs = [1, 2, 5, 10, 20, 50] as const;

interface Piece {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
}

/**
 * A pipe or terminal is opened once more without blocking, so that nobody who shares it notices. (A stream would
 * block a thread of the pool that all files need, and on a small machine there are only two.)
 */
export class Writer {
  /** What never blocks; undefined where that cannot be had. */
  readonly #fd: number | undefined;
  /** For what cannot be opened once more, such as sockets. */
  readonly #stream: WriteStream | undefined;
  #queue: Piece[] = [];
  #tries = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #idle = Promise.withResolvers<void>();
  /** Whoever read it is gone. */
  isBroken = false;

  constructor(fd: 1 | 2) {
    this.#fd = unblocked(fd);
    if (this.#fd !== undefined) return;
    this.#stream = createWriteStream('', { fd, autoClose: false });
    this.#stream.on('error', () => {
      this.isBroken = true;
    });
  }

  /** `taken` is called once the system has all of it, or nobody reads it any more. */
  write(data: string | Uint8Array, taken: () => void = () => {}): void {
    if (this.isBroken) return taken();
    if (this.#stream) return void this.#stream.write(data, () => taken());
    this.#queue.push({ bytes: typeof data === 'string' ? Buffer.from(data) : data, taken });
    if (this.#queue.length === 1) this.#flush();
  }

  /** Resolves once everything was written, or cannot be. */
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
        const pause = pausesMs[Math.min(this.#tries++, pausesMs.length - 1)];
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

  /** How much was taken; undefined: nothing now, but later. */
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
    // A file takes whatever the disk takes, and where its next line stands is known to this descriptor alone.
    if (kind.isFile()) return fd;
    if (!kind.isFIFO() && !kind.isCharacterDevice()) return undefined;
    const { O_WRONLY, O_NONBLOCK, O_NOCTTY } = constants;
    return openSync(`/proc/self/fd/${fd}`, O_WRONLY | O_NONBLOCK | O_NOCTTY);
  } catch {
    return undefined;
  }
}

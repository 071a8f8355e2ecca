// The files of the simulated server: in memory, as slow as chance will have it, kept while lives come and go.

import type { Sink } from '../../src/protocol/dialect';
import { type FileHash, ok, refused } from '../../src/protocol/model';
import type { FileStore } from '../../src/server/files/files';
import type { FileReader } from '../../src/server/files/reader';

/** What lies on the disk. */
export type Disk = Map<FileHash, Uint8Array>;

interface MemoryFilesDeps {
  readonly disk: Disk;
  needed(hash: FileHash): boolean;
  /** The server that opened these files is dead and changes nothing any more. */
  isOver(): boolean;
  /** Runs a step after a while, as long as the server lives. */
  later(step: () => void): void;
}

export class MemoryFiles implements FileStore {
  readonly #deps: MemoryFilesDeps;
  readonly #pins = new Map<FileHash, number>();

  constructor(deps: MemoryFilesDeps) {
    this.#deps = deps;
  }

  receive(size: number): Sink {
    const pieces: Uint8Array[] = [];
    let isAbandoned = false;
    return {
      write: (bytes) => void pieces.push(bytes.slice()),
      finish: (done) => {
        this.#deps.later(() => {
          if (isAbandoned) return;
          const whole = Buffer.concat(pieces);
          if (whole.length !== size) return done(refused('storage'));
          const hash = new Bun.CryptoHasher('sha256').update(whole).digest('hex') as FileHash;
          this.#pins.set(hash, (this.#pins.get(hash) ?? 0) + 1);
          this.#deps.disk.set(hash, whole);
          done(ok({ hash, size }));
        });
      },
      abandon: () => {
        isAbandoned = true;
      },
    };
  }

  unpin(hash: FileHash): void {
    const pins = (this.#pins.get(hash) ?? 1) - 1;
    if (pins > 0) this.#pins.set(hash, pins);
    else this.#pins.delete(hash);
    this.release(hash);
  }

  release(hash: FileHash): void {
    if (this.#deps.isOver()) return;
    if (!this.#pins.has(hash) && !this.#deps.needed(hash)) this.#deps.disk.delete(hash);
  }

  read(
    hash: FileHash,
    pieceBytes: number,
    to: { piece(bytes: Uint8Array): void; end(complete: boolean): void },
  ): FileReader {
    // A reader that has it open still gets the whole of it.
    let whole: Uint8Array | undefined;
    let at = 0;
    let isClosed = false;
    return {
      next: () =>
        this.#deps.later(() => {
          if (isClosed) return;
          whole ??= this.#deps.disk.get(hash);
          if (!whole) return to.end(false);
          const piece = whole.subarray(at, at + pieceBytes);
          at += piece.length;
          if (piece.length === 0) to.end(true);
          else to.piece(piece.slice());
        }),
      close: () => {
        isClosed = true;
      },
    };
  }
}

// Bytes that have been written to one socket and have not left: small pieces leave together, pieces of their own apart.

import { limits } from '../protocol/limits';

interface Piece {
  readonly bytes: Uint8Array;
  readonly apart: boolean;
}

/** Pieces are joined here before they leave. Shared by all queues, since one write is over before the next begins. */
const shared = new Uint8Array(64 * 1024);

export class SendQueue {
  #pieces: Piece[] = [];
  #bytes = 0;
  /** Small pieces since some were joined. */
  #small = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array, apart: boolean): void {
    this.#pieces.push({ bytes, apart });
    this.#bytes += bytes.length;
    if (bytes.length < limits.net.smallPieceBytes && ++this.#small >= limits.net.joinedPieces)
      this.#join();
  }

  /**
   * Makes one piece of the last small ones, unless all leave with the next write anyway: each takes several times its
   * bytes, and only those are counted. A peer so far behind gets as much at once as it reads, whatever was to stand apart.
   */
  #join(): void {
    this.#small = 0;
    if (this.#bytes < shared.length) return;
    const pieces = this.#pieces;
    let from = pieces.length;
    let length = 0;
    while (from > 0 && pieces.length - from < limits.net.joinedPieces) {
      const piece = pieces[from - 1];
      if (!piece || piece.bytes.length >= limits.net.smallPieceBytes) break;
      length += piece.bytes.length;
      from--;
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const piece of pieces.splice(from)) {
      bytes.set(piece.bytes, at);
      at += piece.bytes.length;
    }
    if (length > 0) pieces.push({ bytes, apart: false });
  }

  /** Takes one write's worth: as many pieces that may stand together as fit into `buffer`, and at least one. */
  next(buffer: Uint8Array = shared): Uint8Array {
    const pieces = this.#pieces;
    const first = pieces[0];
    if (!first) return buffer.subarray(0, 0);
    const count = this.#countOfNext(first, buffer.length);
    if (count === 1) {
      pieces.shift();
      this.#bytes -= first.bytes.length;
      return first.bytes;
    }
    let length = 0;
    for (let index = 0; index < count; index++) {
      const bytes = pieces[index]?.bytes ?? first.bytes;
      buffer.set(bytes, length);
      length += bytes.length;
    }
    if (count === pieces.length) this.#pieces = [];
    else pieces.splice(0, count);
    this.#bytes -= length;
    return buffer.subarray(0, length);
  }

  /** Puts back the end of what `next` gave, which did not leave. */
  putBack(bytes: Uint8Array): void {
    // A copy, because it may lie in the shared buffer.
    this.#pieces.unshift({ bytes: bytes.slice(), apart: false });
    this.#bytes += bytes.length;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }

  /** How many of the pieces leave together. */
  #countOfNext(first: Piece, most: number): number {
    if (first.apart) return 1;
    const pieces = this.#pieces;
    let length = first.bytes.length;
    let count = 1;
    for (; count < pieces.length; count++) {
      const piece = pieces[count];
      if (!piece || piece.apart) break;
      length += piece.bytes.length;
      if (length > most) break;
    }
    return count;
  }
}

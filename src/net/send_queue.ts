// Bytes that have been written to one socket and have not left: small pieces leave together, pieces of their own apart.

import { limits } from '../protocol/limits';

interface Piece {
  readonly bytes: Uint8Array;
  readonly apart: boolean;
}

/** Pieces are joined here before they leave. Shared by all queues, since one write is over before the next begins. */
const shared = new Uint8Array(64 * 1024);

/** Of all queues that hold no pieces, or one. */
const none: Piece[] = [];

export class SendQueue {
  /** The one piece, where there is only one: nearly always, and then there is no list. */
  #only: Uint8Array | undefined;
  #pieces: Piece[] = none;
  #bytes = 0;
  /** Small pieces since some were joined. */
  #small = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array, apart: boolean): void {
    const isEmpty = this.#bytes === 0;
    this.#bytes += bytes.length;
    // Alone, it leaves in a write of its own anyway.
    if (isEmpty && !apart) {
      this.#only = bytes;
      return;
    }
    this.#list().push({ bytes, apart });
    if (bytes.length < limits.net.smallPieceBytes && ++this.#small >= limits.net.joinedPieces)
      this.#join();
  }

  /** The pieces, one that was alone among them. */
  #list(): Piece[] {
    if (this.#pieces === none) {
      this.#pieces = this.#only === undefined ? [] : [{ bytes: this.#only, apart: false }];
      this.#only = undefined;
    }
    return this.#pieces;
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
    const only = this.#only;
    if (only !== undefined) {
      this.#only = undefined;
      this.#bytes = 0;
      return only;
    }
    const pieces = this.#pieces;
    const first = pieces[0];
    if (!first) return buffer.subarray(0, 0);
    const count = this.#countOfNext(first, buffer.length);
    if (count === 1) {
      pieces.shift();
      if (pieces.length === 0) this.#pieces = none;
      this.#bytes -= first.bytes.length;
      return first.bytes;
    }
    let length = 0;
    for (let index = 0; index < count; index++) {
      const bytes = pieces[index]?.bytes ?? first.bytes;
      buffer.set(bytes, length);
      length += bytes.length;
    }
    if (count === pieces.length) this.#pieces = none;
    else pieces.splice(0, count);
    this.#bytes -= length;
    return buffer.subarray(0, length);
  }

  /** Puts back the end of what `next` gave, which did not leave. */
  putBack(bytes: Uint8Array): void {
    // A copy, because it may lie in the shared buffer.
    const copy = bytes.slice();
    if (this.#bytes === 0) this.#only = copy;
    else this.#list().unshift({ bytes: copy, apart: false });
    this.#bytes += copy.length;
  }

  clear(): void {
    this.#only = undefined;
    this.#pieces = none;
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

// Bytes that have been written to one socket and have not left: small pieces leave together, pieces of their own apart.

import { limits } from '../protocol/limits';

interface Piece {
  readonly bytes: Uint8Array;
  /** Where its bytes end; behind them more may be added, if it is ours. */
  end: number;
  readonly apart: boolean;
  /** It holds what was written in several pieces, and shares it with no other queue. */
  readonly isOwn: boolean;
}

const shared = (bytes: Uint8Array, apart: boolean): Piece => ({
  bytes,
  end: bytes.length,
  apart,
  isOwn: false,
});

const bytesOf = ({ bytes, end }: Piece): Uint8Array =>
  end === bytes.length ? bytes : bytes.subarray(0, end);

/** Pieces are joined here before they leave. Of all queues, since one write is over before the next begins. */
const joined = new Uint8Array(limits.net.writeBytes);

/** Of all queues that hold no pieces, or one. */
const none: Piece[] = [];

export class SendQueue {
  /** The one piece, where there is only one: nearly always, and then there is no list. */
  #only: Uint8Array | undefined;
  #pieces: Piece[] = none;
  #bytes = 0;
  /** More waits than leaves in one write, or the peer did not take all of one; not yet made good. */
  #isBehind = false;

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
    if (!this.#isBehind && this.#bytes >= limits.net.writeBytes) this.#fallBehind();
    if (this.#isBehind && bytes.length <= limits.net.smallPieceBytes) this.#append(bytes);
    else this.#list().push(shared(bytes, apart));
  }

  /** The pieces, one that was alone among them. */
  #list(): Piece[] {
    if (this.#pieces === none) {
      this.#pieces = this.#only === undefined ? [] : [shared(this.#only, false)];
      this.#only = undefined;
    }
    return this.#pieces;
  }

  /**
   * From now on small pieces take the memory of their bytes: a piece of its own takes many times as much. A peer who is
   * behind gets as much at once as it reads, whatever was to stand apart.
   */
  #fallBehind(): void {
    this.#isBehind = true;
    if (this.#pieces === none) return;
    const pieces = this.#pieces;
    this.#pieces = [];
    for (const piece of pieces)
      if (piece.end <= limits.net.smallPieceBytes) this.#append(bytesOf(piece));
      else this.#pieces.push(piece);
  }

  /** Adds a small piece to the last one, or begins a new one. */
  #append(bytes: Uint8Array): void {
    const pieces = this.#list();
    const last = pieces.at(-1);
    const isOwn = last?.isOwn === true;
    if (isOwn && last.end + bytes.length <= last.bytes.length) {
      last.bytes.set(bytes, last.end);
      last.end += bytes.length;
      return;
    }
    // Each is twice as long as the one before.
    const length = isOwn ? 2 * last.bytes.length : limits.net.smallPieceBytes;
    const own = new Uint8Array(Math.min(limits.net.writeBytes, length));
    own.set(bytes);
    pieces.push({ bytes: own, end: bytes.length, apart: false, isOwn: true });
  }

  /** Takes one write's worth: as many pieces that may stand together as fit into `buffer`, and at least one. */
  next(buffer: Uint8Array = joined): Uint8Array {
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
      this.#bytes -= first.end;
      return bytesOf(first);
    }
    let length = 0;
    for (let index = 0; index < count; index++) {
      const bytes = bytesOf(pieces[index] ?? first);
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
    if (!this.#isBehind) this.#fallBehind();
    // A copy, because it may lie in the buffer of all.
    const copy = bytes.slice();
    if (this.#bytes === 0) this.#only = copy;
    else this.#list().unshift(shared(copy, false));
    this.#bytes += copy.length;
  }

  /** All that was written has left. */
  caughtUp(): void {
    this.#isBehind = false;
  }

  clear(): void {
    this.#only = undefined;
    this.#pieces = none;
    this.#bytes = 0;
    this.#isBehind = false;
  }

  /** How many of the pieces leave together. */
  #countOfNext(first: Piece, most: number): number {
    if (first.apart) return 1;
    const pieces = this.#pieces;
    let length = first.end;
    let count = 1;
    for (; count < pieces.length; count++) {
      const piece = pieces[count];
      if (!piece || piece.apart) break;
      length += piece.end;
      if (length > most) break;
    }
    return count;
  }
}

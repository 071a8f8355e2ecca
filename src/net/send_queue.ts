// What has been written to one link and has not left yet: small pieces leave together, pieces of their own apart.

interface Piece {
  readonly bytes: Uint8Array;
  readonly apart: boolean;
}

/** Small writes of one turn are joined here before they leave; good until the next turn of any queue. */
const joined = new Uint8Array(64 * 1024);

export class SendQueue {
  #pieces: Piece[] = [];
  #bytes = 0;

  /** Bytes that wait. */
  get bytes(): number {
    return this.#bytes;
  }

  push(bytes: Uint8Array, apart: boolean): void {
    this.#pieces.push({ bytes, apart });
    this.#bytes += bytes.length;
  }

  /** Takes one write's worth: pieces that may stand together are copied into one. */
  next(): Uint8Array {
    const bytes = this.#take();
    this.#bytes -= bytes.length;
    return bytes;
  }

  /** The end of what `next` gave, which did not leave after all. */
  putBack(bytes: Uint8Array): void {
    // It may lie in the shared buffer.
    this.#pieces.unshift({ bytes: bytes.slice(), apart: false });
    this.#bytes += bytes.length;
  }

  clear(): void {
    this.#pieces = [];
    this.#bytes = 0;
  }

  #take(): Uint8Array {
    const pieces = this.#pieces;
    const first = pieces[0];
    if (!first) return joined.subarray(0, 0);
    let length = first.bytes.length;
    let count = 1;
    if (!first.apart) {
      for (; count < pieces.length; count++) {
        const piece = pieces[count];
        if (!piece || piece.apart || length + piece.bytes.length > joined.length) break;
        length += piece.bytes.length;
      }
    }
    if (count === 1) {
      pieces.shift();
      return first.bytes;
    }
    let offset = 0;
    for (let index = 0; index < count; index++) {
      const bytes = pieces[index]?.bytes ?? first.bytes;
      joined.set(bytes, offset);
      offset += bytes.length;
    }
    if (count === pieces.length) this.#pieces = [];
    else pieces.splice(0, count);
    return joined.subarray(0, length);
  }
}

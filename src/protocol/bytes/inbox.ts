// What has arrived and not been taken yet: a codec takes a whole piece or nothing.

const nothing = new Uint8Array(0);

/**
 * A queue of received bytes. Pieces come out as views of what came in where they can (received buffers are
 * never reused), so taking a frame copies nothing unless it was cut.
 */
export class Inbox {
  #bytes: Uint8Array = nothing;

  /** Bytes not taken yet. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Adds what arrived. The inbox owns `bytes` from now on. */
  push(bytes: Uint8Array): void {
    if (this.#bytes.length === 0) {
      this.#bytes = bytes;
      return;
    }
    const joined = new Uint8Array(this.#bytes.length + bytes.length);
    joined.set(this.#bytes);
    joined.set(bytes, this.#bytes.length);
    this.#bytes = joined;
  }

  /** Exactly `count` bytes, or undefined (and nothing taken) while there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (this.#bytes.length < count) return undefined;
    const piece = this.#bytes.subarray(0, count);
    this.#bytes = this.#bytes.length === count ? nothing : this.#bytes.subarray(count);
    return piece;
  }

  /** Everything there is, at most `most` bytes. */
  takeAll(most: number = this.#bytes.length): Uint8Array {
    return this.take(Math.min(most, this.#bytes.length)) ?? nothing;
  }

  /** A look at `count` bytes from `offset` without taking them, or undefined while they are not all there. */
  peek(count: number, offset = 0): Uint8Array | undefined {
    if (this.#bytes.length < offset + count) return undefined;
    return this.#bytes.subarray(offset, offset + count);
  }

  /** Where `byte` stands next, counted from the first byte not taken; -1 if it is not there. */
  indexOf(byte: number, from = 0): number {
    return this.#bytes.indexOf(byte, from);
  }

  /** Lets go of a large received buffer of which only a little is left; call when a turn's work is done. */
  compact(): void {
    if (this.#bytes.length < this.#bytes.buffer.byteLength / 2) this.#bytes = this.#bytes.slice();
  }
}

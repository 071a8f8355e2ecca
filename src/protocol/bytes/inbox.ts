// The bytes that have arrived and have not been taken. A codec takes a whole piece or nothing.

const nothing = new Uint8Array(0);

/**
 * A queue of received bytes. A piece that came in one buffer is a view of that buffer, because received buffers are
 * never reused. Only a piece that came in several is copied.
 */
export class Inbox {
  #bytes: Uint8Array = nothing;
  /** The first byte that is not taken. */
  #start = 0;
  #held = false;

  /** Bytes that can be taken; 0 while held. */
  get length(): number {
    return this.#held ? 0 : this.size;
  }

  /** Bytes that are not taken, held or not. */
  get size(): number {
    return this.#bytes.length - this.#start;
  }

  /**
   * While held, the inbox looks empty. The owner of the connection holds it while enough requests are under way, so
   * that no session takes more before those are answered.
   */
  set held(held: boolean) {
    this.#held = held;
  }

  /** Adds what arrived. The inbox owns `bytes` from now on. */
  push(bytes: Uint8Array): void {
    const { size } = this;
    if (size === 0) {
      this.#bytes = bytes;
    } else {
      const joined = new Uint8Array(size + bytes.length);
      joined.set(this.#bytes.subarray(this.#start));
      joined.set(bytes, size);
      this.#bytes = joined;
    }
    this.#start = 0;
  }

  /** Exactly `count` bytes, or undefined (and nothing taken) while there are fewer. */
  take(count: number): Uint8Array | undefined {
    if (this.length < count) return undefined;
    if (count === 0) return nothing;
    const piece = this.#bytes.subarray(this.#start, this.#start + count);
    this.skip(count);
    return piece;
  }

  /** Throws away the next `count` bytes, or as many as there are. */
  skip(count: number): void {
    this.#start += Math.min(count, this.length);
    if (this.#start === this.#bytes.length) {
      this.#bytes = nothing;
      this.#start = 0;
    }
  }

  /** Takes everything, but at most `most` bytes. */
  takeAll(most: number = this.length): Uint8Array {
    return this.take(Math.min(most, this.length)) ?? nothing;
  }

  /** `count` bytes from `offset`, which are not taken, or undefined while they are not all there. */
  peek(count: number, offset = 0): Uint8Array | undefined {
    if (this.length < offset + count) return undefined;
    const start = this.#start + offset;
    return this.#bytes.subarray(start, start + count);
  }

  /** Where `byte` stands next, counted from the first byte not taken; -1 if it is not there. */
  indexOf(byte: number, from = 0): number {
    if (this.#held) return -1;
    const at = this.#bytes.indexOf(byte, this.#start + from);
    return at < 0 ? -1 : at - this.#start;
  }

  /** Frees a large received buffer of which only a little is left. To be called when a turn's work is done. */
  compact(): void {
    if (this.size >= this.#bytes.buffer.byteLength / 2) return;
    this.#bytes = this.#bytes.slice(this.#start);
    this.#start = 0;
  }
}

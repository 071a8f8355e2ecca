// The bytes that have arrived and have not been taken. A codec takes a whole piece or nothing.

const nothing = new Uint8Array(0);

/**
 * A queue of received bytes. A piece that came in one buffer is a view of that buffer, because received buffers are
 * never reused. Only a piece that came in several is copied. One that comes a byte at a time costs no more than a few
 * copies of the whole.
 */
export class Inbox {
  /** A received buffer, which is full, or one of ours, which may have room at its end. */
  #bytes: Uint8Array = nothing;
  /** The first byte that is not taken, and the end of those that came. */
  #start = 0;
  #end = 0;
  #held = false;
  /** `#absentByte` was looked for in vain from `#absentFrom` to `#absentTo`. */
  #absentByte = -1;
  #absentFrom = 0;
  #absentTo = 0;

  /** Bytes that can be taken; 0 while held. */
  get length(): number {
    return this.#held ? 0 : this.size;
  }

  /** Bytes that are not taken, held or not. */
  get size(): number {
    return this.#end - this.#start;
  }

  /** Bytes of memory that what is not taken needs. */
  get memory(): number {
    return this.size === 0 ? 0 : this.#bytes.length;
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
    if (this.size === 0) return this.#replace(bytes, bytes.length);
    const end = this.#end + bytes.length;
    if (end > this.#bytes.length) this.#makeRoom(this.size + bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** Moves what is there to a buffer of ours for `length` bytes, and for half as many that may follow. */
  #makeRoom(length: number): void {
    const { size } = this;
    const roomy = new Uint8Array(length + (length >> 1));
    roomy.set(this.#bytes.subarray(this.#start, this.#end));
    const moved = this.#start;
    const absent = this.#absentByte;
    this.#replace(roomy, size);
    this.#absentByte = absent;
    this.#absentFrom -= moved;
    this.#absentTo -= moved;
  }

  #replace(bytes: Uint8Array, end: number): void {
    this.#bytes = bytes;
    this.#start = 0;
    this.#end = end;
    this.#absentByte = -1;
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
    if (this.#start === this.#end) this.#replace(nothing, 0);
  }

  /** Takes everything, but at most `most` bytes. */
  takeAll(most: number = this.length): Uint8Array {
    return this.take(Math.min(most, this.length)) ?? nothing;
  }

  /** Throws everything away, held or not. */
  clear(): void {
    this.#bytes = nothing;
    this.#start = 0;
  }

  /** `count` bytes from `offset`, which are not taken, or undefined while they are not all there. */
  peek(count: number, offset = 0): Uint8Array | undefined {
    if (this.length < offset + count) return undefined;
    const start = this.#start + offset;
    return this.#bytes.subarray(start, start + count);
  }

  /**
   * Where `byte` stands next, counted from the first byte not taken; -1 if it is not there. Bytes that were looked
   * through in vain are not looked through again when more have come.
   */
  indexOf(byte: number, from = 0): number {
    if (this.#held) return -1;
    const start = this.#start + from;
    const isKnown =
      byte === this.#absentByte && start >= this.#absentFrom && start <= this.#absentTo;
    const bytes =
      this.#end === this.#bytes.length ? this.#bytes : this.#bytes.subarray(0, this.#end);
    const at = bytes.indexOf(byte, isKnown ? this.#absentTo : start);
    if (at >= 0) return at - this.#start;
    if (!isKnown) this.#absentFrom = start;
    this.#absentByte = byte;
    this.#absentTo = this.#end;
    return -1;
  }

  /** Frees a large received buffer of which only a little is left. To be called when a turn's work is done. */
  compact(): void {
    if (this.size >= this.#bytes.buffer.byteLength / 2) return;
    // A received buffer may be one of Node's, whose `slice` would be a view of all of it.
    this.#replace(new Uint8Array(this.#bytes.subarray(this.#start, this.#end)), this.size);
  }
}

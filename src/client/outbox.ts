// What has been written and has not left yet: pieces that leave in one segment, or apart where asked.

/** A bounded queue of bytes towards one peer. */
export class Outbox {
  /** What leaves in one write; a segment of its own is marked `apart`. */
  readonly #segments: { readonly pieces: Uint8Array[]; readonly apart: boolean }[] = [];
  #length = 0;

  /** Bytes that have not left. */
  get length(): number {
    return this.#length;
  }

  add(bytes: Uint8Array, apart: boolean): void {
    if (bytes.length === 0) return;
    this.#length += bytes.length;
    const last = this.#segments.at(-1);
    if (last !== undefined && !apart && !last.apart) last.pieces.push(bytes);
    else this.#segments.push({ pieces: [bytes], apart });
  }

  /** The next segment in one piece, or undefined when all has left. */
  next(): Uint8Array | undefined {
    const segment = this.#segments[0];
    if (segment === undefined) return undefined;
    if (segment.pieces.length > 1) {
      segment.pieces.splice(0, segment.pieces.length, Buffer.concat(segment.pieces));
    }
    return segment.pieces[0];
  }

  /** `count` bytes of the segment that `next` gave have left. */
  took(count: number): void {
    const segment = this.#segments[0];
    const piece = segment?.pieces[0];
    if (segment === undefined || piece === undefined) return;
    this.#length -= count;
    if (count === piece.length) this.#segments.shift();
    else segment.pieces[0] = piece.subarray(count);
  }

  clear(): void {
    this.#segments.length = 0;
    this.#length = 0;
  }
}

// The bytes of a WebSocket message that has not come whole: Bun holds them, and tells nobody.

/** A frame's first two bytes, the length that may follow them, and the mask (RFC 6455, 5.2). */
const leastHead = 2;
const maskLength = 4;

const isFinal = 0x80;
const isControl = 0x08;
const isMasked = 0x80;

/** Follows the frames that one peer sends. */
export class UnfinishedFrames {
  /** The head of the frame under way, as far as it has come. */
  readonly #head = new Uint8Array(leastHead + 8 + maskLength);
  #headLength = 0;
  /** Bytes of the payload that have not come; undefined while the head is not whole. */
  #missing: number | undefined;
  /** Bytes of the frame under way. */
  #frame = 0;
  /** Bytes of the frames before it that are part of the same message. */
  #message = 0;

  /** Bytes of what is not whole. */
  get length(): number {
    return this.#message + this.#frame;
  }

  push(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length;) {
      if (this.#missing === undefined) {
        this.#head[this.#headLength++] = bytes[at++] ?? 0;
        this.#frame++;
        this.#missing = this.#payloadLength();
      } else {
        const count = Math.min(this.#missing, bytes.length - at);
        this.#missing -= count;
        this.#frame += count;
        at += count;
      }
      if (this.#missing === 0) this.#end();
    }
  }

  /** How long the payload is, once the head is whole. */
  #payloadLength(): number | undefined {
    if (this.#headLength < leastHead) return undefined;
    const second = this.#head[1] ?? 0;
    const short = second & ~isMasked;
    const more = short === 126 ? 2 : short === 127 ? 8 : 0;
    const mask = (second & isMasked) === 0 ? 0 : maskLength;
    if (this.#headLength < leastHead + more + mask) return undefined;
    if (more === 0) return short;
    const long = this.#head.subarray(leastHead, leastHead + more);
    return long.reduce((value, byte) => value * 256 + byte, 0);
  }

  /** The frame is whole. A control frame may stand between the frames of a message. */
  #end(): void {
    const first = this.#head[0] ?? 0;
    if ((first & isControl) === 0)
      this.#message = (first & isFinal) === 0 ? this.#message + this.#frame : 0;
    this.#headLength = 0;
    this.#frame = 0;
    this.#missing = undefined;
  }
}

// The frames of a WebSocket as a client writes and reads them (RFC 6455, 5): what is written is masked, what comes is not.

import { Inbox } from '../protocol/bytes/inbox';

export const opcode = {
  continuation: 0x0,
  text: 0x1,
  close: 0x8,
  ping: 0x9,
  pong: 0xa,
} as const;

/** Close codes of RFC 6455, 7.4.1. */
export const closeCode = { normal: 1000, broken: 1002, notText: 1003 } as const;

const final = 0x80;
const masked = 0x80;
/** Lengths that say that the length follows, in two bytes or in eight. */
const [inTwo, inEight] = [126, 127] as const;
const lineEnd = 10;

/** One whole frame. Each has a mask of its own, so that nobody chooses the bytes that travel. */
export function frameOf(code: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const extra = length < inTwo ? 0 : length <= 0xffff ? 2 : 8;
  const frame = Buffer.allocUnsafe(2 + extra + 4 + length);
  frame[0] = final | code;
  frame[1] = masked | (extra === 0 ? length : extra === 2 ? inTwo : inEight);
  if (extra === 2) frame.writeUInt16BE(length, 2);
  if (extra === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  const mask = crypto.getRandomValues(new Uint8Array(4));
  frame.set(mask, 2 + extra);
  const at = 2 + extra + 4;
  for (let i = 0; i < length; i++) frame[at + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return frame;
}

/** What frames tell. */
export interface FrameEvents {
  /** A piece of a text. Behind the last piece of each stands a line end. */
  text(piece: Uint8Array): void;
  ping(payload: Uint8Array): void;
  /** The peer ends. Nothing of it is read behind that. */
  closed(): void;
  /** What came is no frame that may come. Nothing is read behind it. */
  broken(code: number): void;
}

/** Reads frames from pieces of any size. A text is handed on as it comes, so nothing but the head of a frame is kept. */
export class FrameReader {
  readonly #events: FrameEvents;
  readonly #inbox = new Inbox();
  /** Bytes of the text frame under way that have yet to come. */
  #left = 0;
  #isFinal = true;
  /** Whether a text of several frames is under way. */
  #isWithin = false;
  #last = lineEnd;
  #isOver = false;

  constructor(events: FrameEvents) {
    this.#events = events;
  }

  push(bytes: Uint8Array): void {
    if (this.#isOver) return;
    this.#inbox.push(bytes);
    while (!this.#isOver && this.#takeOne());
    this.#inbox.compact();
  }

  /** Takes a piece of a text, or a frame; false where more bytes are needed. */
  #takeOne(): boolean {
    return this.#left > 0 ? this.#takePiece() : this.#takeHead();
  }

  #takePiece(): boolean {
    const piece = this.#inbox.take(Math.min(this.#left, this.#inbox.length));
    if (piece === undefined || piece.length === 0) return false;
    this.#left -= piece.length;
    this.#last = piece.at(-1) ?? lineEnd;
    this.#events.text(piece);
    if (this.#left === 0) this.#endFrame();
    return true;
  }

  /** The line end behind the last line of a text may be left out. */
  #endFrame(): void {
    this.#isWithin = !this.#isFinal;
    if (this.#isFinal && this.#last !== lineEnd) this.#events.text(Uint8Array.of(lineEnd));
    if (this.#isFinal) this.#last = lineEnd;
  }

  #takeHead(): boolean {
    const start = this.#inbox.peek(2);
    if (!start) return false;
    const [first = 0, second = 0] = start;
    const code = first & 0x0f;
    const isControl = code >= opcode.close;
    const isWrong = (first & 0x70) !== 0 || (second & masked) !== 0;
    const short = second & 0x7f;
    if (isWrong || (isControl && (short >= inTwo || (first & final) === 0))) return this.#fail();
    const extra = short < inTwo ? 0 : short === inTwo ? 2 : 8;
    const head = this.#inbox.peek(2 + extra);
    if (!head) return false;
    const length = extra === 0 ? short : lengthIn(head.subarray(2));
    if (isControl) return this.#takeControl(code, length);
    const isText = code === (this.#isWithin ? opcode.continuation : opcode.text);
    if (!isText) return this.#fail(code === 2 ? closeCode.notText : closeCode.broken);
    if (!Number.isSafeInteger(length)) return this.#fail();
    this.#inbox.take(2 + extra);
    this.#isFinal = (first & final) !== 0;
    this.#left = length;
    if (length === 0) this.#endFrame();
    return true;
  }

  #takeControl(code: number, length: number): boolean {
    const payload = this.#inbox.length < 2 + length ? undefined : this.#inbox.take(2 + length);
    if (!payload) return false;
    if (code === opcode.ping) this.#events.ping(payload.subarray(2));
    else if (code === opcode.close) {
      this.#isOver = true;
      this.#events.closed();
    } else if (code !== opcode.pong) return this.#fail();
    return true;
  }

  #fail(code: number = closeCode.broken): false {
    this.#isOver = true;
    this.#events.broken(code);
    return false;
  }
}

const lengthIn = (bytes: Uint8Array): number =>
  bytes.reduce((length, byte) => length * 0x100 + byte, 0);

// Frames of exactly 200 bytes: taking one, padding a text into one, cutting a long text over several.

import type { Inbox } from '../../bytes/inbox';
import { type FileNote, firstParts, partsOfText, restMark, withNote } from '../../bytes/parts';
import { byteLength, encodeText } from '../../bytes/text';

/** The length of every message in either direction, in bytes (source 003, 0.2.1). */
export const frameBytes = 200;

const space = 0x20;
const lineFeed = 0x0a;
const slash = 0x2f;
const nothing = new Uint8Array(0);
const encoder = new TextEncoder();

/** Space, and TAB, LF, VT, FF, CR: what a receiver strips from the end of a frame. */
const isBlank = (byte: number | undefined): boolean =>
  byte === space || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

/** The next frame without the white space at its end, as a view; undefined while it is not all there. */
export function takeFrame(inbox: Inbox): Uint8Array | undefined {
  const frame = inbox.take(frameBytes);
  if (frame === undefined) return undefined;
  let end = frameBytes;
  while (end > 0 && isBlank(frame[end - 1])) end--;
  return frame.subarray(0, end);
}

/**
 * A text, with the note of its file, as frames in one piece: every line of it, cut where it no longer fits, each part
 * after `prefix` (at most 196 bytes). Nearly always that is one frame, encoded straight into its place.
 */
export function framesOf(prefix: string, text: string, file?: FileNote): Uint8Array {
  const frame = new Uint8Array(frameBytes).fill(space);
  if (fitsInto(frame, prefix, withNote(text, file))) return frame;
  const head = encodeText(prefix);
  const parts = (said: string): Iterable<Uint8Array> => linePartsOf(encodeText(said), head.length);
  return padded(
    head,
    partsOfText(text, file, parts, () => frameBytes),
  );
}

/** The same for several texts (`raw`: bytes in place of a text that is none), one after the other. */
export function framesOfEach(
  prefix: string,
  all: readonly { readonly text: string; readonly raw?: Uint8Array }[],
): Uint8Array {
  const frames = new Uint8Array(all.length * frameBytes).fill(space);
  const fit = all.every(({ text, raw }, index) => {
    const frame = frames.subarray(index * frameBytes, (index + 1) * frameBytes);
    return raw === undefined && fitsInto(frame, prefix, text);
  });
  if (fit) return frames;
  return joined(
    all.map(({ text, raw }) =>
      raw === undefined ? framesOf(prefix, text) : framesOfBytes(prefix, raw),
    ),
  );
}

/** Encodes into a blank frame; false if that does not hold it all. */
function fitsInto(frame: Uint8Array, prefix: string, text: string): boolean {
  const whole = prefix + text;
  return !text.includes('\n') && encoder.encodeInto(whole, frame).read === whole.length;
}

/** The same for bytes, which need not be UTF-8. */
export function framesOfBytes(prefix: string, bytes: Uint8Array): Uint8Array {
  const head = encodeText(prefix);
  const parts = linePartsOf(bytes, head.length);
  return padded(
    head,
    firstParts(parts, () => frameBytes, [encodeText(restMark)]),
  );
}

/** Every line of a text in parts that fit a frame behind a prefix of `headBytes`. */
function* linePartsOf(bytes: Uint8Array, headBytes: number): Generator<Uint8Array, void> {
  for (let start = 0; ;) {
    const feed = bytes.indexOf(lineFeed, start);
    const line = bytes.subarray(start, feed < 0 ? undefined : feed);
    yield* partsOf(line, frameBytes - headBytes);
    if (feed < 0) return;
    start = feed + 1;
  }
}

/**
 * What a client sends for a line that its user typed. Where one frame does not hold it, no frame after the
 * first begins with `/`, which would make a control message of the middle of a sentence.
 */
export function framesOfTyped(line: string): Uint8Array {
  const [first = nothing, ...rest] = [...partsOf(encodeText(line), frameBytes, slash)];
  const frames = padded(nothing, [first, ...rest]);
  // A part found no better place for its cut (slashes only): it was left a byte for the space before it.
  rest.forEach((part, index) => {
    const at = (index + 1) * frameBytes;
    if (part[0] !== slash) return;
    frames.copyWithin(at + 1, at, at + part.length);
    frames[at] = space;
  });
  return frames;
}

let lastNames: readonly string[] | undefined;
let lastList: Uint8Array = nothing;

/**
 * Channel names, one a line, in as many frames as it takes; none is cut in two. No name, no bytes. A list that many
 * ask for is encoded once: as long as it is the same array, it is the same bytes, which nobody may change.
 */
export function framesOfList(names: readonly string[]): Uint8Array {
  if (names !== lastNames) {
    lastList = encodeList(names);
    lastNames = names;
  }
  return lastList;
}

function encodeList(names: readonly string[]): Uint8Array {
  const parts: Uint8Array[] = [];
  let lines: string | undefined;
  let length = 0;
  for (const name of names) {
    const bytes = byteLength(name);
    if (lines !== undefined && length + 1 + bytes <= frameBytes) {
      lines += '\n' + name;
      length += 1 + bytes;
    } else {
      if (lines !== undefined) parts.push(encodeText(lines));
      lines = name;
      length = bytes;
    }
  }
  if (lines !== undefined) parts.push(encodeText(lines));
  return padded(nothing, parts);
}

/**
 * Cuts a line into parts of at most `most` bytes (at least 4) at character borders. A cut before `unwanted`
 * or behind white space (which the receiver would strip) moves forward to a better place where there is one;
 * where there is none, a part that begins with `unwanted` is a byte shorter.
 */
function* partsOf(bytes: Uint8Array, most: number, unwanted?: number): Generator<Uint8Array, void> {
  for (let start = 0; ;) {
    const room = start > 0 && bytes[start] === unwanted ? most - 1 : most;
    if (bytes.length - start <= room) {
      yield bytes.subarray(start);
      return;
    }
    const furthest = characterBorder(bytes, start, start + room);
    let end = furthest;
    while (end > start && (isBlank(bytes[end - 1]) || bytes[end] === unwanted)) {
      end = characterBorder(bytes, start, end - 1);
    }
    if (end === start) end = furthest;
    yield bytes.subarray(start, end);
    start = end;
  }
}

export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The last place from `start` to `end` that is not inside a character; `end` itself in what is not UTF-8. */
function characterBorder(bytes: Uint8Array, start: number, end: number): number {
  for (let at = end; at > start && end - at < 4; at--) {
    if (((bytes[at] ?? 0) & 0xc0) !== 0x80) return at;
  }
  return end;
}

function padded(head: Uint8Array, parts: readonly Uint8Array[]): Uint8Array {
  const frames = new Uint8Array(parts.length * frameBytes).fill(space);
  parts.forEach((part, index) => {
    frames.set(head, index * frameBytes);
    frames.set(part, index * frameBytes + head.length);
  });
  return frames;
}

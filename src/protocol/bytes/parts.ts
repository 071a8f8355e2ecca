// What one text becomes in a dialect: parts, each a line or a message, and at most so many of them.

import { limits } from '../limits';
import { eachLine, eachPiece, withFileNote } from './text';

/** Stands in place of the rest of a text that was cut. */
export const restMark = '…';

/** What is told of a file that came with a text, where a dialect can tell of it in no other way. */
export type FileNote = Parameters<typeof withFileNote>[1];

/** A text with the note of its file, if it came with one. */
export const withNote = (text: string, file: FileNote | undefined): string =>
  file === undefined ? text : withFileNote(text, file);

/**
 * The parts in which a dialect says one text and the note of its file. `parts` cuts a text into them, and `bytesOf` is
 * what one of them takes on the wire. Of a text that becomes more than `limits.text` allows, the peer gets the first
 * parts, and then `…` with the note.
 */
export function partsOfText<T>(
  text: string,
  file: FileNote | undefined,
  parts: (text: string) => Iterable<T>,
  bytesOf: (part: T) => number,
): T[] {
  return firstParts(parts(withNote(text, file)), bytesOf, parts(withNote(restMark, file)));
}

/** The first of some parts, as many as `limits.text` allows. If there are more, `rest` stands in place of them. */
export function firstParts<T>(
  parts: Iterable<T>,
  bytesOf: (part: T) => number,
  rest: Iterable<T>,
): T[] {
  const first: T[] = [];
  let bytes = 0;
  for (const part of parts) {
    bytes += bytesOf(part);
    const isTooMuch = first.length === limits.text.parts || bytes > limits.text.partsBytes;
    if (isTooMuch) return [...first, ...rest];
    first.push(part);
  }
  return first;
}

/** A text's lines, each in pieces of at most `most` bytes. */
export function* eachLinePiece(text: string, most: number): Generator<string, void> {
  for (const line of eachLine(text)) yield* eachPiece(line, most);
}

// Text and its bytes: strict UTF-8, cutting at character borders, and what a text loses on its way to other dialects.

import { limits } from '../limits';

const encoder = new TextEncoder();
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const latin = new TextDecoder('windows-1252');
const lenient = new TextDecoder('utf-8', { ignoreBOM: true });

export const encodeText = (text: string): Uint8Array => encoder.encode(text);

/** The text, or undefined if the bytes are not UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

/** The text with U+FFFD in place of what is not UTF-8. */
export const decodeLossy = (bytes: Uint8Array): string => lenient.decode(bytes);

/** The text of bytes that are not UTF-8, as most programs wrote that were older: each byte is a letter of western Europe. */
export const decodeLatin = (bytes: Uint8Array): string => latin.decode(bytes);

/** How many bytes of UTF-8 a text takes. */
export const byteLength = (text: string): number => encoder.encode(text).length;

/** A text's lines, one after the other; CR LF and CR count as LF. A final line end starts no further line. */
export function* eachLine(text: string): Generator<string, void> {
  let start = 0;
  for (const { 0: lineEnd, index } of text.matchAll(/\r\n?|\n/g)) {
    yield text.slice(start, index);
    start = index + lineEnd.length;
  }
  if (start < text.length || start === 0) yield text.slice(start);
}

export const linesOf = (text: string): string[] =>
  /[\r\n]/.test(text) ? [...eachLine(text)] : [text];

/** A text in pieces of at most `most` bytes (at least 4), none cut in the middle of a character. */
export function* eachPiece(text: string, most: number): Generator<string, void> {
  const bytes = encoder.encode(text);
  if (bytes.length <= most) {
    yield text;
    return;
  }
  for (let start = 0; start < bytes.length;) {
    let end = Math.min(start + most, bytes.length);
    while (end < bytes.length && end > start && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
    yield lenient.decode(bytes.subarray(start, end));
    start = end;
  }
}

export const cutText = (text: string, most: number): string[] => [...eachPiece(text, most)];

const foreign =
  /[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/** Most texts have only such characters: none of them is a control. */
const plain = /^[ -~]*$/;

/**
 * A text on its way into a dialect that it did not come from: C0 and C1 controls and bidirectional controls
 * are gone, TAB is a space, CR LF and CR are LF. LF stays: each dialect says every line with its own prefix.
 */
export function withoutControls(text: string): string {
  if (plain.test(text)) return text;
  return text.replace(/\r\n?/g, '\n').replaceAll('\t', ' ').replace(foreign, '');
}

/** A text in one line, so that it can stand inside a line of ours: its controls are gone, its line ends are spaces. */
export const oneLine = (text: string): string => withoutControls(text).replaceAll('\n', ' ');

/**
 * A text with the note of a file behind it, for peers that can be told of a file in no other way. `how`: what the
 * user does to get the file, where they can.
 */
export function withFileNote(
  text: string,
  { name, size }: { readonly name: string; readonly size: number },
  how?: string,
): string {
  const note = `(file ${name}, ${size} bytes${how === undefined ? '' : `: ${how}`})`;
  return text === '' ? note : `${text} ${note}`;
}

/** A text with the note of a file that its sender keeps, for peers that cannot ask the sender for it. */
export function withKeptFileNote(text: string, name: string): string {
  const note = `(file ${name}, kept by its sender)`;
  return text === '' ? note : `${text} ${note}`;
}

/** A name on its way into a dialect that it did not come from: it also loses what dialects delimit with. */
export function bareName(name: string): string {
  return name.replace(/[<>[\]:,;]/g, '') || '?';
}

/** A name as users are told apart by it: bare, and in one case. The hub compares more closely. */
export const comparableName = (name: string): string => bareName(name).toLowerCase();

/** A name that must fit a frame: one over `limits.text` is cut, and ends with `~`. */
export function shortName(name: string): string {
  const charactersMax = limits.text.shortNameCharacters;
  const bytesMax = limits.text.shortNameBytes;
  if (name.length <= charactersMax && byteLength(name) <= bytesMax) return name;
  let short = '';
  let characters = 0;
  let bytes = 0;
  for (const character of name) {
    bytes += byteLength(character);
    if (++characters >= charactersMax || bytes >= bytesMax) break;
    short += character;
  }
  return short + '~';
}

// Where the visible characters of a text begin and end, and where its words do.

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

const plain = /^[\x20-\x7e]*$/;

/** The visible characters of a text: an emoji of several parts, or a letter with its accents, is one. */
export function graphemes(text: string): string[] {
  if (plain.test(text)) return text.split('');
  return Array.from(segmenter.segment(text), (each) => each.segment);
}

/** The border before `at`; 0 at the start. */
export function borderBefore(text: string, at: number): number {
  if (at <= 1) return 0;
  return segmenter.segment(text).containing(at - 1)?.index ?? 0;
}

/** The border after `at`; the text's length at the end. */
export function borderAfter(text: string, at: number): number {
  if (at >= text.length) return text.length;
  const segment = segmenter.segment(text).containing(at);
  return segment === undefined ? text.length : segment.index + segment.segment.length;
}

/** The nearest border that is not before `at`. */
export function borderFrom(text: string, at: number): number {
  if (at <= 0) return 0;
  return at >= text.length ? text.length : borderAfter(text, at - 1);
}

const wordCharacter = /[\p{L}\p{N}\p{M}_]/u;

/** The start of the word before `at`: it goes over what is not a word first, then over the word. */
export function wordStartBefore(text: string, at: number): number {
  let start = at;
  while (start > 0 && !wordCharacter.test(pointBefore(text, start))) start = stepBack(text, start);
  while (start > 0 && wordCharacter.test(pointBefore(text, start))) start = stepBack(text, start);
  return borderFrom(text, start);
}

/** The end of the word after `at`: it goes over what is not a word first, then over the word. */
export function wordEndAfter(text: string, at: number): number {
  let end = at;
  while (end < text.length && !wordCharacter.test(pointAt(text, end)))
    end += pointAt(text, end).length;
  while (end < text.length && wordCharacter.test(pointAt(text, end)))
    end += pointAt(text, end).length;
  return borderFrom(text, end);
}

/** The start of what stands between white space and `at`, as shells delete it. */
export function blankStartBefore(text: string, at: number): number {
  const before = text.slice(0, at).trimEnd();
  return borderFrom(text, /\S*$/.exec(before)?.index ?? 0);
}

const pointAt = (text: string, at: number): string =>
  String.fromCodePoint(text.codePointAt(at) ?? 0);

function pointBefore(text: string, at: number): string {
  return pointAt(text, stepBack(text, at));
}

/** The place one code point before `at`. */
function stepBack(text: string, at: number): number {
  const isLow = (text.charCodeAt(at - 1) & 0xfc00) === 0xdc00;
  const isHigh = (text.charCodeAt(at - 2) & 0xfc00) === 0xd800;
  return at - (at > 1 && isLow && isHigh ? 2 : 1);
}

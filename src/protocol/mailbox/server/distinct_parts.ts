// A long text in parts that each fit one call and are all different.

import { byteLength, cutText } from '../../bytes/text';

/**
 * Cuts a text between characters into parts of at most `most` bytes. The parts travel under one id, and a client
 * takes what comes twice under one id for a repeat. So a part that would equal an earlier one is made shorter; if
 * every length was used already, spaces are added at its end.
 */
export function distinctParts(text: string, most: number): readonly string[] {
  // Nearly every text is one part. A unit of UTF-16 has at most three bytes, so short texts need no counting.
  if (text.length * 3 <= most || byteLength(text) <= most) return [text];
  const parts: string[] = [];
  const used = new Set<string>();
  for (let rest = text; ;) {
    const longest = cutText(rest, most)[0] ?? '';
    const { part, length } = distinctPart(longest, used, most);
    used.add(part);
    parts.push(part);
    rest = rest.slice(length);
    if (rest === '') return parts;
  }
}

/** The longest start of `text` that differs from all parts used so far. `length`: how much of the text it covers. */
function distinctPart(
  text: string,
  used: ReadonlySet<string>,
  most: number,
): { readonly part: string; readonly length: number } {
  const characters = Array.from(text);
  for (let count = characters.length; count > 0; count--) {
    const shorter = characters.slice(0, count).join('');
    for (let padded = shorter; byteLength(padded) <= most; padded += ' ') {
      if (!used.has(padded)) return { part: padded, length: shorter.length };
      // Only a part that was made shorter has room for spaces.
      if (count === characters.length) break;
    }
  }
  return { part: text, length: text.length };
}

// A long text in parts that each fit a call, no two of them the same.

import { byteLength, cutText } from '../../bytes/text';

/**
 * Cuts a text at character borders into parts of at most `most` bytes. They travel under one id, and a client
 * takes what comes twice under one id for a repeat; so a part that would equal an earlier one is made shorter,
 * and where all lengths are used up gets spaces at its end.
 */
export function distinctParts(text: string, most: number): readonly string[] {
  // Nearly every text is one part, and nothing has been said before it. A unit of UTF-16 has at most three bytes.
  if (text.length * 3 <= most || byteLength(text) <= most) return [text];
  const parts: string[] = [];
  const said = new Set<string>();
  for (let rest = text; ;) {
    const part = cutText(rest, most)[0] ?? '';
    const taken = unsaid(part, said, most);
    said.add(taken.said);
    parts.push(taken.said);
    rest = rest.slice(taken.length);
    if (rest === '') return parts;
  }
}

/** What to say of a part that still differs from all that was said, and how much of the text it covers. */
function unsaid(
  part: string,
  said: ReadonlySet<string>,
  most: number,
): { readonly said: string; readonly length: number } {
  const characters = Array.from(part);
  for (let count = characters.length; count > 0; count--) {
    const shorter = characters.slice(0, count).join('');
    for (let padded = shorter; byteLength(padded) <= most; padded += ' ') {
      if (!said.has(padded)) return { said: padded, length: shorter.length };
      // Spaces are the last resort: only what has become shorter has room for them.
      if (count === characters.length) break;
    }
  }
  return { said: part, length: part.length };
}

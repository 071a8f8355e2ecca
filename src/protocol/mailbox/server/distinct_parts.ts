// A long text in parts that each fit one call and are all different.

import { firstParts, restMark } from '../../bytes/parts';
import { byteLength } from '../../bytes/text';

/**
 * Cuts a text between characters into parts of at most `most` bytes. The parts travel under one id, and a client
 * takes what comes twice under one id for a repeat. So a part that would equal an earlier one is made shorter; if
 * every length was used already, spaces are added at its end. Of more parts than `limits.text` allows come the first.
 */
export function distinctParts(text: string, most: number): readonly string[] {
  // Nearly every text is one part. A unit of UTF-16 has at most three bytes, so short texts need no counting.
  if (text.length * 3 <= most || byteLength(text) <= most) return [text];
  return firstParts(eachDistinctPart(text, most), byteLength, [restMark]);
}

/**
 * The work is linear: each part looks at `most` bytes, and tries no more forms of itself than there are parts before it.
 * Parts are known by a hash. Two with one hash count as equal, which makes a part shorter than it must be and no worse.
 */
function* eachDistinctPart(text: string, most: number): Generator<string, void> {
  const used = new Set<number>();
  for (let start = 0; start < text.length;) {
    const starts = startsOf(text, start, most);
    const part = unusedForm(starts, used, most);
    if (part === undefined && text[start] === ' ') {
      // All forms of nothing but spaces are used: they would be taken for repeats, and are left out.
      while (text[start] === ' ') start++;
      continue;
    }
    const { length, hash, spaces } = part ?? { ...longestOf(starts), spaces: 0 };
    used.add(hash);
    yield text.slice(start, start + length) + ' '.repeat(spaces);
    start += length;
  }
}

/** The first characters of what is left of a text. */
interface Start {
  /** In units of UTF-16. */
  readonly length: number;
  readonly bytes: number;
  readonly hash: number;
}

const noStart: Start = { length: 0, bytes: 0, hash: 1 };
const longestOf = (starts: readonly Start[]): Start => starts.at(-1) ?? noStart;

const hashWith = (hash: number, character: number): number =>
  (Math.imul(hash, 31) + character + 1) | 0;
const space = 0x20;

/** Every start of at most `most` bytes, the shortest first. */
function startsOf(text: string, from: number, most: number): Start[] {
  const starts: Start[] = [];
  let { length, bytes, hash } = noStart;
  for (const character of text.slice(from, from + most)) {
    const code = character.codePointAt(0) ?? 0;
    bytes += utf8Bytes(code);
    if (bytes > most) break;
    length += character.length;
    hash = hashWith(hash, code);
    starts.push({ length, bytes, hash });
  }
  return starts;
}

function utf8Bytes(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

/** The longest start that differs from all parts so far, with the fewest spaces behind it. */
function unusedForm(
  starts: readonly Start[],
  used: ReadonlySet<number>,
  most: number,
): (Start & { readonly spaces: number }) | undefined {
  let tries = used.size + 1;
  for (let index = starts.length - 1; index >= 0; index--) {
    const start = starts[index] ?? noStart;
    // Only a part that was made shorter has room for spaces. With one that stood there anyway it is the longer start.
    const longer = starts[index + 1];
    const canPad = longer !== undefined && longer.hash !== hashWith(start.hash, space);
    const spacesMost = canPad ? most - start.bytes : 0;
    let { hash } = start;
    for (let spaces = 0; spaces <= spacesMost; spaces++) {
      if (!used.has(hash)) return { ...start, hash, spaces };
      if (--tries === 0) return undefined;
      hash = hashWith(hash, space);
    }
  }
  return undefined;
}

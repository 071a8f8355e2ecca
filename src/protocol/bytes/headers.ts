// Blocks of header lines: `Key: value` lines up to an empty one, taken whole however they were cut.

import type { Inbox } from './inbox';
import { decodeText } from './text';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Values by key, the keys in lower case; a key that stands several times has several values, in order. */
export type Headers = ReadonlyMap<string, readonly string[]>;

/** `too-large`: the block has more bytes than it may. `malformed`: not UTF-8, or a line without a key and a colon. */
export type HeaderFault = 'too-large' | 'malformed';

/**
 * Takes one block after the other. Lines end with LF or CR LF; empty lines before a block are passed over. What
 * was looked at once is not looked at again, so a block that comes byte by byte costs no more than a whole one.
 */
export class HeaderReader {
  readonly #bytesMax: number;
  /** Where the line that is not complete yet begins, and how far it is known to have no end. */
  #lineStart = 0;
  #seen = 0;

  /** `bytesMax`: the most that a block may have, its last empty line included. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The next whole block, what is wrong with it, or undefined while it is not all there. */
  take(inbox: Inbox): Headers | HeaderFault | undefined {
    for (;;) {
      const end = inbox.indexOf(lineFeed, this.#seen);
      if (end < 0) {
        this.#seen = Math.max(this.#seen, inbox.length);
        return this.#seen > this.#bytesMax ? 'too-large' : undefined;
      }
      const isEmpty = isBlank(inbox.peek(end - this.#lineStart, this.#lineStart));
      if (end + 1 > this.#bytesMax && !(isEmpty && this.#lineStart === 0)) return 'too-large';
      this.#lineStart = this.#seen = end + 1;
      if (!isEmpty) continue;
      const block = inbox.take(end + 1);
      this.#lineStart = this.#seen = 0;
      // Nothing before the empty line: the block has not begun.
      if (block === undefined || isBlank(block.subarray(0, -1))) continue;
      return headersOf(block);
    }
  }
}

/** Whether a line holds nothing but the CR of its end. */
const isBlank = (line: Uint8Array | undefined): boolean =>
  line === undefined || line.length === 0 || (line.length === 1 && line[0] === carriageReturn);

function headersOf(block: Uint8Array): Headers | 'malformed' {
  const text = decodeText(block);
  if (text === undefined) return 'malformed';
  const headers = new Map<string, string[]>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const colon = line.indexOf(':');
    const key = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (key === '') return 'malformed';
    const value = line.slice(colon + 1).trim();
    const values = headers.get(key);
    if (values === undefined) headers.set(key, [value]);
    else values.push(value);
  }
  return headers;
}

/** Header lines and the empty line behind them. Values lose what would end their line. */
export function headerBlock(lines: readonly (readonly [key: string, value: string])[]): string {
  const written = lines.map(([key, value]) => `${key}: ${value.replace(/[\r\n]+/g, ' ')}\n`);
  return `${written.join('')}\n`;
}

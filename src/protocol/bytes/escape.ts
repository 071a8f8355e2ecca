// Makes text that a peer sent harmless and visible before it reaches a terminal.

import { isJoinerInWord } from './visible';

/**
 * What must never reach a terminal as it is: C0, DEL and C1 (escape sequences begin with one of them),
 * bidirectional marks, overrides and isolates, characters without width that hide or forge, line and
 * paragraph separators, blank letters, tags, and halves of surrogate pairs. Joiners and variation
 * selectors are judged by where they stand.
 */
const unsafe =
  // oxlint-disable-next-line no-misleading-character-class
  /[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\p{Surrogate}]/u;

const unsafeAll = new RegExp(unsafe.source, 'gu');

/** What a zero-width joiner may stand between: the parts of one emoji. */
const emojiBefore = /(?:\p{Extended_Pictographic}\ufe0f?|\p{Emoji_Modifier})$/u;
const emojiAfter = /^\p{Extended_Pictographic}/u;

/** What has variants that a selector chooses, besides the digits of keycaps. */
const variedBefore = /[\p{Extended_Pictographic}\p{Script=Han}]$/u;

/** What a TAB becomes: a real one would jump by where the line happens to begin. */
const tab = '    ';

/**
 * The text with everything that could move the cursor, hide, reorder or forge shown as a visible escape:
 * `\x1b`, `\u202e`, `\u{e0041}`. TAB becomes four spaces; LF is escaped as well (`\x0a`), so that the
 * result is always one line: for texts of several lines see `escapeLines`. Joiners and variation selectors
 * stay where they belong: in emoji, in the spelling of some scripts. Escaping twice is the same as escaping once.
 */
export const escapeForTerminal = (text: string): string =>
  marked(text, (character) => (character === '\t' ? tab : visible(codeOf(character))));

/** The same for a page: `⟨U+202E⟩`. Every such character, also one that a terminal would obey, only forges there. */
export const withMarks = (text: string): string =>
  marked(
    text,
    (character) => `⟨U+${codeOf(character).toString(16).toUpperCase().padStart(4, '0')}⟩`,
  );

/** A value as JSON that a terminal may get as it is: what is escaped there stands in JSON's own escapes. */
export const terminalJson = (value: unknown): string =>
  marked(JSON.stringify(value), (character) =>
    character
      .split('')
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
      .join(''),
  );

function marked(text: string, mark: (character: string) => string): string {
  if (!unsafe.test(text)) return text;
  return text.replace(unsafeAll, (character, offset: number) =>
    belongs(character, text, offset) ? character : mark(character),
  );
}

const codeOf = (character: string): number => character.codePointAt(0) ?? 0;

/** The lines of a text (LF and CR LF end one), each escaped; a final line end starts no further line. */
export function escapeLines(text: string): string[] {
  const lines = text.split(/\r?\n/);
  if (lines.length > 1 && lines.at(-1) === '') lines.pop();
  return lines.map(escapeForTerminal);
}

/** Whether a joiner or a variation selector does its proper work where it stands. */
function belongs(character: string, text: string, offset: number): boolean {
  const before = text.slice(Math.max(0, offset - 3), offset);
  const after = text.slice(offset + 1, offset + 3);
  if (character === '\u200d' && emojiBefore.test(before) && emojiAfter.test(after)) return true;
  if (isJoinerInWord(text, offset)) return true;
  if (character < '\ufe00' || character > '\ufe0f') return false;
  return variedBefore.test(before) || (/[0-9#*]$/.test(before) && after.startsWith('\u20e3'));
}

function visible(code: number): string {
  const digits = code.toString(16);
  if (code < 0x100) return `\\x${digits.padStart(2, '0')}`;
  return code < 0x10000 ? `\\u${digits.padStart(4, '0')}` : `\\u{${digits}}`;
}

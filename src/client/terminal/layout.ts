// Where a text stands on a terminal that wraps it: its rows, and the row and column of the cursor.

import { escapeForTerminal } from '../../protocol/bytes/escape';
import { limits } from '../../protocol/limits';
import { graphemes } from './graphemes';

/** A visible character and how many columns it takes: 0, 1 or 2. */
export interface Glyph {
  readonly shown: string;
  readonly width: number;
}

export interface Layout {
  /** The index of each row's first glyph; at least one row. */
  readonly rowStarts: readonly number[];
  readonly cursorRow: number;
  readonly cursorColumn: number;
  /** The cursor stands on a row of its own, because the last glyph filled the row before. */
  readonly isWrapForced: boolean;
}

/** A prompt and an edited text as glyphs, with controls shown as escapes, and `cursor` as a glyph's index. */
export function glyphsOf(prompt: string, text: string, cursor: number): [Glyph[], number] {
  const isClean = escapeForTerminal(text) === text;
  const show = (part: string): Glyph[] => plainGlyphs(isClean ? part : escapeForTerminal(part));
  const before = [...plainGlyphs(escapeForTerminal(prompt)), ...show(text.slice(0, cursor))];
  return [[...before, ...show(text.slice(cursor))], before.length];
}

/** The glyphs of a text without controls. */
export function plainGlyphs(text: string): Glyph[] {
  return graphemes(text).map((shown) => ({ shown, width: Bun.stringWidth(shown) }));
}

/** Wraps glyphs as a terminal of `columns` (at least 2) does, with the cursor before glyph `cursor`. */
export function layOut(glyphs: readonly Glyph[], cursor: number, columns: number): Layout {
  const rowStarts = [0];
  let column = 0;
  let cursorRow = 0;
  let cursorColumn = 0;
  for (const [index, { width }] of glyphs.entries()) {
    if (column + width > columns) {
      rowStarts.push(index);
      column = 0;
    }
    if (index === cursor) {
      cursorRow = rowStarts.length - 1;
      cursorColumn = Math.min(column, columns - 1);
    }
    column += width;
  }
  if (cursor < glyphs.length) return { rowStarts, cursorRow, cursorColumn, isWrapForced: false };
  // A terminal leaves its cursor in the last column until one more character comes.
  const isWrapForced = column >= columns;
  if (isWrapForced) rowStarts.push(glyphs.length);
  cursorColumn = isWrapForced ? 0 : column;
  return { rowStarts, cursorRow: rowStarts.length - 1, cursorColumn, isWrapForced };
}

/** How many rows a printed line takes. */
export function rowsOf(line: string, columns: number): number {
  return Math.max(1, Math.ceil(Bun.stringWidth(line) / columns));
}

/** A text without controls, cut to a width in columns. A text that was cut ends with `…`. */
export function cutToWidth(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let cut = '';
  let left = width - 1;
  for (const glyph of plainGlyphs(text)) {
    left -= glyph.width;
    if (left < 0) break;
    cut += glyph.shown;
  }
  return width < 1 ? '' : `${cut}…`;
}

/** Lists words in columns, down first, as a shell lists files: at most `max`, then how many more there are. */
export function inColumns(
  words: readonly string[],
  columns: number,
  max: number = limits.terminal.listedCandidates,
): string[] {
  const shown = words.slice(0, max).map(escapeForTerminal);
  const width = Math.max(0, ...shown.map((word) => Bun.stringWidth(word))) + 2;
  const across = Math.max(1, Math.floor(columns / width));
  const down = Math.ceil(shown.length / across);
  const lines: string[] = [];
  for (let row = 0; row < down; row++) {
    const cells = shown.filter((_, index) => index % down === row);
    const padded = cells.map((cell) => cell + ' '.repeat(width - Bun.stringWidth(cell)));
    lines.push(padded.join('').trimEnd());
  }
  if (words.length > max) lines.push(`… and ${words.length - max} more`);
  return lines;
}

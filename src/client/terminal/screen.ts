// Draws a footer (transfers, prompt, the line being typed) and prints lines above it without disturbing it.

import { escapeLines } from '../../protocol/bytes/escape';
import type { Paint } from './dialogue';
import { cutToWidth, type Glyph, glyphsOf, layOut, plainGlyphs, rowsOf } from './layout';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** The footer: status lines (without controls), and below them the prompt and the line. */
export interface Footer {
  readonly status: readonly string[];
  readonly line?: { readonly prompt: string; readonly text: string; readonly cursor: number };
}

/** The footer as it was drawn; the cursor stands before glyph `cursor`. */
interface Drawn {
  readonly status: readonly string[];
  readonly glyphs: readonly Glyph[];
  readonly cursor: number;
  readonly columns: number;
  /** Rows of a very long line that do not fit on the terminal any more. */
  readonly hidden: number;
}

const eraseBelow = '\x1b[J';
/** Makes the terminal go to the next row; by itself it waits for one more character. */
const forceWrap = ' \r\x1b[K';
const typeable = /^[\x20-\x7e]*$/;

export class Screen {
  readonly #write: (text: string) => void;
  readonly #size: () => Size;
  readonly #reflows: boolean;
  #footer: Footer = { status: [] };
  #lines: string[] = [];
  #out = '';
  #drawn: Drawn | undefined;

  /**
   * `write` gets whole updates: one call for everything that came together. `size` is called at each drawing.
   * `reflows`: whether the terminal wraps its rows anew when its width changes.
   */
  constructor(write: (text: string) => void, size: () => Size, reflows = true) {
    this.#write = write;
    this.#size = size;
    this.#reflows = reflows;
  }

  /** Prints lines above the footer at the next `flush`. Each is escaped, then painted; a LF in one begins another. */
  print(lines: readonly string[], paint?: Paint): void {
    for (const line of lines) {
      const escaped = escapeLines(line);
      this.#lines.push(...(paint === undefined ? escaped : escaped.map(paint)));
    }
  }

  /** How many lines wait for `flush`. */
  get waiting(): number {
    return this.#lines.length;
  }

  /** Sets the footer, from the next `flush` on. */
  show(footer: Footer): void {
    this.#footer = footer;
  }

  /** Brings the terminal up to date in one write, or in none if nothing has changed. */
  flush(): void {
    if (this.#lines.length > 0) {
      this.#wipe();
      this.#out += `${this.#lines.join('\r\n')}\r\n`;
      this.#lines = [];
    }
    this.#draw();
    this.#send();
  }

  /** Takes the footer away and leaves the cursor at the start of an empty row; `flush` draws it again. */
  hide(): void {
    const footer = this.#footer;
    this.#footer = { status: [] };
    this.flush();
    this.#footer = footer;
  }

  /** The width may have changed: draws the footer anew. */
  resized(): void {
    this.#wipe();
    this.flush();
  }

  /** Another program has written to the terminal: the footer will be drawn where the cursor is now. */
  invalidate(): void {
    this.#drawn = undefined;
  }

  /** Empties the terminal and draws the footer at its top. */
  clear(): void {
    this.#out += '\x1b[H\x1b[2J';
    this.#drawn = undefined;
    this.flush();
  }

  bell(): void {
    this.#out += '\x07';
    this.flush();
  }

  #send(): void {
    if (this.#out === '') return;
    const out = this.#out;
    this.#out = '';
    this.#write(out);
  }

  #wipe(): void {
    const drawn = this.#drawn;
    if (drawn === undefined) return;
    const columns = this.#reflows ? this.#bounds().columns : drawn.columns;
    const statusRows = drawn.status.reduce((sum, line) => sum + rowsOf(line, columns), 0);
    const above = statusRows + layOut(drawn.glyphs, drawn.cursor, columns).cursorRow;
    this.#out += `\r${above > 0 ? `\x1b[${above}A` : ''}${eraseBelow}`;
    this.#drawn = undefined;
  }

  #draw(): void {
    const next = this.#render();
    const drawn = this.#drawn;
    if (drawn !== undefined && next !== undefined && this.#append(drawn, next)) return;
    this.#wipe();
    if (next === undefined) return;
    for (const line of next.status) this.#out += `${line}\r\n`;
    this.#out += shownOf(next.glyphs);
    const { cursorRow, cursorColumn, isWrapForced, rowStarts } = layoutOf(next);
    if (isWrapForced) this.#out += forceWrap;
    if (next.cursor < next.glyphs.length) {
      const up = rowStarts.length - 1 - cursorRow;
      this.#out += (up > 0 ? `\x1b[${up}A` : '') + '\r';
      if (cursorColumn > 0) this.#out += `\x1b[${cursorColumn}C`;
    }
    this.#drawn = next;
  }

  /** Typing at the end of the line is the most frequent change: it needs only what was typed. */
  #append(drawn: Drawn, next: Drawn): boolean {
    const isSame =
      drawn.columns === next.columns &&
      drawn.hidden === next.hidden &&
      drawn.status.join('\n') === next.status.join('\n');
    if (!isSame) return false;
    const before = shownOf(drawn.glyphs);
    const after = shownOf(next.glyphs);
    if (before === after && drawn.cursor === next.cursor) return true;
    const isAtEnd = drawn.cursor === drawn.glyphs.length && next.cursor === next.glyphs.length;
    const added = after.slice(before.length);
    if (!isAtEnd || !after.startsWith(before) || !typeable.test(added)) return false;
    this.#out += added + (layoutOf(next).isWrapForced ? forceWrap : '');
    this.#drawn = next;
    return true;
  }

  /** The footer as glyphs, cut to what the terminal can show at once; undefined if it is empty. */
  #render(): Drawn | undefined {
    const { columns, rows } = this.#bounds();
    const cut = this.#footer.status.map((line) => cutToWidth(line, columns - 1));
    const { line } = this.#footer;
    if (line === undefined) {
      const last = cut.slice(-rows).at(-1);
      if (last === undefined) return undefined;
      const glyphs = plainGlyphs(last);
      return { status: cut.slice(-rows, -1), glyphs, cursor: glyphs.length, columns, hidden: 0 };
    }
    const status = rows > 1 ? cut.slice(-(rows - 1)) : [];
    const [glyphs, cursor] = glyphsOf(line.prompt, line.text, line.cursor);
    const { rowStarts, cursorRow } = layOut(glyphs, cursor, columns);
    const room = rows - status.length;
    const hidden = Math.max(0, cursorRow - room + 1);
    const start = rowStarts[hidden] ?? 0;
    const seen = glyphs.slice(start, rowStarts[hidden + room]);
    return { status, glyphs: seen, cursor: cursor - start, columns, hidden };
  }

  #bounds(): Size {
    const { columns, rows } = this.#size();
    // A terminal that does not know its size reports 0.
    return { columns: columns > 0 ? Math.max(2, columns) : 80, rows: rows > 0 ? rows : 24 };
  }
}

const shownOf = (glyphs: readonly Glyph[]): string => glyphs.map((glyph) => glyph.shown).join('');

const layoutOf = ({ glyphs, cursor, columns }: Drawn): ReturnType<typeof layOut> =>
  layOut(glyphs, cursor, columns);

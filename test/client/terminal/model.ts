// A terminal whose screen a test can read: an emulator without a window, which knows characters of several parts.

import { type IUnicodeVersionProvider, Terminal } from '@xterm/headless';

export interface ModelOptions {
  readonly columns: number;
  readonly rows: number;
  /** Whether it wraps rows anew when its width changes. */
  readonly reflows?: boolean;
}

export class TerminalModel {
  readonly #reflows: boolean;
  #terminal: Terminal;

  constructor({ columns, rows, reflows = true }: ModelOptions) {
    this.#reflows = reflows;
    this.#terminal = emulator(columns, rows);
  }

  /** Settled when the bytes are on the screen. */
  write(data: string | Uint8Array): Promise<void> {
    return new Promise((resolve) => this.#terminal.write(data, resolve));
  }

  /** A terminal that reflows keeps its cursor at the same character, which the emulator does not do. */
  async resize(columns: number, rows: number): Promise<void> {
    if (!this.#reflows) return this.#terminal.resize(columns, rows);
    const [before, after] = this.#text;
    this.#terminal.dispose();
    this.#terminal = emulator(columns, rows);
    await this.write(before);
    const { row, column } = this.cursor;
    await this.write(after);
    const up = this.cursor.row - row;
    const right = column < columns ? column : 0;
    const down = column < columns ? 0 : 1;
    if (up > down) await this.write(`\x1b[${up - down}A`);
    await this.write(right > 0 ? `\r\x1b[${right}C` : '\r');
  }

  /** Everything that was written, without the wrapping, cut in two at the cursor. */
  get #text(): [string, string] {
    const { active } = this.#terminal.buffer;
    const { row: cursorRow, column } = this.cursor;
    let before = '';
    let after = '';
    for (let row = 0; row < active.length; row++) {
      const line = active.getLine(row);
      const isCut = active.getLine(row + 1)?.isWrapped === true;
      const start = row > 0 && line?.isWrapped !== true ? '\r\n' : '';
      const left = row === cursorRow ? (line?.translateToString(false, 0, column) ?? '') : '';
      const right = line?.translateToString(!isCut, row === cursorRow ? column : 0) ?? '';
      if (row <= cursorRow) before += start + (row === cursorRow ? left : right);
      if (row === cursorRow) after += right;
      if (row > cursorRow) after += start + right;
    }
    return [before, after.trimEnd()];
  }

  /** The rows from the first one printed to the cursor's, or to the last that is not blank. */
  get rows(): string[] {
    const { active } = this.#terminal.buffer;
    const rows = Array.from({ length: active.length }, (_, at) =>
      (active.getLine(at)?.translateToString() ?? '').trimEnd(),
    );
    const cursorRow = active.baseY + active.cursorY;
    while (rows.length > cursorRow + 1 && rows.at(-1) === '') rows.pop();
    return rows;
  }

  /** The cursor's row among `rows`, and its column, from 0. */
  get cursor(): { row: number; column: number } {
    const { active } = this.#terminal.buffer;
    return { row: active.baseY + active.cursorY, column: active.cursorX };
  }

  /** The cursor's row, with `|` for the cursor. */
  get cursorRow(): string {
    const { row, column } = this.cursor;
    const line = this.#terminal.buffer.active.getLine(row);
    return `${line?.translateToString(false, 0, column)}|${line?.translateToString(true, column)}`;
  }

  dispose(): void {
    this.#terminal.dispose();
  }
}

function emulator(columns: number, rows: number): Terminal {
  const terminal = new Terminal({
    cols: columns,
    rows,
    allowProposedApi: true,
    scrollback: 10_000,
  });
  terminal.unicode.register(visibleCharacters);
  terminal.unicode.activeVersion = visibleCharacters.version;
  return terminal;
}

const isRegional = (code: number): boolean => code >= 0x1f1e6 && code <= 0x1f1ff;
const zeroWidthJoiner = 0x200d;

/** What matters about the character before: whether the next one may belong to it. */
const kinds = { nothing: 0, joiner: 1, regional: 2 } as const;

const visibleCharacters: IUnicodeVersionProvider = {
  version: 'visible',
  wcwidth: (code) => Math.min(2, Bun.stringWidth(String.fromCodePoint(code))) as 0 | 1 | 2,
  charProperties(code, preceding) {
    const before = preceding >> 3;
    const widthBefore = (preceding >> 1) & 3;
    const isModifier = code >= 0x1f3fb && code <= 0x1f3ff && widthBefore === 2;
    const isSecondRegional = isRegional(code) && before === kinds.regional;
    const width = isRegional(code) ? 2 : this.wcwidth(code);
    const isZero = width === 0 && preceding !== 0;
    const isJoined = isZero || before === kinds.joiner || isModifier || isSecondRegional;
    const isWidened = code === 0xfe0f && widthBefore === 1;
    let state: number = kinds.nothing;
    if (code === zeroWidthJoiner && widthBefore === 2) state = kinds.joiner;
    if (isRegional(code) && !isSecondRegional) state = kinds.regional;
    const shown = isWidened ? 2 : isJoined ? Math.max(width, widthBefore) : width;
    return (state << 3) | (shown << 1) | (isJoined ? 1 : 0);
  },
};

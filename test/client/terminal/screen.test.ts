// What is printed and what is being typed never disturb each other, at any width.

import { afterEach, describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { type Footer, Screen } from '../../../src/client/terminal/screen';
import { TerminalModel } from './model';

/** A screen on a model, and what was written to it. */
class Stage {
  readonly model: TerminalModel;
  readonly screen: Screen;
  writes: string[] = [];
  #size: { columns: number; rows: number };
  #unseen = '';

  constructor(columns: number, rows: number, reflows = true) {
    this.#size = { columns, rows };
    this.model = new TerminalModel({ columns, rows, reflows });
    const write = (text: string) => {
      this.writes.push(text);
      this.#unseen += text;
    };
    this.screen = new Screen(write, () => this.#size, reflows);
    stages.push(this);
  }

  async draw(
    text: string,
    cursor = text.length,
    prompt = '[Me] ',
    status: string[] = [],
  ): Promise<void> {
    await this.show({ status, line: { prompt, text, cursor } });
  }

  async show(footer: Footer): Promise<void> {
    this.screen.show(footer);
    this.screen.flush();
    await this.seen();
  }

  async resize(columns: number, rows: number): Promise<void> {
    await this.seen();
    this.#size = { columns, rows };
    await this.model.resize(columns, rows);
    this.screen.resized();
    await this.seen();
  }

  async seen(): Promise<void> {
    const text = this.#unseen;
    this.#unseen = '';
    await this.model.write(text);
  }
}

const stages: Stage[] = [];
afterEach(() => {
  for (const stage of stages.splice(0)) stage.model.dispose();
});

test('a line arrives while the user types: carriage return, the text, the prompt again', async () => {
  const stage = new Stage(40, 10);
  await stage.draw('hel', 1);
  stage.writes = [];
  stage.screen.print(['[Bob] hi', '[Eve] \x1b[2Jyo']);
  stage.screen.flush();
  await stage.seen();
  expect(stage.writes).toEqual(['\r\x1b[J[Bob] hi\r\n[Eve] \\x1b[2Jyo\r\n[Me] hel\r\x1b[6C']);
  expect(stage.model.rows).toEqual(['[Bob] hi', '[Eve] \\x1b[2Jyo', '[Me] hel']);
  expect(stage.model.cursorRow).toBe('[Me] h|el');
});

test('typing at the end writes what was typed and nothing else', async () => {
  const stage = new Stage(10, 5);
  await stage.draw('abc');
  stage.writes = [];
  for (const text of ['abcd', 'abcde', 'abcdef']) await stage.draw(text);
  expect(stage.writes).toEqual(['d', 'e \r\x1b[K', 'f']);
  expect(stage.model.rows).toEqual(['[Me] abcde', 'f']);
  stage.writes = [];
  await stage.draw('abcdef');
  expect(stage.writes).toEqual([]);
});

test('a line over several rows, wide characters at the border, the cursor inside', async () => {
  const stage = new Stage(10, 8);
  const text = 'ab漢字漢字👨‍👩‍👧x';
  await stage.draw(text, 4);
  expect(stage.model.rows).toEqual(['[Me] ab漢', '字漢字👨‍👩‍👧x']);
  expect(stage.model.cursor).toEqual({ row: 1, column: 2 });
  stage.screen.print(['above']);
  await stage.draw(text, text.length - 1);
  expect(stage.model.rows).toEqual(['above', '[Me] ab漢', '字漢字👨‍👩‍👧x']);
  expect(stage.model.cursor).toEqual({ row: 2, column: 8 });
  await stage.draw('');
  expect(stage.model.rows).toEqual(['above', '[Me]']);
});

test('controls in the line being typed are visible and do not move anything', async () => {
  const stage = new Stage(20, 5);
  await stage.draw('a\u202eb', 2);
  expect(stage.model.cursorRow).toBe('[Me] a\\u202e|b');
});

test('a line longer than the terminal is high shows the part around the cursor', async () => {
  const stage = new Stage(10, 3);
  stage.screen.print(['first']);
  const text = `${'x'.repeat(35)}end`;
  await stage.draw(text);
  expect(stage.model.rows.slice(-3)).toEqual(['xxxxxxxxxx', 'xxxxxxxxxx', 'end']);
  await stage.draw(text, 0);
  expect(stage.model.rows.slice(-3)).toEqual(['[Me] xxxxx', 'xxxxxxxxxx', 'xxxxxxxxxx']);
  stage.screen.print(['second']);
  await stage.draw('brief!');
  expect(stage.model.rows).toEqual(['first', 'second', '[Me] brief', '!']);
});

test('status lines stand above the prompt, are cut to one row, and go without a trace', async () => {
  const stage = new Stage(20, 6);
  await stage.draw('typed', 2, '> ', ['photo.jpg 42% of very much', 'b']);
  stage.screen.print(['hello']);
  await stage.draw('typed', 2, '> ', ['photo.jpg 43%', 'b']);
  expect(stage.model.rows).toEqual(['hello', 'photo.jpg 43%', 'b', '> typed']);
  expect(stage.model.cursor).toEqual({ row: 3, column: 4 });
  await stage.draw('typed', 2, '> ');
  expect(stage.model.rows).toEqual(['hello', '> typed']);
});

test('status lines without a prompt', async () => {
  const stage = new Stage(20, 6);
  await stage.show({ status: ['one 1%', 'two 2%'] });
  await stage.show({ status: ['one 50%'] });
  expect(stage.model.rows).toEqual(['one 50%']);
  await stage.show({ status: [] });
  expect(stage.model.rows).toEqual(['']);
});

describe.each([true, false])('a terminal that reflows: %p', (reflows) => {
  test('narrower and wider again, the line stands once and the lines above stay', async () => {
    const stage = new Stage(30, 10, reflows);
    stage.screen.print(['above']);
    const text = 'a line of words that wraps on a narrow terminal';
    await stage.draw(text, 7);
    for (const columns of [12, 60, 29, 9, 80]) {
      await stage.resize(columns, 10);
      const [first, ...rows] = stage.model.rows;
      const line = rows
        .map((row) => row.padEnd(columns))
        .join('')
        .trimEnd();
      expect(first).toBe('above');
      if (reflows) expect(line).toBe(`[Me] ${text}`);
      // Rows that were wrapped at the old width may leave pieces above, but never below.
      else expect(line).toEndWith(`[Me] ${text}`);
      expect(stage.model.cursor.column).toBe(12 % columns);
    }
  });
});

// The reference is an empty terminal of the same size, on which everything that was printed, and then the footer,
// is written once. The rows and the cursor must be the same, whatever happened in between.
test('after any edits and prints the screen is as if drawn once', async () => {
  const pieces = ['a', 'hello ', '漢', '👨‍👩‍👧', 'é', 'e\u0301', '🇩🇪', '\u202e', 'x'.repeat(9), '👍🏽'];
  const texts = fc
    .array(fc.constantFrom(...pieces), { maxLength: 12 })
    .map((some) => some.join(''));
  const step = fc.oneof(
    fc.record({ text: texts, at: fc.double({ min: 0, max: 1, noNaN: true }) }),
    fc.record({ print: fc.array(texts, { minLength: 1, maxLength: 4 }) }),
    fc.record({ add: fc.constantFrom('b', 'cd', '漢') }),
    fc.record({
      status: fc.array(fc.constantFrom('photo.jpg', 'long status line'), { maxLength: 2 }),
    }),
  );
  const segmenter = new Intl.Segmenter('en');
  const run = async (columns: number, steps: readonly object[]): Promise<void> => {
    const stage = new Stage(columns, 40);
    const printed: string[] = [];
    let text = '';
    let cursor = 0;
    let status: string[] = [];
    await stage.draw(text);
    for (const one of steps as {
      text?: string;
      at?: number;
      print?: string[];
      add?: string;
      status?: string[];
    }[]) {
      if (one.text !== undefined) {
        text = one.text;
        const borders = [...[...segmenter.segment(text)].map(({ index }) => index), text.length];
        cursor = borders[Math.round((one.at ?? 0) * (borders.length - 1))] ?? 0;
      } else if (one.add !== undefined) {
        text = text.slice(0, cursor) + one.add + text.slice(cursor);
        cursor += one.add.length;
      } else if (one.print !== undefined) {
        printed.push(...one.print);
        stage.screen.print(one.print);
      } else status = one.status ?? [];
      await stage.draw(text, cursor, '[Me] ', status);
    }
    const once = new Stage(columns, 40);
    if (printed.length > 0) once.screen.print(printed);
    await once.draw(text, cursor, '[Me] ', status);
    expect(stage.model.rows).toEqual(once.model.rows);
    expect(stage.model.cursor).toEqual(once.model.cursor);
    for (const { model } of stages.splice(0)) model.dispose();
  };
  const widths = fc.integer({ min: 7, max: 30 });
  await fc.assert(fc.asyncProperty(widths, fc.array(step, { maxLength: 15 }), run), {
    numRuns: 150,
  });
}, 30_000);

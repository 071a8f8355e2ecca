// Wrapping, cutting and columns, by the widths of visible characters.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { cutToWidth, glyphsOf, inColumns, layOut } from '../../../src/client/terminal/layout';

const place = (prompt: string, text: string, cursor: number, columns: number) => {
  const [glyphs, at] = glyphsOf(prompt, text, cursor);
  return layOut(glyphs, at, columns);
};

test('a full row makes a new one only for a cursor at the end', () => {
  const atEnd = { rowStarts: [0, 10], cursorRow: 1, cursorColumn: 0, isWrapForced: true };
  expect(place('[Me] ', 'abcde', 5, 10)).toEqual(atEnd);
  const inside = { rowStarts: [0], cursorRow: 0, cursorColumn: 9, isWrapForced: false };
  expect(place('[Me] ', 'abcde', 4, 10)).toEqual(inside);
});

test('a wide character does not fit into one column', () => {
  expect(place('> ', 'a漢字b', 4, 4)).toMatchObject({
    rowStarts: [0, 3, 5],
    cursorRow: 2,
    cursorColumn: 1,
  });
  expect(place('> ', 'a漢字b', 1, 4)).toMatchObject({ cursorRow: 1, cursorColumn: 0 });
});

test('escapes count as what they show', () => {
  expect(place('', '\u202e', 1, 80)).toMatchObject({ cursorColumn: 6 });
  // A non-joiner in its proper place is not escaped, although the cursor cuts the text right behind it.
  expect(place('', 'می\u200cخواهم', 3, 80)).toMatchObject({ cursorColumn: 2 });
});

test('cut to a width', () => {
  expect(cutToWidth('short', 5)).toBe('short');
  expect(cutToWidth('longer', 5)).toBe('long…');
  expect(cutToWidth('漢字漢字', 6)).toBe('漢字…');
  expect(cutToWidth('x', 0)).toBe('');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.nat(20), (text, width) => {
      expect(Bun.stringWidth(cutToWidth(text, width))).toBeLessThanOrEqual(width);
    }),
  );
});

test('words in columns, down first, a bound on how many', () => {
  expect(inColumns(['a', 'bb', 'ccc', 'd', '漢'], 12)).toEqual(['a    d', 'bb   漢', 'ccc']);
  expect(inColumns(['wider than the terminal', 'b'], 10)).toEqual(['wider than the terminal', 'b']);
  expect(inColumns(['a', 'b', 'c'], 80, 2)).toEqual(['a  b', '… and 1 more']);
  expect(inColumns(['\x1b[2J'], 80)).toEqual(['\\x1b[2J']);
});

// A text of a peer is harmless and visible on a terminal, whatever it contains.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import {
  escapeForTerminal,
  escapeLines,
  terminalJson,
  withMarks,
} from '../../../src/protocol/bytes/escape';

const examples: readonly (readonly [string, string])[] = [
  ['', ''],
  ['hello, wörld 漢字 👍🏽', 'hello, wörld 漢字 👍🏽'],
  ['\x1b[2J\x1b]0;title\x07', '\\x1b[2J\\x1b]0;title\\x07'],
  ['a\rb\nc\x00', 'a\\x0db\\x0ac\\x00'],
  ['a\tb', 'a    b'],
  ['\x7f\x9b31m', '\\x7f\\x9b31m'],
  ['\u202eevil\u2066\u2069', '\\u202eevil\\u2066\\u2069'],
  ['zero\u200bwidth\ufeff\u2060', 'zero\\u200bwidth\\ufeff\\u2060'],
  ['line\u2028paragraph\u2029', 'line\\u2028paragraph\\u2029'],
  ['tag\u{e0041}', 'tag\\u{e0041}'],
  ['half \ud83d', 'half \\ud83d'],
  ['a\u200db', 'a\\u200db'],
  ['alice1\ufe0f', 'alice1\\ufe0f'],
  // Joiners and selectors where they belong.
  ['👨‍👩‍👧 ❤️ 1️⃣', '👨‍👩‍👧 ❤️ 1️⃣'],
  ['می\u200cخواهم', 'می\u200cخواهم'],
  ['क्\u200dष', 'क्\u200dष'],
];

test.each(examples)('%j is shown as %j', (text, shown) => {
  expect(escapeForTerminal(text)).toBe(shown);
});

const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)),
  }),
  fc.string({
    unit: fc.constantFrom(
      ...Array.from('a1漢👩ی'),
      '\u200d',
      '\u200c',
      '\ufe0f',
      '\u202e',
      '\x1b',
      '\u061c',
      '\u180e',
      '\u20e3',
    ),
  }),
);

const unsafe = /[\p{Cc}\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]/u;

test('nothing unsafe comes out, and once is as good as twice', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const shown = escapeForTerminal(text);
      expect(shown).not.toMatch(unsafe);
      expect(shown.isWellFormed()).toBe(true);
      expect(escapeForTerminal(shown)).toBe(shown);
      // Nothing that was printable is lost.
      const plain = text.replace(/[^\x20-\x7e]/g, '');
      let at = 0;
      for (const character of plain) at = shown.indexOf(character, at) + 1;
      expect(plain === '' || at > 0).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test('a text of several lines', () => {
  expect(escapeLines('one\ntwo\r\n\x1bthree\n')).toEqual(['one', 'two', '\\x1bthree']);
  expect(escapeLines('')).toEqual(['']);
  expect(escapeLines('\n\n')).toEqual(['', '']);
});

test('JSON for a terminal is the same JSON, with nothing in it that a terminal obeys', () => {
  expect(terminalJson({ name: 'a\u009b2J\u202e"\u{e0041}' })).toBe(
    '{"name":"a\\u009b2J\\u202e\\"\\udb40\\udc41"}',
  );
  fc.assert(
    fc.property(texts, (text) => {
      const json = terminalJson({ [text]: text });
      expect(json).not.toMatch(unsafe);
      expect(JSON.parse(json)).toEqual({ [text]: text });
    }),
    { numRuns: 2000 },
  );
});

test('what forges a name is shown as a mark on the page', () => {
  expect(withMarks('photo\u202egpj.exe')).toBe('photo⟨U+202E⟩gpj.exe');
  expect(withMarks('tag\u{e0041}\t\x9b')).toBe('tag⟨U+E0041⟩⟨U+0009⟩⟨U+009B⟩');
  expect(withMarks('snow ☃ ❤️ 👨‍👩‍👧 می\u200cخواهم.txt')).toBe('snow ☃ ❤️ 👨‍👩‍👧 می\u200cخواهم.txt');
});

// Which texts are names: those of which all can be seen, in every script.

import { describe, expect, test } from 'bun:test';

import { nameOf, roomNameOf } from '../../src/protocol/model';

describe('a name', () => {
  test.each([
    ['a variation selector', 'alice\ufe0f'],
    ['a selector of another plane', 'alice\u{e0100}'],
    ['a Hangul filler', 'alice\u3164'],
    ['a half of one', 'alice\uffa0'],
    ['a grapheme joiner', 'alice\u034f'],
    ['a blank of Braille', 'alice\u2800'],
    ['a filler that is not to be ignored', 'alice\u{16fe4}'],
    ['a soft hyphen', 'ali\u00adce'],
    ['a space without width', 'ali\u200bce'],
    ['a bidirectional control', '\u202ealice'],
    ['a tag', 'alice\u{e0061}'],
    ['a Khmer vowel that is not shown', 'alice\u17b5'],
    ['a Mongolian selector', 'alice\u180b'],
    ['private use', 'alice\ue000'],
    ['private use of another plane', 'alice\u{10fffd}'],
    ['an unassigned character', 'alice\u0378'],
    ['a non-character', 'alice\uffff'],
    ['half of a pair', 'alice\ud800'],
    ['a control', 'ali\x07ce'],
    ['a C1 control', 'ali\u009bce'],
    ['a line separator', 'ali\u2028ce'],
    ['a joiner between letters that need none', 'al\u200dice'],
    ['a joiner at its end', 'می\u200c'],
    ['joiners in a row', 'می\u200c\u200cخواهم'],
    ['a mark without a letter', '\u0301alice'],
    ['a number of the relay', '#7'],
    ['such a number in wide letters', '＃７'],
    ['and in small ones', '﹟7'],
  ])('does not hold %s', (_, text) => {
    expect(nameOf(text)).toBeUndefined();
    if (!/^[#＃﹟]/.test(text)) expect(roomNameOf(text)).toBeUndefined();
  });

  test.each([
    'alice',
    'Ada Lovelace',
    "O'Neill",
    'João',
    'Ñandú',
    'Ελένη',
    'Наталья',
    'محمد',
    'می\u200cخواهم',
    'क्\u200dष',
    'ශ්\u200dරී',
    '名前',
    'さくら',
    '민준',
    'ภาษาไทย',
    '🦊',
    'constructor',
    '__proto__',
    'a#7',
  ])('may be %s', (text) => {
    expect(nameOf(text)).toBe(text.normalize('NFC') as never);
  });
});

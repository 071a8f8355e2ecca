// Header blocks: whole, byte by byte, glued, cut at every place; bounded, strict where a block ends, lenient in the rest.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { headerBlock, HeaderReader, type Headers } from '../../../src/protocol/bytes/headers';
import { Inbox } from '../../../src/protocol/bytes/inbox';

function readAll(pieces: readonly (string | Uint8Array)[], bytesMax = 8192): unknown[] {
  const reader = new HeaderReader(bytesMax);
  const inbox = new Inbox();
  const taken: unknown[] = [];
  for (const piece of pieces) {
    inbox.push(Buffer.from(piece));
    for (let block = reader.take(inbox); block !== undefined; block = reader.take(inbox)) {
      taken.push(typeof block === 'string' ? block : Object.fromEntries(block));
      if (typeof block === 'string') return taken;
    }
  }
  return taken;
}

describe('a header block', () => {
  test('is keys and values up to an empty line', () => {
    expect(readAll(['A: 1\nB-c:  two words \n\n'])).toEqual([{ a: ['1'], 'b-c': ['two words'] }]);
  });

  test('may end its lines with CR LF, in part or throughout', () => {
    const wanted = [{ a: ['1'], b: ['2'] }];
    expect(readAll(['A: 1\r\nB: 2\r\n\r\n'])).toEqual(wanted);
    expect(readAll(['A: 1\nB: 2\r\n\n'])).toEqual(wanted);
    expect(readAll(['A: 1\r\nB: 2\n\r\n'])).toEqual(wanted);
  });

  test('compares keys without case, and keeps every value of one that is repeated, in order', () => {
    expect(readAll(['To: a\nTO: b\nto:c\n\n'])).toEqual([{ to: ['a', 'b', 'c'] }]);
  });

  test('has values that may be empty or hold colons', () => {
    expect(readAll(['A:\nB: x:y:z\n\n'])).toEqual([{ a: [''], b: ['x:y:z'] }]);
  });

  test('may be preceded by empty lines', () => {
    expect(readAll(['\n\r\n\nA: 1\n\n\nB: 2\n\n'])).toEqual([{ a: ['1'] }, { b: ['2'] }]);
    expect(readAll(['\n'.repeat(20_000), 'A: 1\n\n'])).toEqual([{ a: ['1'] }]);
  });

  test('is malformed without a colon, without a key, and where it is not UTF-8', () => {
    expect(readAll(['A: 1\nno colon\n\n'])).toEqual(['malformed']);
    expect(readAll([': value\n\n'])).toEqual(['malformed']);
    expect(readAll([Uint8Array.of(0x41, 0x3a, 0xff, 0x0a, 0x0a)])).toEqual(['malformed']);
  });

  test('has at most so many bytes, its last empty line included', () => {
    const fits = `A: ${'x'.repeat(10)}\n\n`;
    expect(readAll([fits], fits.length)).toHaveLength(1);
    expect(readAll([fits], fits.length)).not.toContain('too-large');
    expect(readAll([fits], fits.length - 1)).toEqual(['too-large']);
    // Also where its end has not come yet, and may never.
    expect(readAll(['A: ', 'x'.repeat(50)], 40)).toEqual(['too-large']);
    expect(readAll(['A: 1\n'.repeat(20)], 40)).toEqual(['too-large']);
  });

  test('is the same however it is cut', () => {
    const text = '\nA: 1\r\nÑandú: ñ\n\nB: 2\nB: 3\r\n\r\n\n';
    const whole = readAll([text]);
    expect(whole).toEqual([{ a: ['1'], ñandú: ['ñ'] }, { b: ['2', '3'] }]);
    const bytes = Buffer.from(text);
    for (let at = 0; at <= bytes.length; at++) {
      expect(readAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  test('leaves what follows it', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.from('A: 1\n\nbody'));
    const headers = new HeaderReader(100).take(inbox) as Headers;
    expect(headers.get('a')).toEqual(['1']);
    expect(Buffer.from(inbox.takeAll()).toString()).toBe('body');
  });

  test('written and read again is the same; no value ends its line', () => {
    const key = fc.stringMatching(/^[A-Za-z-]{1,12}$/);
    const value = fc.string({ unit: 'binary', maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 8 }), (lines) => {
        const wanted = new Map<string, string[]>();
        for (const [key, value] of lines) {
          const values = wanted.get(key.toLowerCase()) ?? [];
          const flat = Buffer.from(value.replace(/[\r\n]+/g, ' '))
            .toString()
            .trim();
          wanted.set(key.toLowerCase(), [...values, flat]);
        }
        expect(readAll([headerBlock(lines)])).toEqual([Object.fromEntries(wanted)]);
      }),
    );
  });
});

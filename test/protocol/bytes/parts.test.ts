// What one text becomes: all of it while that is little, else its first parts, `…`, and the note of its file.

import { describe, expect, test } from 'bun:test';

import { eachLinePiece, firstParts, partsOfText } from '../../../src/protocol/bytes/parts';
import { byteLength, eachLine, linesOf } from '../../../src/protocol/bytes/text';
import { limits } from '../../../src/protocol/limits';

const { parts: partsMax, partsBytes: bytesMax } = limits.text;
const file = { name: 'photo.jpg', size: 5 };
const note = '(file photo.jpg, 5 bytes)';

describe('the parts of a text', () => {
  const said = (text: string, of?: typeof file): string[] =>
    partsOfText(text, of, eachLine, byteLength);

  test('as many as there may be are all said', () => {
    const lines = Array.from({ length: partsMax }, (_, at) => `${at}`);
    expect(said(lines.join('\n'))).toEqual(lines);
    expect(said(lines.slice(1).join('\n'), file).at(-1)).toBe(`${partsMax - 1} ${note}`);
  });

  test('of more, the first ones and a mark', () => {
    const lines = Array.from({ length: partsMax + 1 }, (_, at) => `${at}`);
    expect(said(lines.join('\n'))).toEqual([...lines.slice(0, -1), '…']);
  });

  test('the note of a file is never lost', () => {
    expect(said('\n'.repeat(65_535), file).at(-1)).toBe(`… ${note}`);
    expect(said('', file)).toEqual([note]);
  });

  test('nor do they take more bytes than they may', () => {
    const half = 'x'.repeat(bytesMax / 2);
    expect(said(`${half}\n${half}`)).toEqual([half, half]);
    expect(said(`${half}\n${half}\ny\nz`)).toEqual([half, half, '…']);
  });

  test('the rest is not even looked at', () => {
    let made = 0;
    function* endless(): Generator<string, void> {
      for (;;) yield `${++made}`;
    }
    expect(firstParts(endless(), byteLength, ['…']).length).toBe(partsMax + 1);
    expect(made).toBe(partsMax + 1);
  });
});

test.each([
  ['', ['']],
  ['\n', ['']],
  ['\n\n', ['', '']],
  ['a', ['a']],
  ['a\nb', ['a', 'b']],
  ['a\r\nb\rc\n\rd\n', ['a', 'b', 'c', '', 'd']],
])('the lines of %j', (text, lines) => {
  expect(linesOf(text)).toEqual(lines);
  expect([...eachLine(text)]).toEqual(lines);
});

test('lines in pieces, none cut inside a character', () => {
  expect([...eachLinePiece('aé€\n😀b\n', 4)]).toEqual(['aé', '€', '😀', 'b']);
});

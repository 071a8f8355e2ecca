// Frames of 200 bytes: padded, stripped, cut over several and put together again, nothing dropped.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { encodeText } from '../../../src/protocol/bytes/text';
import {
  frameBytes,
  framesOf,
  framesOfBytes,
  framesOfList,
  framesOfTyped,
  takeFrame,
} from '../../../src/protocol/channels/wire/frames';
import { cut, padded } from './support';

const texts = (frames: Uint8Array): string[] => cut(frames).map((frame) => frame.toString());

/** Takes every whole frame, as a receiver does. */
function taken(inbox: Inbox): string[] {
  const frames: string[] = [];
  for (let frame = takeFrame(inbox); frame; frame = takeFrame(inbox)) {
    frames.push(Buffer.from(frame).toString('latin1'));
  }
  return frames;
}

const readable = fc
  .string({ unit: 'grapheme', maxLength: 700, size: 'max' })
  .filter((text) => text.isWellFormed());

describe('one frame', () => {
  test('is the text and spaces up to 200 bytes', () => {
    const frame = framesOf('', 'Scott');
    expect(frame.length).toBe(200);
    expect(Buffer.from(frame).toString()).toBe('Scott' + ' '.repeat(195));
  });

  test('of no text is 200 spaces', () => {
    expect(Buffer.from(framesOf('', '')).toString()).toBe(' '.repeat(200));
  });

  test('holds exactly 200 bytes, not characters', () => {
    expect(texts(framesOf('', 'x'.repeat(200)))).toEqual(['x'.repeat(200)]);
    expect(framesOf('', 'é'.repeat(100)).length).toBe(200);
    expect(framesOf('', 'é'.repeat(101)).length).toBe(400);
  });

  test('loses all white space at its end, also the line end that real clients leave there', () => {
    const inbox = new Inbox();
    inbox.push(padded('  /list \r\n\t\v\f'));
    expect(taken(inbox)).toEqual(['  /list']);
  });

  test('is not taken before its last byte is there', () => {
    const inbox = new Inbox();
    const bytes = padded('hi');
    for (let at = 0; at < frameBytes; at++) {
      expect(takeFrame(inbox)).toBeUndefined();
      inbox.push(bytes.subarray(at, at + 1));
    }
    expect(taken(inbox)).toEqual(['hi']);
  });
});

test('frames come out the same however the stream is cut or glued', () => {
  const said = ['Scott', '/create 168_tas', 'x'.repeat(200), '', 'ça va?'];
  const stream = Buffer.concat(said.map(padded));
  const whole = new Inbox();
  whole.push(stream);
  const expected = taken(whole);
  expect(expected.length).toBe(said.length);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length), { maxLength: 12 }), (places) => {
      const inbox = new Inbox();
      const frames: string[] = [];
      const cuts = [0, ...places.sort((a, b) => a - b), stream.length];
      cuts.slice(1).forEach((end, index) => {
        inbox.push(Buffer.from(stream.subarray(cuts[index], end)));
        frames.push(...taken(inbox));
      });
      expect(frames).toEqual(expected);
    }),
  );
});

describe('a text that does not fit', () => {
  test('goes out in several frames, each with the prefix', () => {
    const text = 'a'.repeat(192) + 'b'.repeat(192) + 'c';
    expect(texts(framesOf('[Scott] ', text))).toEqual([
      '[Scott] ' + 'a'.repeat(192),
      '[Scott] ' + 'b'.repeat(192),
      '[Scott] c',
    ]);
  });

  test('is cut at character borders', () => {
    expect(texts(framesOf('[Scott] ', 'x' + '😀'.repeat(50)))).toEqual([
      '[Scott] x' + '😀'.repeat(47),
      '[Scott] ' + '😀'.repeat(3),
    ]);
  });

  test('is not cut behind a space, which the receiver would strip', () => {
    const text = 'x'.repeat(190) + '  ' + 'y'.repeat(10);
    expect(texts(framesOf('[Scott] ', text))).toEqual([
      '[Scott] ' + 'x'.repeat(190),
      '[Scott]   ' + 'y'.repeat(10),
    ]);
  });

  test('with line ends is said line by line, each with the prefix', () => {
    expect(texts(framesOf('[Eve] ', 'hi\nAlice has left\n\nbye'))).toEqual([
      '[Eve] hi',
      '[Eve] Alice has left',
      '[Eve]',
      '[Eve] bye',
    ]);
  });

  test('that is not UTF-8 goes out as it came', () => {
    const bytes = Uint8Array.from({ length: 200 }, (_, at) => 0x80 + (at % 0x80));
    const frames = framesOfBytes('[a] ', bytes);
    expect(frames.length).toBe(400);
    expect(Buffer.from(frames.subarray(0, 4)).toString()).toBe('[a] ');
    const said = Buffer.concat(cut(frames).map((frame) => frame.subarray(4)));
    expect(said.equals(bytes)).toBe(true);
  });

  test('never loses a character', () => {
    fc.assert(
      fc.property(readable, fc.integer({ min: 1, max: 150 }), (text, prefixBytes) => {
        const prefix = 'p'.repeat(prefixBytes);
        const line = text.replaceAll(/[\n\ufffd]/g, ' ').trim();
        const frames = framesOf(prefix, line);
        expect(frames.length % frameBytes).toBe(0);
        const parts = cut(frames).map((frame) => frame.toString());
        for (const part of parts) expect(part.startsWith(prefix)).toBe(true);
        for (const part of parts) expect(part).not.toContain('\ufffd');
        expect(parts.map((part) => part.slice(prefixBytes)).join('')).toBe(line);
      }),
    );
  });

  test('of nothing but spaces still goes out', () => {
    expect(texts(framesOf('[Scott] ', ' '.repeat(300) + 'x')).at(-1)).toEndWith('x');
  });
});

describe('a typed line', () => {
  test('of up to 200 bytes is one frame, as it is', () => {
    expect(texts(framesOfTyped('/create 168_tas'))).toEqual(['/create 168_tas']);
    expect(framesOfTyped('').length).toBe(200);
  });

  test('of more goes out in several, none after the first beginning with /', () => {
    const line = 'x'.repeat(200) + '/list';
    expect(texts(framesOfTyped(line))).toEqual(['x'.repeat(199), 'x/list']);
  });

  test('of slashes alone is kept from controlling by a space', () => {
    expect(texts(framesOfTyped('/'.repeat(599)))).toEqual([
      '/'.repeat(200),
      ' ' + '/'.repeat(199),
      ' ' + '/'.repeat(199),
      ' /',
    ]);
  });

  test('never controls by its middle and never loses a character but for such a space', () => {
    const slashes = fc.string({
      unit: fc.constantFrom('/', 'a', ' ', 'é'),
      maxLength: 900,
      size: 'max',
    });
    fc.assert(
      fc.property(slashes, (text) => {
        const line = text.trimEnd();
        const [first = '', ...rest] = cut(framesOfTyped(line)).map((frame) => frame.toString());
        for (const part of rest) expect(part.startsWith('/')).toBe(false);
        const bare = (each: string): string => each.replaceAll(' ', '');
        expect(bare(first + rest.join(''))).toBe(bare(line));
      }),
    );
  });
});

describe('a list', () => {
  test('of no channel is no frame', () => {
    expect(framesOfList([]).length).toBe(0);
  });

  test('has its names on lines of their own, in order', () => {
    expect(texts(framesOfList(['168_tas', 'b', 'a']))).toEqual(['168_tas\nb\na']);
  });

  test('takes as many frames as it needs and cuts between names', () => {
    const names = Array.from({ length: 500 }, (_, at) => `${at}-`.padEnd(1 + (at % 64), 'é'));
    const fitting = names.map((name) => Array.from(name).slice(0, 30).join(''));
    const frames = texts(framesOfList(fitting));
    expect(frames.length).toBeGreaterThan(10);
    expect(frames.flatMap((frame) => frame.split('\n'))).toEqual(fitting);
  });

  test('fills a frame to its last byte', () => {
    const names = ['x'.repeat(64), 'y'.repeat(64), 'z'.repeat(64), 'w'.repeat(5), 'v'];
    expect(framesOfList(names.slice(0, 4)).length).toBe(200);
    expect(texts(framesOfList(names)).at(-1)).toBe('v');
  });
});

test('a frame and its text are the same thing', () => {
  fc.assert(
    fc.property(readable, (text) => {
      const line = text.replaceAll('\n', '').trimEnd();
      fc.pre(encodeText(line).length <= 200 && !/\s$/.test(line));
      const inbox = new Inbox();
      inbox.push(framesOf('', line));
      expect(taken(inbox)).toEqual([Buffer.from(line).toString('latin1')]);
    }),
  );
});

// Lines out of bytes: whole, byte by byte, glued, cut at every place, without ends, and too long.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { LineReader } from '../../../src/protocol/market/wire/lines';

/** A reader with what it takes from; lines come out as texts, `!` for one that is too long. */
class Reading {
  readonly inbox = new Inbox();
  readonly reader: LineReader;

  constructor(bytesMax = 100) {
    this.reader = new LineReader(bytesMax);
  }
  push(bytes: Uint8Array | string): string[] {
    this.inbox.push(Buffer.from(bytes));
    const lines: string[] = [];
    for (let line = this.reader.take(this.inbox); line; line = this.reader.take(this.inbox)) {
      lines.push(line.is === 'line' ? line.text : '!');
    }
    return lines;
  }
  stand(): string | undefined {
    const line = this.reader.takeStanding();
    return line && (line.is === 'line' ? line.text : '!');
  }
  get isWaiting(): boolean {
    return this.reader.isWaiting;
  }
}

describe('with line ends', () => {
  test('several lines in one piece, LF and CR LF, empty ones too', () => {
    expect(new Reading().push('one\ntwo\r\n\n\r\nthree')).toEqual(['one', 'two', '', '']);
  });

  test('cut at every place', () => {
    const stream = Buffer.from('hölä\r\n:t - bob - 5\n€\n');
    const expected = ['hölä', ':t - bob - 5', '€'];
    for (let cut = 0; cut <= stream.length; cut++) {
      const reading = new Reading();
      const lines = [
        ...reading.push(stream.subarray(0, cut)),
        ...reading.push(stream.subarray(cut)),
      ];
      expect(lines).toEqual(expected);
    }
  });

  test('byte by byte', () => {
    const reading = new Reading();
    const lines = Array.from(Buffer.from('¡hola!\r\nchao\n'), (byte) =>
      reading.push(Uint8Array.of(byte)),
    );
    expect(lines.flat()).toEqual(['¡hola!', 'chao']);
  });

  test('a CR inside a line is part of it', () => {
    expect(new Reading().push('a\rb\r\r\n')).toEqual(['a\rb']);
  });

  test('what is not UTF-8 is shown as such', () => {
    expect(new Reading().push(Uint8Array.of(0xff, 0x41, 0xc3, 0x0a))).toEqual(['\ufffdA\ufffd']);
  });
});

describe('without line ends', () => {
  test('what stands counts as a line once it has stood', () => {
    const reading = new Reading();
    expect(reading.isWaiting).toBe(false);
    expect(reading.push('hola')).toEqual([]);
    expect(reading.isWaiting).toBe(true);
    expect(reading.stand()).toBe('hola');
    expect(reading.isWaiting).toBe(false);
    expect(reading.push('ch')).toEqual([]);
    expect(reading.push('ao\r')).toEqual([]);
    expect(reading.stand()).toBe('chao');
    expect(reading.stand()).toBeUndefined();
  });

  test('the first LF switches that off for good', () => {
    const reading = new Reading();
    reading.push('hola');
    expect(reading.stand()).toBe('hola');
    expect(reading.push('one\ntwo')).toEqual(['one']);
    expect(reading.isWaiting).toBe(false);
    expect(reading.push('\nthree')).toEqual(['two']);
    expect(reading.isWaiting).toBe(false);
  });

  test('the last line of a peer that ends needs no end', () => {
    const reading = new Reading();
    expect(reading.push('one\ntwo')).toEqual(['one']);
    expect(reading.stand()).toBe('two');
  });
});

describe('too long', () => {
  test('the longest line, with every end, and one byte more', () => {
    const longest = 'x'.repeat(10);
    for (const end of ['\n', '\r\n']) {
      expect(new Reading(10).push(longest + end)).toEqual([longest]);
      expect(new Reading(10).push(`${longest}x${end}`)).toEqual(['!']);
    }
  });

  test('it is told once, thrown away whole, and the next line is read', () => {
    const reading = new Reading(10);
    expect(reading.push('x'.repeat(12))).toEqual(['!']);
    expect(reading.push(':t - bob - 5')).toEqual([]);
    expect(reading.inbox.size).toBe(0);
    expect(reading.push(' end\nnext\n')).toEqual(['next']);
    expect(reading.push(`${'y'.repeat(50)}\nz\n`)).toEqual(['!', 'z']);
  });

  test('without line ends it is over when nothing more comes', () => {
    const reading = new Reading(10);
    expect(reading.push('x'.repeat(12))).toEqual(['!']);
    expect(reading.isWaiting).toBe(true);
    expect(reading.push(':q')).toEqual([]);
    expect(reading.stand()).toBeUndefined();
    expect(reading.isWaiting).toBe(false);
    reading.push('next');
    expect(reading.stand()).toBe('next');
  });

  test('what stands may be a byte too long by itself', () => {
    const reading = new Reading(10);
    reading.push('x'.repeat(11));
    expect(reading.stand()).toBe('!');
  });
});

test('a held inbox gives nothing', () => {
  const reading = new Reading();
  reading.inbox.held = true;
  expect(reading.push('one\n')).toEqual([]);
  reading.inbox.held = false;
  expect(reading.push('')).toEqual(['one']);
});

test('any bytes in any pieces give the lines that the whole gives, and no line is longer than it may be', () => {
  const pieces = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 30 }),
      fc
        .constantFrom('\n', '\r\n', 'hola', ':q\n', 'x'.repeat(25))
        .map((text) => Buffer.from(text)),
    ),
  );
  fc.assert(
    fc.property(pieces, (all) => {
      const whole = new Reading(20);
      const expected = whole.push(Buffer.concat(all));
      const cut = new Reading(20);
      const lines = all.flatMap((piece) => cut.push(piece));
      expect(lines).toEqual(expected);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(20);
      expect(cut.inbox.size).toBeLessThanOrEqual(21);
    }),
  );
});

// Frames byte by byte: sizes, byte order, every cut, lengths that lie, kinds that are none, padding.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { encodeFrame, FrameReader, type NextFrame } from '../../../src/protocol/relay/wire/codec';
import type { Frame } from '../../../src/protocol/relay/wire/messages';
import { erro, flw, header, msg, oi, ok, okqem, padded, qem, short } from './frames';

/** One of each kind, with the bytes that the source says it has. */
const table: readonly (readonly [Frame, string])[] = [
  [
    { kind: 'OI', origin: 7, destination: 0, sequence: 0, timestamp: 0x574883ff },
    '0000 0007 0000 00000000 574883ff',
  ],
  [
    { kind: 'FLW', origin: 999, destination: 1999, sequence: 9, timestamp: 1 },
    '0001 03e7 07cf 00000009 00000001',
  ],
  [
    {
      kind: 'MSG',
      origin: 1,
      destination: 1002,
      sequence: 0x01020304,
      timestamp: 0xfffffffe,
      text: Buffer.from('Ob-la-da'),
    },
    '0002 0001 03ea 01020304 fffffffe 0008 4f622d6c612d6461',
  ],
  [
    { kind: 'OK', origin: 0, destination: 65535, sequence: 0xffffffff, timestamp: 2 },
    '0003 0000 ffff ffffffff 00000002',
  ],
  [
    { kind: 'ERRO', origin: 0, destination: 1, sequence: 1, timestamp: 3 },
    '0004 0000 0001 00000001 00000003',
  ],
  [
    { kind: 'QEM', origin: 1, destination: 1001, sequence: 2, timestamp: 4 },
    '0005 0001 03e9 00000002 00000004',
  ],
  [
    {
      kind: 'OKQEM',
      origin: 0,
      destination: 1001,
      sequence: 2,
      timestamp: 4,
      ids: [1, 999, 1000, 1999],
    },
    '0006 0000 03e9 00000002 00000004 0004 0001 03e7 03e8 07cf',
  ],
];
const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');

/** Everything a reader makes of bytes that come in these pieces. */
function read(pieces: readonly Uint8Array[], reader = new FrameReader()): NextFrame[] {
  const inbox = new Inbox();
  const reads: NextFrame[] = [];
  for (const piece of pieces) {
    inbox.push(Buffer.from(piece));
    for (let next = reader.take(inbox); next; next = reader.take(inbox)) reads.push(next);
  }
  return reads;
}
const plain = (reads: readonly NextFrame[]): unknown[] =>
  reads.map((one) => {
    if (one.is === 'bad') return one;
    const { frame } = one;
    return frame.kind === 'MSG' ? { ...frame, text: Buffer.from(frame.text) } : frame;
  });
const framed = (...frames: Frame[]): unknown[] =>
  plain(frames.map((frame) => ({ is: 'frame', frame })));

const id = fc.integer({ min: 0, max: 65_535 });
const number = fc.integer({ min: 0, max: 0xffffffff });
const anyHeader = { origin: id, destination: id, sequence: number, timestamp: number };
const anyFrame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ kind: fc.constantFrom('OI', 'FLW', 'OK', 'ERRO', 'QEM'), ...anyHeader }),
  fc.record({
    kind: fc.constant('MSG' as const),
    ...anyHeader,
    text: fc.uint8Array({ maxLength: 140 }),
  }),
  fc.record({
    kind: fc.constant('OKQEM' as const),
    ...anyHeader,
    ids: fc.array(id, { maxLength: 60 }),
  }),
);

describe('the seven kinds', () => {
  for (const [frame, bytes] of table) {
    test(`${frame.kind} has its size and byte order in both directions`, () => {
      expect(Buffer.from(encodeFrame(frame)).toString('hex')).toBe(hex(bytes).toString('hex'));
      expect(plain(read([hex(bytes)]))).toEqual(framed(frame));
    });
  }

  test('a MSG has 0 to 140 bytes, an OKQEM none to all numbers', () => {
    for (const length of [0, 1, 139, 140]) {
      const bytes = msg(1, 0, Buffer.alloc(length, 'x'));
      expect(bytes.length).toBe(16 + length);
      expect(plain(read([bytes]))).toMatchObject([{ kind: 'MSG', text: { length } }]);
    }
    const all = Array.from({ length: 1999 }, (_, index) => index + 1);
    for (const ids of [[], all]) {
      expect(plain(read([okqem(1001, ids)]))).toMatchObject([{ kind: 'OKQEM', ids }]);
    }
  });

  test('a character cut at 140 bytes stays cut, byte for byte', () => {
    const cut = Buffer.from('x' + 'é'.repeat(70)).subarray(0, 140);
    const [one] = read([msg(1, 0, cut)]);
    expect(one).toMatchObject({ is: 'frame', frame: { text: cut } });
  });

  test('frames are the same whole, byte by byte, glued, and cut at every place', () => {
    const frames = table.map(([frame]) => frame);
    const bytes = Buffer.concat(table.map(([, text]) => hex(text)));
    expect(plain(read([bytes]))).toEqual(framed(...frames));
    expect(plain(read(Array.from(bytes, (byte) => Buffer.of(byte))))).toEqual(framed(...frames));
    for (let at = 0; at <= bytes.length; at++) {
      expect(plain(read([bytes.subarray(0, at), bytes.subarray(at)]))).toEqual(framed(...frames));
    }
  });

  test('any frames come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.array(anyFrame, { maxLength: 8 }),
        fc.infiniteStream(fc.nat(40)),
        (frames, cuts) => {
          const bytes = Buffer.concat(frames.map((frame) => encodeFrame(frame)));
          const pieces: Buffer[] = [];
          for (let start = 0; start < bytes.length;) {
            const length = 1 + (cuts.next().value as number);
            pieces.push(bytes.subarray(start, start + length));
            start += length;
          }
          expect(plain(read(pieces))).toEqual(framed(...frames));
        },
      ),
    );
  });

  test('any bytes at all are frames or bad headers, and never an exception', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), fc.boolean(), (pieces, isPadded) => {
        const reader = new FrameReader();
        if (isPadded) reader.padded = { origin: 7 };
        for (const one of read(pieces, reader)) expect(['frame', 'bad']).toContain(one.is);
      }),
    );
  });
});

describe('what cannot be accepted', () => {
  test('a kind that is none is refused with its numbers; the next frame is read', () => {
    for (const kind of [7, 8, 255, 256, 0x4745, 65_535]) {
      expect(plain(read([header(kind, 7, 0, 5, 6), ok(7, 0, 1)]))).toMatchObject([
        { is: 'bad', why: 'unknown-kind', header: { origin: 7, sequence: 5, timestamp: 6 } },
        { kind: 'OK', sequence: 1 },
      ]);
    }
  });

  test('a length over 140 is refused at once, and its bytes are let go as they come', () => {
    for (const length of [141, 156, 65_535]) {
      const reader = new FrameReader();
      const inbox = new Inbox();
      inbox.push(Buffer.concat([header(2, 7, 0, 5), short(length)]));
      expect(reader.take(inbox)).toMatchObject({ is: 'bad', why: 'too-long' });
      for (let left = length; left > 0;) {
        const piece = Buffer.alloc(Math.min(left, 1000), 3);
        left -= piece.length;
        inbox.push(piece);
        expect(reader.take(inbox)).toBeUndefined();
        expect(inbox.size).toBe(0);
      }
      inbox.push(ok(7, 0, 6));
      expect(reader.take(inbox)).toMatchObject({ is: 'frame', frame: { kind: 'OK', sequence: 6 } });
    }
  });

  test('an OKQEM of more than there can be is refused like that', () => {
    const bytes = Buffer.concat([header(6, 0, 1001), short(2000), Buffer.alloc(4000), flw(7)]);
    expect(plain(read([bytes]))).toMatchObject([{ why: 'too-long' }, { kind: 'FLW' }]);
  });

  test('a header that was cut is told with as much as came of it', () => {
    const reader = new FrameReader();
    const inbox = new Inbox();
    expect(reader.cutHeader()).toBeUndefined();
    inbox.push(msg(7, 0, 'hi', 5).subarray(0, 17));
    expect(reader.take(inbox)).toBeUndefined();
    expect(reader.cutHeader()).toEqual({
      origin: 7,
      destination: 0,
      sequence: 5,
      timestamp: 1000,
    });
    const short = new Inbox();
    short.push(header(2, 7, 0, 5).subarray(0, 3));
    expect(reader.take(short)).toBeUndefined();
    expect(reader.cutHeader()).toMatchObject({ sequence: 0, timestamp: 0 });
  });
});

describe('padding', () => {
  const reader = (): FrameReader => {
    const made = new FrameReader();
    made.padded = { origin: 7 };
    return made;
  };
  const kindsIn = (bytes: Buffer): unknown[] => {
    const whole = plain(read([bytes], reader()));
    // However it is cut, it is the same.
    for (let at = 0; at <= bytes.length; at++) {
      expect(plain(read([bytes.subarray(0, at), bytes.subarray(at)], reader()))).toEqual(whole);
    }
    return whole.map((one) => (one as { kind?: string; is?: string }).kind ?? 'bad');
  };

  for (const length of [0, 1, 8, 100, 136, 137, 138, 139, 140]) {
    const first = msg(7, 0, 'x'.repeat(length), 1);
    test(`a MSG of ${length} bytes may be padded to 156, or not`, () => {
      for (const next of [msg(7, 1002, 'y', 2), qem(7, 1001, 2), flw(7, 0, 2), erro(7, 0, 2)]) {
        const kind = plain(read([next])).map((one) => (one as Frame).kind);
        expect(kindsIn(Buffer.concat([first, next]))).toEqual(['MSG', ...kind]);
        expect(kindsIn(Buffer.concat([padded(first), next]))).toEqual(['MSG', ...kind]);
      }
      expect(kindsIn(Buffer.concat([padded(first), padded(first), first]))).toEqual([
        'MSG',
        'MSG',
        'MSG',
      ]);
    });
  }

  test('a shorter padding is understood before a frame of the same peer', () => {
    for (let count = 0; count <= 138; count++) {
      const bytes = Buffer.concat([msg(7, 0, 'hi'), Buffer.alloc(count), flw(7)]);
      expect(plain(read([bytes], reader()))).toMatchObject([{ kind: 'MSG' }, { kind: 'FLW' }]);
    }
  });

  test('an OI after a short MSG is an OI, not padding', () => {
    for (const id of [1, 3, 7, 999, 1007, 65_535]) {
      expect(kindsIn(Buffer.concat([msg(7, 0, 'hi'), oi(id, 5)]))).toEqual(['MSG', 'OI']);
    }
    expect(kindsIn(Buffer.concat([msg(7, 0, 'hi'), header(0, 0, 0, 0, 1_700_000_000)]))).toEqual([
      'MSG',
      'OI',
    ]);
  });

  test('a kind that is none after the whole padding is seen as such', () => {
    const bytes = Buffer.concat([padded(msg(7, 0, 'hi')), header(65_535, 7, 0)]);
    expect(kindsIn(bytes)).toEqual(['MSG', 'bad']);
  });

  test('before there is a number, NULs are an OI', () => {
    const bytes = Buffer.concat([msg(7, 0, 'hi'), Buffer.alloc(14)]);
    expect(plain(read([bytes]))).toMatchObject([{ kind: 'MSG' }, { kind: 'OI', origin: 0 }]);
  });

  test('the end of a padding is no cut frame', () => {
    const inbox = new Inbox();
    const made = reader();
    inbox.push(padded(msg(7, 0, 'hi')).subarray(0, 100));
    expect(made.take(inbox)).toMatchObject({ is: 'frame' });
    expect(made.take(inbox)).toBeUndefined();
    expect(made.cutHeader()).toBeUndefined();
  });

  test('a MSG is written padded where that is asked for, and nothing else is', () => {
    for (const [frame] of table) {
      const length = encodeFrame(frame, true).length;
      expect(length).toBe(frame.kind === 'MSG' ? 156 : encodeFrame(frame).length);
    }
    const bytes = encodeFrame({ ...frame(), text: Buffer.from('hi') }, true);
    expect(Buffer.compare(bytes, padded(msg(7, 0, 'hi')))).toBe(0);
  });
  const frame = () =>
    ({ kind: 'MSG', origin: 7, destination: 0, sequence: 0, timestamp: 1000 }) as const;
});

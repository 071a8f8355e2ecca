// The frames of a WebSocket at the client's side: whole, byte by byte, in fragments, and what is no frame.

import { describe, expect, test } from 'bun:test';

import { closeCode, frameOf, FrameReader, opcode } from '../../src/net/websocket_frames';

/** A frame as a server writes it. */
function fromServer(first: number, payload: string | Uint8Array, second = 0): Buffer {
  const bytes = Buffer.from(payload as string);
  const { length } = bytes;
  if (length < 126) return Buffer.concat([Buffer.from([first, second | length]), bytes]);
  const head = Buffer.alloc(length <= 0xffff ? 4 : 10);
  head[0] = first;
  head[1] = second | (length <= 0xffff ? 126 : 127);
  if (length <= 0xffff) head.writeUInt16BE(length, 2);
  else head.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([head, bytes]);
}

function read(bytes: Uint8Array, pieceBytes = bytes.length): { text: string; told: string[] } {
  const texts: Buffer[] = [];
  const told: string[] = [];
  const reader = new FrameReader({
    text: (piece) => texts.push(Buffer.from(piece)),
    ping: (payload) => told.push(`ping ${Buffer.from(payload).toString()}`),
    closed: () => told.push('closed'),
    broken: (code) => told.push(`broken ${code}`),
  });
  for (let at = 0; at < bytes.length; at += pieceBytes)
    reader.push(Uint8Array.from(bytes.subarray(at, at + pieceBytes)));
  return { text: Buffer.concat(texts).toString(), told };
}

const text = 0x80 | opcode.text;

describe('reading', () => {
  const long = 'x'.repeat(70_000);
  const all = Buffer.concat([
    fromServer(text, 'one\n'),
    fromServer(text, 'two\nthree'),
    fromServer(opcode.text, 'fo'),
    fromServer(0x80 | opcode.ping, 'there?'),
    fromServer(opcode.continuation, 'u'),
    fromServer(0x80, 'r'),
    fromServer(text, ''),
    fromServer(text, 'y'.repeat(300)),
    fromServer(0x80 | opcode.pong, ''),
    fromServer(text, long),
    fromServer(0x80 | opcode.close, Buffer.from([3, 232])),
    fromServer(text, 'nobody reads this'),
  ]);
  const expected = `one\ntwo\nthree\nfour\n${'y'.repeat(300)}\n${long}\n`;

  test.each([1, 2, 3, 7, 1000, all.length])('in pieces of %i bytes', (pieceBytes) => {
    expect(read(all, pieceBytes)).toEqual({ text: expected, told: ['ping there?', 'closed'] });
  });

  test.each([
    ['a mask', fromServer(text, 'abc', 0x80), closeCode.broken],
    ['a reserved bit', fromServer(text | 0x40, 'abc'), closeCode.broken],
    ['bytes that are no text', fromServer(0x82, 'abc'), closeCode.notText],
    ['a continuation of nothing', fromServer(0x80, 'abc'), closeCode.broken],
    ['a long ping', fromServer(0x89, 'x'.repeat(126)), closeCode.broken],
    ['a ping in parts', fromServer(0x09, 'x'), closeCode.broken],
    ['an unknown control', fromServer(0x8b, ''), closeCode.broken],
    ['a text within a text', Buffer.from([0x01, 0, 0x81, 0]), closeCode.broken],
    [
      'a length that no program can count',
      Buffer.from([0x81, 127, 255, 255, 255, 255, 255, 255, 255, 255]),
      closeCode.broken,
    ],
  ])('%s ends it', (_, bytes, code) => {
    const { told, text: taken } = read(Buffer.concat([bytes, fromServer(text, 'more')]), 1);
    expect(told).toEqual([`broken ${code}`]);
    expect(taken).not.toContain('more');
  });
});

test.each([0, 1, 125, 126, 65_535, 65_536])('a frame of %i bytes is whole and masked', (length) => {
  const payload = Buffer.alloc(length, 'chat');
  const frame = Buffer.from(frameOf(opcode.text, payload));
  const extra = length < 126 ? 0 : length <= 0xffff ? 2 : 8;
  expect(frame[0]).toBe(0x81);
  expect((frame[1] ?? 0) & 0x80).toBe(0x80);
  const mask = frame.subarray(2 + extra, 6 + extra);
  const body = frame.subarray(6 + extra).map((byte, index) => byte ^ (mask[index & 3] ?? 0));
  expect(Buffer.from(body).equals(payload)).toBe(true);
  // Each has another mask.
  if (length > 0) {
    const masks = new Set(
      Array.from({ length: 8 }, () =>
        Buffer.from(frameOf(opcode.text, payload)).toString('hex', 2 + extra, 6 + extra),
      ),
    );
    expect(masks.size).toBeGreaterThan(1);
  }
});

// The lines of the page's protocol: every request and server message there and back, however cut; all else is refused.

import { describe, expect, test } from 'bun:test';

import { assert, json, oneof, property, string, uint8Array } from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { ProtocolError } from '../../../src/protocol/errors';
import { limits } from '../../../src/protocol/limits';
import {
  decodeRequest,
  decodeServerMessage,
  encodeLine,
  takeLine,
} from '../../../src/protocol/web/wire/codec';
import type { Request, RequestBody, ServerMessage } from '../../../src/protocol/web/wire/messages';

const token = 'T'.repeat(43);
const key = 'a key of mine';

/** One of each. */
const bodies: readonly RequestBody[] = [
  { do: 'register', name: 'ana', fullName: 'Ana', born: '01/02/2000', token },
  { do: 'login', name: 'ana', token },
  { do: 'logout' },
  { do: 'unregister' },
  { do: 'users' },
  { do: 'send', to: 'bob', text: 'uno\ndos "tres" \u2028', key },
  { do: 'say', room: 'r', text: '', key },
  { do: 'got', serial: 7 },
  { do: 'undelivered', serials: [1, 2] },
  { do: 'rooms' },
  { do: 'create', room: 'r' },
  { do: 'join', room: 'r' },
  { do: 'leave', room: 'r' },
  { do: 'group-list' },
  { do: 'group-create', group: 'g' },
  { do: 'group-invite', group: 'g', to: 'bob' },
  { do: 'group-accept', group: 'g' },
  { do: 'group-decline', group: 'g' },
  { do: 'group-leave', group: 'g' },
  { do: 'balance', amount: 5 },
  { do: 'funds' },
  { do: 'transfer', to: 'bob', amount: 5, key },
  { do: 'doors', open: true },
  { do: 'ping' },
];
const requests = bodies.map((body, ref): Request => ({ ...body, ref }));

const serverMessages: readonly ServerMessage[] = [
  { is: 'done', ref: 1, value: { id: 1 } },
  { is: 'refused', ref: 2, why: 'full' },
  { is: 'message', serial: 1, id: 2, from: 'a', to: 'b', text: 'hi', at: 3, door: 'mailbox' },
  {
    is: 'message',
    serial: 1,
    id: 2,
    from: 'a',
    to: 'b',
    text: 'hi',
    at: 3,
    door: 'web',
    file: {
      name: 'f.png',
      size: 9,
    },
  },
  { is: 'receipt', id: 1, by: 'b', status: 'delivered' },
  { is: 'receipt', id: 1, by: 'b', status: 'failed', file: 'f.png' },
  { is: 'said', room: 'r', from: 'a', text: 'hi', at: 3 },
  { is: 'joined', room: 'r', name: 'a' },
  { is: 'left', room: 'r', name: 'a' },
  { is: 'invited', room: 'g', by: 'a' },
  { is: 'paid', from: 'a', amount: 3 },
  { is: 'presence', name: 'a', here: true },
  { is: 'bye', why: 'the server stops' },
];

/** Every message in an inbox, read with `read`. */
function readAll<T>(inbox: Inbox, read: (line: Uint8Array) => T): T[] {
  const all: T[] = [];
  for (let line = takeLine(inbox); line; line = takeLine(inbox)) all.push(read(line));
  return all;
}

describe.each([
  ['requests', requests, decodeRequest],
  ['serverMessages', serverMessages, decodeServerMessage],
] as const)('%s', (_name, messages, read: (line: Uint8Array) => unknown) => {
  const stream = Buffer.concat(messages.map(encodeLine));

  test('glued together, and byte by byte', () => {
    const glued = new Inbox();
    glued.push(stream);
    expect(readAll(glued, read)).toEqual([...messages]);
    const dripped = new Inbox();
    const all: unknown[] = [];
    for (const byte of stream) {
      dripped.push(Uint8Array.of(byte));
      all.push(...readAll(dripped, read));
    }
    expect(all).toEqual([...messages]);
  });

  test('cut at every place', () => {
    for (let cut = 0; cut <= stream.length; cut++) {
      const inbox = new Inbox();
      const all: unknown[] = [];
      for (const piece of [stream.subarray(0, cut), stream.subarray(cut)]) {
        inbox.push(piece);
        all.push(...readAll(inbox, read));
      }
      expect(all).toEqual([...messages]);
    }
  });
});

const line = (text: string): Uint8Array => Buffer.from(text);

test.each([
  [''],
  ['hello'],
  ['null'],
  ['[]'],
  ['{"do":"fly","ref":1}'],
  ['{"do":"users"}'],
  ['{"do":"users","ref":-1}'],
  ['{"do":"users","ref":1.5}'],
  ['{"do":"users","ref":1,"more":true}'],
  ['{"do":"send","ref":1,"to":"bob","text":5,"key":"12345678"}'],
  ['{"do":"send","ref":1,"to":"bob","text":"hi","key":"short"}'],
  [`{"do":"key-add","ref":1,"key":"${'T'.repeat(42)}"}`],
  ['{"do":"balance","ref":1,"amount":-1}'],
  [`{"do":"undelivered","ref":1,"serials":[${Array(257).fill(1).join()}]}`],
])('no request: %s', (text) => {
  expect(() => decodeRequest(line(text))).toThrow(ProtocolError);
});

test('bytes that are not UTF-8 are no message', () => {
  expect(() => decodeRequest(Uint8Array.of(0x22, 0xff, 0x22))).toThrow(ProtocolError);
});

test('a line may have so many bytes and no more, ended or not', () => {
  const inbox = new Inbox();
  inbox.push(new Uint8Array(limits.web.jsonBytes).fill(32));
  expect(takeLine(inbox)).toBeUndefined();
  inbox.push(Uint8Array.of(10));
  expect(takeLine(inbox)?.length).toBe(limits.web.jsonBytes);
  inbox.push(new Uint8Array(limits.web.jsonBytes + 1).fill(32));
  expect(() => takeLine(inbox)).toThrow(ProtocolError);
  const ended = new Inbox();
  ended.push(new Uint8Array(limits.web.jsonBytes + 1).fill(32));
  ended.push(Uint8Array.of(10));
  expect(() => takeLine(ended)).toThrow(ProtocolError);
});

test('whatever comes is a request or a ProtocolError', () => {
  assert(
    property(
      oneof(
        uint8Array(),
        json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        try {
          expect(decodeRequest(bytes)).toHaveProperty('do');
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      },
    ),
  );
});

test('any text travels as it is', () => {
  assert(
    property(string({ unit: 'grapheme' }), (text) => {
      const request: Request = { do: 'say', ref: 1, room: 'r', text, key };
      const bytes = encodeLine(request);
      expect(bytes.indexOf(10)).toBe(bytes.length - 1);
      expect(decodeRequest(bytes.subarray(0, -1))).toEqual(request);
    }),
  );
});

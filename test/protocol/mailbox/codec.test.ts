// Requests, answers and calls byte by byte: whole, glued, cut at every place, and whatever servers make of them.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { byteLength } from '../../../src/protocol/bytes/text';
import { limits } from '../../../src/protocol/limits';
import { parseLine } from '../../../src/protocol/mailbox/client/input';
import { distinctParts } from '../../../src/protocol/mailbox/server/distinct_parts';
import { callsFor } from '../../../src/protocol/mailbox/server/events';
import { CallReader, encodeCall } from '../../../src/protocol/mailbox/wire/call_codec';
import {
  encodeReply,
  encodeRequest,
  listFields,
  ReplyReader,
  type ReplyReading,
  RequestReader,
} from '../../../src/protocol/mailbox/wire/codec';
import {
  type Call,
  callFields,
  type Code,
  type Operation,
  type Request,
  requestFields,
} from '../../../src/protocol/mailbox/wire/messages';
import type { Direct, Name, Receipt } from '../../../src/protocol/model';
import { nul } from './support';

/** A field: text without NUL, of at most 255 bytes. */
const field = fc
  .string({ unit: 'grapheme', maxLength: 60 })
  .filter((text) => !text.includes('\0') && text.isWellFormed() && byteLength(text) <= 255);

const request: fc.Arbitrary<Request> = fc.oneof(
  ...Object.entries(requestFields).map(([operation, names]) =>
    fc.tuple(...names.map(() => field)).map(
      (values) =>
        ({
          operation,
          ...Object.fromEntries(names.map((name, index) => [name, values[index]])),
        }) as unknown as Request,
    ),
  ),
);

describe('requests', () => {
  test.each([
    [
      { operation: 'REGISTER', fullName: 'A B', alias: 'a', born: '01/02/2000' },
      'REGISTER\0A B\0a\x0001/02/2000\0',
    ],
    [{ operation: 'UNREGISTER', alias: 'a' }, 'UNREGISTER\0a\0'],
    [{ operation: 'CONNECT', alias: 'a', port: '456' }, 'CONNECT\0a\x00456\0'],
    [{ operation: 'DISCONNECT', alias: 'a' }, 'DISCONNECT\0a\0'],
    [{ operation: 'SEND', from: 'a', to: 'b', text: 'hi' }, 'SEND\0a\0b\0hi\0'],
    [{ operation: 'CONNECTEDUSERS', alias: 'a' }, 'CONNECTEDUSERS\0a\0'],
    [{ operation: 'CONNECTEDUSERS', alias: '' }, 'CONNECTEDUSERS\0'],
    [
      { operation: 'SENDATTACH', from: 'a', to: 'b', text: '', fileName: 'f', size: '3' },
      'SENDATTACH\0a\0b\0\0f\x003\0',
    ],
    [{ operation: 'GETFILE', alias: 'a', from: 'b', id: '3' }, 'GETFILE\0a\0b\x003\0'],
    [{ operation: 'ATTACHES', alias: 'a' }, 'ATTACHES\0a\0'],
  ] as const)('%j', (message, bytes) => {
    expect(Buffer.from(encodeRequest(message)).toString()).toBe(bytes);
  });

  test('what is written is read again, whatever the cuts', () => {
    fc.assert(
      fc.property(request, fc.integer({ min: 1, max: 40 }), (message, size) => {
        const bytes = encodeRequest(message);
        const inbox = new Inbox();
        const reader = new RequestReader();
        let reading = reader.read(inbox);
        for (let at = 0; at < bytes.length; at += size) {
          expect(reading).toEqual({ is: 'more' });
          inbox.push(bytes.slice(at, at + size));
          reading = reader.read(inbox);
        }
        if (reading.is === 'more') {
          expect(reader.withoutAlias()).toEqual(message as Request<'CONNECTEDUSERS'>);
        } else expect(reading).toEqual({ is: 'request', request: message });
      }),
    );
  });

  test('what stands behind a request is left where it is', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.from('UNREGISTER\0a\0rest'));
    expect(new RequestReader().read(inbox).is).toBe('request');
    expect(inbox.length).toBe(4);
  });
});

describe('replies', () => {
  const styles: readonly [string, (code: Code, fields: readonly string[]) => Uint8Array][] = [
    ['a raw byte', (code, fields) => encodeReply(code, fields, 'byte')],
    ['a digit with NUL', (code, fields) => encodeReply(code, fields, 'text')],
    ['a digit', (code, fields) => Buffer.from(`${code}${nul(...fields)}`)],
  ];

  test('the bytes of the server', () => {
    expect(Buffer.from(encodeReply(0, ['132'], 'byte'))).toEqual(Buffer.from('\x00132\0'));
    expect(Buffer.from(encodeReply(0, ['132'], 'text'))).toEqual(Buffer.from('0\x00132\0'));
    expect(Buffer.from(encodeReply(3, [], 'byte'))).toEqual(Buffer.of(3));
    expect(Buffer.from(encodeReply(3, [], 'text'))).toEqual(Buffer.from('3\0'));
  });

  const replies: readonly (readonly [Operation, Code, readonly string[], ReplyReading])[] = [
    ['REGISTER', 0, [], { is: 'reply', code: 0, fields: [] }],
    ['SEND', 1, [], { is: 'reply', code: 1, fields: [] }],
    ['CONNECTEDUSERS', 2, [], { is: 'reply', code: 2, fields: [] }],
    ['DISCONNECT', 3, [], { is: 'reply', code: 3, fields: [] }],
    ['SEND', 0, ['132'], { is: 'reply', code: 0, fields: ['132'] }],
    ['CONNECTEDUSERS', 0, listFields([]), { is: 'reply', code: 0, fields: [] }],
    [
      'CONNECTEDUSERS',
      0,
      listFields(['alice', '0']),
      { is: 'reply', code: 0, fields: ['alice', '0'] },
    ],
    ['GETFILE', 0, ['5'], { is: 'file', size: 5 }],
  ];

  for (const [name, encode] of styles) {
    test.each(replies)(`${name}: %s %i %j, whole and cut at every place`, (...reply) => {
      const [operation, code, fields, expected] = reply;
      const bytes = encode(code, fields);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const inbox = new Inbox();
        const reader = new ReplyReader(operation);
        let reading: ReplyReading = { is: 'more' };
        for (const piece of [bytes.slice(0, cut), bytes.slice(cut)]) {
          if (piece.length > 0) inbox.push(piece);
          if (reading.is === 'more') reading = reader.read(inbox);
        }
        expect(reading).toEqual(expected);
      }
    });
  }

  test.each([4, 0x2f, 0x34, 0x41, 0xff])('a first byte of %i is no reply', (byte) => {
    const inbox = new Inbox();
    inbox.push(Uint8Array.of(byte));
    expect(new ReplyReader('SEND').read(inbox)).toEqual({ is: 'bad' });
  });

  test.each([
    ['CONNECTEDUSERS', 'x\0'],
    ['CONNECTEDUSERS', `${limits.mailbox.listedUsers + 1}\0`],
    ['GETFILE', '-1\0'],
    ['SEND', 'x'.repeat(limits.mailbox.replyFieldBytes + 1)],
  ] as const)('%s: a field that cannot be one', (operation, field) => {
    const inbox = new Inbox();
    inbox.push(Buffer.from(`\0${field}`));
    expect(new ReplyReader(operation).read(inbox)).toEqual({ is: 'bad' });
  });

  test('at the end of the server, only the NUL of the last field may be missing', () => {
    for (const [operation, bytes, expected] of [
      ['SEND', '\x00132', { is: 'reply', code: 0, fields: ['132'] }],
      ['CONNECTEDUSERS', '\x002\0a\0b', { is: 'reply', code: 0, fields: ['a', 'b'] }],
      ['CONNECTEDUSERS', '\x002\0a\0', { is: 'bad' }],
      ['CONNECTEDUSERS', '\x002', { is: 'bad' }],
      ['SEND', '\0', { is: 'bad' }],
      ['GETFILE', '\x005', { is: 'bad' }],
    ] as const) {
      const inbox = new Inbox();
      const reader = new ReplyReader(operation);
      inbox.push(Buffer.from(bytes));
      expect(reader.read(inbox)).toEqual({ is: 'more' });
      expect(reader.end(inbox)).toEqual(expected);
    }
  });
});

describe('calls', () => {
  const call: fc.Arbitrary<Call> = fc.oneof(
    ...Object.entries(callFields).map(([name, names]) =>
      fc.tuple(...names.map(() => field)).map(
        (values) =>
          ({
            call: name,
            ...Object.fromEntries(names.map((each, index) => [each, values[index]])),
          }) as unknown as Call,
      ),
    ),
  );

  test.each([
    [{ call: 'SEND_MESSAGE', from: 'a', id: '132', text: 'hi' }, 'SEND_MESSAGE\0a\x00132\0hi\0'],
    [{ call: 'SEND_MESS_ACK', id: '132' }, 'SEND_MESS_ACK\x00132\0'],
    [
      { call: 'SEND_MESSAGE_ATTACH', from: 'a', id: '1', text: 'hi', file: 'f.png' },
      'SEND_MESSAGE_ATTACH\0a\x001\0hi\0f.png\0',
    ],
    [
      { call: 'SEND_MESS_ATTACH_ACK', id: '1', file: 'f.png' },
      'SEND_MESS_ATTACH_ACK\x001\0f.png\0',
    ],
  ] as const)('%j', (message, bytes) => {
    expect(Buffer.from(encodeCall(message)).toString()).toBe(bytes);
  });

  test('what is written is read again, whatever the cuts', () => {
    fc.assert(
      fc.property(call, fc.integer({ min: 1, max: 40 }), (message, size) => {
        const bytes = encodeCall(message);
        const inbox = new Inbox();
        const reader = new CallReader();
        for (let at = 0; at < bytes.length; at += size) {
          expect(reader.read(inbox)).toBeUndefined();
          inbox.push(bytes.slice(at, at + size));
        }
        expect(reader.read(inbox)).toEqual(message);
      }),
    );
  });

  test('the other name of a confirmation', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.from('SEND_MESSAGE_ACK\x007\0'));
    expect(new CallReader().read(inbox)).toEqual({ call: 'SEND_MESS_ACK', id: '7' });
  });

  test('servers that count no bytes are understood, floods are not collected', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.from(nul('SEND_MESSAGE', 'a', '1', 'x'.repeat(5000))));
    expect(new CallReader().read(inbox)).toMatchObject({ text: 'x'.repeat(5000) });
    const flood = new Inbox();
    flood.push(Buffer.alloc(20_000, 'x'));
    expect(new CallReader().read(flood)).toBe('bad');
  });

  test('bytes that are not UTF-8 are shown as far as they can be', () => {
    const inbox = new Inbox();
    inbox.push(Buffer.from(nul('SEND_MESSAGE', 'a', '1', 'Jos\xe9'), 'latin1'));
    expect(new CallReader().read(inbox)).toMatchObject({ text: 'Jos\ufffd' });
  });

  test('whatever comes is a call, more to come, or bad', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
        const inbox = new Inbox();
        inbox.push(Buffer.concat([Buffer.from('SEND_MESSAGE\0'), bytes]));
        const got = new CallReader().read(inbox);
        expect(got === undefined || got === 'bad' || got.call === 'SEND_MESSAGE').toBe(true);
      }),
    );
  });
});

describe('what the server calls for', () => {
  const message: Direct = {
    is: 'direct',
    serial: 1,
    id: 5,
    from: 'alice' as Name,
    to: 'bob' as Name,
    text: 'hola',
    origin: 'mailbox',
    at: 0,
  };
  const file = { hash: 'h' as never, size: 1234, name: 'photo.jpg' };
  const receipt: Receipt = { is: 'receipt', id: 5, by: 'bob' as Name, status: 'delivered' };
  const said = (calls: readonly Call[]): string[] =>
    calls.map((call) => Buffer.from(encodeCall(call)).toString());

  test('a message', () => {
    const calls = [nul('SEND_MESSAGE', 'alice', '5', 'hola')];
    expect(said(callsFor(message, false))).toEqual(calls);
    expect(said(callsFor(message, true))).toEqual(calls);
    expect(said(callsFor({ ...message, text: '' }, false))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', ''),
    ]);
  });

  test('an attachment, to those who asked for it and to those who did not', () => {
    expect(said(callsFor({ ...message, file }, true))).toEqual([
      nul('SEND_MESSAGE_ATTACH', 'alice', '5', 'hola', 'photo.jpg'),
    ]);
    expect(said(callsFor({ ...message, file }, false))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', 'hola (file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
    expect(said(callsFor({ ...message, text: '', file }, false))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', '(file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
  });

  test('a note that does not fit behind its text comes by itself', () => {
    const text = 'x'.repeat(250);
    expect(said(callsFor({ ...message, text, file }, false))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', text),
      nul('SEND_MESSAGE', 'alice', '5', '(file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
  });

  test('receipts; nothing is said of what can never arrive', () => {
    expect(said(callsFor(receipt, false))).toEqual([nul('SEND_MESS_ACK', '5')]);
    expect(said(callsFor({ ...receipt, file: 'a.png' }, false))).toEqual([
      nul('SEND_MESS_ACK', '5'),
    ]);
    expect(said(callsFor({ ...receipt, file: 'a.png' }, true))).toEqual([
      nul('SEND_MESS_ATTACH_ACK', '5', 'a.png'),
    ]);
    expect(callsFor({ ...receipt, status: 'failed' }, true)).toEqual([]);
  });

  test('a long text from another door: cut at character borders, one id, the file with the last', () => {
    const text = 'é'.repeat(200);
    const parts = ['é'.repeat(127), 'é'.repeat(73)];
    expect(said(callsFor({ ...message, text }, false))).toEqual(
      parts.map((part) => nul('SEND_MESSAGE', 'alice', '5', part)),
    );
    expect(callsFor({ ...message, text, file }, true).map(({ call }) => call)).toEqual([
      'SEND_MESSAGE',
      'SEND_MESSAGE_ATTACH',
    ]);
  });

  test('parts: all of the text, each fits, no two alike', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'grapheme', maxLength: 700 }),
          fc
            .tuple(fc.constantFrom('a', 'é', '😀', ' ', 'ab'), fc.integer({ min: 0, max: 3000 }))
            .map(([unit, count]) => unit.repeat(count)),
        ),
        (text) => {
          const parts = distinctParts(text, 255);
          expect(new Set(parts).size).toBe(parts.length);
          for (const part of parts) expect(byteLength(part)).toBeLessThanOrEqual(255);
          if (byteLength(text) <= 255) expect(parts).toEqual([text]);
          // Spaces may have been added, and nothing else.
          expect(parts.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
        },
      ),
    );
  });

  test('64 KiB of one letter come in distinct parts too', () => {
    const parts = distinctParts('a'.repeat(65_536), 255);
    expect(new Set(parts).size).toBe(parts.length);
    expect(parts.join('').replaceAll(' ', '').length).toBe(65_536);
  });
});

describe('typed lines', () => {
  test('whatever is typed is read as something', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 20 }), (line) => {
        expect(['nothing', 'unknown', 'wrong', 'command']).toContain(parseLine(line).is);
        expect(parseLine(`SEND bob ${line}`).is).toBe(line.trim() === '' ? 'wrong' : 'command');
      }),
    );
  });
});

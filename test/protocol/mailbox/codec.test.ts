// Requests and replies byte by byte: whole, cut at every place, and whatever servers make of them.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { limits } from '../../../src/protocol/limits';
import {
  encodeReply,
  encodeRequest,
  listFields,
  ReplyReader,
  type ReplyReading,
  RequestReader,
} from '../../../src/protocol/mailbox/wire/codec';
import {
  type Code,
  type Operation,
  type Request,
  requestFields,
} from '../../../src/protocol/mailbox/wire/messages';
import { field, nul } from './support';

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

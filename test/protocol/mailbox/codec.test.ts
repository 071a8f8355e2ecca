// Requests and replies byte by byte: whole, cut at every place, and whatever servers make of them.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { limits } from '../../../src/protocol/limits';
import {
  encodeReply,
  encodeRequest,
  listFields,
  RequestReader,
} from '../../../src/protocol/mailbox/wire/codec';
import {
  type Code,
  type Operation,
  type Request,
  requestFields,
} from '../../../src/protocol/mailbox/wire/messages';
import { ReplyReader, type ReplyReading } from '../../../src/protocol/mailbox/wire/reply_reader';
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
    [{ operation: 'ATTACHES', alias: 'a', port: '' }, 'ATTACHES\0a\0'],
    [{ operation: 'ATTACHES', alias: 'a', port: '5000' }, 'ATTACHES\0a\x005000\0'],
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
          expect(reader.short()?.request).toEqual(message);
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
        // A list may have more users than it announces: its server's end tells that it has not.
        if (reading.is === 'more' && reader.isWhole) reading = reader.end(inbox);
        expect(reading).toEqual(expected);
      }
    });
  }

  /** What becomes of a reply that ends, or stops, after these bytes. */
  function made(operation: Operation, bytes: string): ReplyReading {
    const inbox = new Inbox();
    const reader = new ReplyReader(operation);
    inbox.push(Buffer.from(bytes, 'latin1'));
    const reading = reader.read(inbox);
    return reading.is === 'more' ? reader.end(inbox) : reading;
  }

  const done = (...fields: string[]): ReplyReading => ({ is: 'reply', code: 0, fields });
  const remarked = (remark: string, ...fields: string[]): ReplyReading => ({
    is: 'reply',
    code: 0,
    fields,
    remark,
  });
  const named = (count: string, ...names: string[]): ReplyReading =>
    remarked(`The server announced ${count} and named ${names.length}.`, ...names);

  test.each<[Operation, string, ReplyReading]>([
    ['SEND', '\x00132', done('132')],
    ['SEND', '0\n7\n', done('7')],
    ['SEND', '\0\0\0\x007\0', done('7')],
    ['SEND', '\0\0\0\x01', { is: 'reply', code: 1, fields: [] }],
    ['SEND', '\0', remarked('The server gave the message no number.')],
    ['SEND', '\x04', { is: 'strange', text: '\x04' }],
    ['SEND', '9\0', { is: 'strange', text: '9' }],
    ['SEND', 'OK 7', { is: 'strange', text: 'OK 7' }],
    ['CONNECTEDUSERS', '\x002\0a\0b', done('a', 'b')],
    ['CONNECTEDUSERS', '\x00 2 \0a b\0c\0', done('a b', 'c')],
    ['CONNECTEDUSERS', '\0\0\0\x002\0a\0b\0', done('a', 'b')],
    ['CONNECTEDUSERS', '\x005\0a\0b\0', named('5 users', 'a', 'b')],
    ['CONNECTEDUSERS', '\x001\0a\0b\0', named('1 users', 'a', 'b')],
    ['CONNECTEDUSERS', '\x002', named('2 users')],
    ['CONNECTEDUSERS', '\0a\0b\0', named('no number of users', 'a', 'b')],
    ['CONNECTEDUSERS', '\0-1\0a\0', named('no number of users', '-1', 'a')],
    ['CONNECTEDUSERS', '\x002\0a\nb\n', named('2 users', 'a\nb\n')],
    ['CONNECTEDUSERS', '\0', named('no number of users')],
    ['GETFILE', '\x005', { is: 'strange', text: '5' }],
    ['GETFILE', '\0-1\0', { is: 'strange', text: '-1' }],
  ])('%s: the best is made of %j', (operation, bytes, expected) => {
    expect(made(operation, bytes)).toEqual(expected);
  });

  test('whatever comes, it is read or told, and nothing throws', () => {
    const operations = Object.keys(requestFields) as Operation[];
    fc.assert(
      fc.property(fc.constantFrom(...operations), fc.uint8Array(), (operation, bytes) => {
        const { is } = made(operation, Buffer.from(bytes).toString('latin1'));
        expect(['reply', 'strange', 'file']).toContain(is);
      }),
    );
  });

  test('a field without an end is not kept', () => {
    const flood = 'x'.repeat(limits.mailbox.replyFieldBytes + 1);
    expect(made('SEND', `\0${flood}`)).toMatchObject({ is: 'strange' });
    expect(made('SEND', flood)).toMatchObject({ is: 'strange' });
  });
});

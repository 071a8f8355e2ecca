// Calls byte by byte, and the calls that tell of messages and receipts.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { byteLength } from '../../../src/protocol/bytes/text';
import { limits } from '../../../src/protocol/limits';
import { IncomingCall } from '../../../src/protocol/mailbox/client/callback';
import { distinctParts } from '../../../src/protocol/mailbox/server/distinct_parts';
import { callsFor } from '../../../src/protocol/mailbox/server/events';
import {
  CallReader,
  encodeCall,
  fileInNote,
  strangeIn,
  textWithFile,
} from '../../../src/protocol/mailbox/wire/call_codec';
import { type Call, callFields } from '../../../src/protocol/mailbox/wire/messages';
import type { Direct, Name, Receipt } from '../../../src/protocol/model';
import { FakeConnection } from '../../support/fake_client_host';
import { field, nul } from './support';

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

  test.each([
    ['a field less', 'SEND_MESSAGE\0ana\0hello\0', 'SEND_MESSAGE ana hello'],
    ['half a field', 'SEND_MESSAGE\0ana\x001', 'SEND_MESSAGE ana 1'],
    ['another name', 'NEW_MESSAGE\0ana\0hello\0', 'NEW_MESSAGE ana hello'],
    ['lines', 'hello\nyou\n', 'hello you'],
  ])('what is no call is told as it came: %s', (_, bytes, strange) => {
    const connection = new FakeConnection();
    const calls: unknown[] = [];
    const received = (call: unknown, settled: (isTaken: boolean) => void): void => {
      calls.push(call);
      settled(true);
    };
    const caller = { isServer: true, sendFile: () => false };
    connection.events = new IncomingCall(connection, received, caller);
    connection.push(Buffer.from(bytes));
    connection.events.ended();
    expect(calls).toEqual([{ strange }]);
    expect(strangeIn(calls[0])).toBe(strange);
    expect(connection.ending).toBe('aborted');
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

describe('events as calls', () => {
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
    expect(said(callsFor(message, false, true))).toEqual(calls);
    expect(said(callsFor(message, true, true))).toEqual(calls);
    expect(said(callsFor({ ...message, text: '' }, false, true))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', ''),
    ]);
  });

  test('an attachment, to those who asked for it and to those who did not', () => {
    expect(said(callsFor({ ...message, file }, true, true))).toEqual([
      nul('SEND_MESSAGE_ATTACH', 'alice', '5', 'hola', 'photo.jpg'),
    ]);
    expect(said(callsFor({ ...message, file }, false, true))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', 'hola (file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
    expect(said(callsFor({ ...message, text: '', file }, false, true))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', '(file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
  });

  test('a note that does not fit behind its text comes by itself', () => {
    const text = 'x'.repeat(250);
    expect(said(callsFor({ ...message, text, file }, false, true))).toEqual([
      nul('SEND_MESSAGE', 'alice', '5', text),
      nul('SEND_MESSAGE', 'alice', '5', '(file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    ]);
  });

  test('receipts; a message that failed has none', () => {
    expect(said(callsFor(receipt, false, true))).toEqual([nul('SEND_MESS_ACK', '5')]);
    expect(said(callsFor({ ...receipt, file: 'a.png' }, false, true))).toEqual([
      nul('SEND_MESS_ACK', '5'),
    ]);
    expect(said(callsFor({ ...receipt, file: 'a.png' }, true, true))).toEqual([
      nul('SEND_MESS_ATTACH_ACK', '5', 'a.png'),
    ]);
    expect(callsFor({ ...receipt, status: 'failed' }, true, true)).toEqual([]);
  });

  test('a long text from another door: cut at character borders, one id, the file with the last', () => {
    const text = 'é'.repeat(200);
    const parts = ['é'.repeat(127), 'é'.repeat(73)];
    expect(said(callsFor({ ...message, text }, false, true))).toEqual(
      parts.map((part) => nul('SEND_MESSAGE', 'alice', '5', part)),
    );
    expect(callsFor({ ...message, text, file }, true, true).map(({ call }) => call)).toEqual([
      'SEND_MESSAGE',
      'SEND_MESSAGE_ATTACH',
    ]);
  });

  test('to a client that never ended a call: no line end, one line a call, all different', () => {
    const told = (text: string, isProved = false) =>
      said(callsFor({ ...message, text }, false, isProved));
    const calls = (...texts: readonly string[]) =>
      texts.map((text) => nul('SEND_MESSAGE', 'alice', '5', text));
    const text = 'GET / HTTP/1.1\r\n\r\nquit\nquit\rquit \n';
    expect(told(text)).toEqual(calls('GET / HTTP/1.1', 'quit', 'quit ', 'quit  '));
    expect(told(text, true)).toEqual(calls(text));
    expect(told('one line')).toEqual(calls('one line'));
    expect(told('\n\r\n')).toEqual(calls(''));
    const most = limits.mailbox.unprovedLines;
    const lines = Array.from({ length: most + 2 }, (_, line) => `line ${line}`);
    expect(told(lines.join('\n'))).toEqual(
      calls(...lines.slice(0, most - 1), lines.slice(most - 1).join(' ')),
    );
    // Notes of files, too, and lines as long as calls.
    expect(said(callsFor({ ...message, text: 'a\nb', file }, false, false))).toEqual(
      calls('a', 'b', '(file photo.jpg, 1234 bytes: GETFILE alice 5)'),
    );
    const files = callsFor({ ...message, text: 'a\nb', file }, true, false);
    expect(said(files).at(-1)).toBe(nul('SEND_MESSAGE_ATTACH', 'alice', '5', 'b', 'photo.jpg'));
    for (const long of ['x'.repeat(255), 'é'.repeat(127), 'y'.repeat(300)]) {
      const all = told(`${long}\n${long}\n${long}`);
      expect(new Set(all).size).toBe(all.length);
      expect(all.join('')).not.toMatch(/[\r\n]/);
      for (const call of all) {
        expect(Buffer.byteLength(call.split('\0')[3] ?? '')).toBeLessThanOrEqual(255);
      }
    }
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

test('the note of a file says which file it is, whatever the text and the name', () => {
  fc.assert(
    fc.property(field, field, (text, name) => {
      fc.pre(name !== '' && !`${text}${name}`.includes('(file '));
      const noted = textWithFile(text, { name, size: 5 }, 'bob', 3);
      expect(fileInNote(noted)).toBe(name);
    }),
  );
  expect(fileInNote('see (file photo.jpg, 5 bytes: GETFILE bob 3)')).toBe('photo.jpg');
  expect(fileInNote('no file')).toBeUndefined();
});

// The codec: every header and action in both directions, what is lenient, what is refused, and every way to cut it.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import {
  bodyOfNames,
  bodyOfUsers,
  bytesOf,
  type Content,
  type Decoded,
  type Envelope,
  failed,
  failureIn,
  failureOf,
  headOf,
  MessageReader,
  namesIn,
  usersIn,
} from '../../../src/protocol/groups/wire/codec';
import {
  type Action,
  actions,
  type Message,
  type Reason,
  reasonTexts,
} from '../../../src/protocol/groups/wire/messages';
import { limits } from '../../../src/protocol/limits';

const { bodyBytes, headerBytes, idBytes } = limits.groups;

const envelope: Envelope = {
  ip: '10.0.0.1',
  side: 'client',
  sourcePort: 40_000,
  destinationPort: 8892,
};

function readAll(pieces: readonly (string | Uint8Array)[], most = bodyBytes): Decoded[] {
  const reader = new MessageReader(most);
  const inbox = new Inbox();
  const all: Decoded[] = [];
  for (const piece of pieces) {
    inbox.push(Buffer.from(piece));
    for (let taken = reader.take(inbox); taken !== undefined; taken = reader.take(inbox)) {
      all.push(taken);
    }
  }
  return all;
}

const read = (text: string): Decoded | undefined => readAll([text])[0];
const textOf = (content: Content): string => Buffer.from(bytesOf(envelope, content)).toString();

describe('writing', () => {
  test('puts the fields of the source into every message, in its order', () => {
    expect(textOf({ action: 'send', to: ['bob'], id: '7', body: 'hola' })).toBe(
      [
        'IP: 10.0.0.1',
        'Side: client',
        'Action: Req.Send',
        'Source-Port: 40000',
        'Destination-Port: 8892',
        'Content-Type: text/plain',
        'Content-Length: 4',
        'To: bob',
        'Id: 7',
        '',
        'hola',
      ].join('\n'),
    );
  });

  test('repeats To for several users, and counts bytes of a body, not characters', () => {
    const text = textOf({ action: 'file', to: ['bob', 'ana, la segunda'], body: 'ñ' });
    expect(text).toContain('To: bob\nTo: ana, la segunda\n');
    expect(text).toContain('Content-Length: 2\n');
  });

  test('lets a port stand for a user, and no value end its line', () => {
    const text = textOf({ action: 'send', destinationPort: 5, user: 'a\r\nAction: b' });
    expect(text).toContain('Destination-Port: 5\n');
    expect(text).toContain('User: a Action: b\n');
  });

  test('can be done head first, so that a body is not copied', () => {
    const body = Buffer.from('data');
    const content: Content = { action: 'file', status: 'data', id: '1' };
    const joined = Buffer.concat([headOf(envelope, content, 4), body]);
    expect(joined).toEqual(Buffer.from(bytesOf(envelope, { ...content, body })));
  });
});

describe('reading', () => {
  test.each(Object.entries(actions))('takes %s as %s, in any case', (action, name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) {
      expect(read(`Action: ${written}\n\n`)).toMatchObject({ action });
    }
  });

  test.each([
    ['Reg.Send', 'send'],
    ['Res. Send confirmation', 'sent'],
    ['Res.  Send   confirmation', 'sent'],
    ['Res. Confirmation', 'confirmation'],
  ])('takes the spelling %s of the source', (written, action) => {
    expect(read(`Action: ${written}\n\n`)).toMatchObject({ action });
  });

  test('passes over unknown headers, however often they stand', () => {
    expect(read('X-Y: 1\nAction: Req.List\nX-Y: 2\nCookie: a=b\n\n')).toEqual({
      action: 'list',
      body: new Uint8Array(0),
    });
  });

  test('takes a reason in any case, and passes over a code of another make', () => {
    expect(read('Action: File_transfer\nReason: No-Space\n\n')).toMatchObject({
      reason: 'no-space',
    });
    const foreign = read('Action: File_transfer\nReason: moon\n\n') as Message;
    expect(foreign.reason).toBeUndefined();
  });

  test('gives an unknown action as such, its body taken', () => {
    const [first, second] = readAll([
      'Action: Req.Dance\nId: 3\nContent-Length: 3\n\nxyzAction: Req.List\n\n',
    ]);
    expect(first).toEqual({ action: 'unknown', id: '3' });
    expect(second).toMatchObject({ action: 'list' });
  });

  test('takes a type with parameters, and statuses in any case', () => {
    expect(
      read('Action: Req.Send\nContent-Type: Text/Plain; charset=utf-8\nStatus: OK\n\n'),
    ).toMatchObject({ contentType: 'text/plain', status: 'ok' });
  });

  test.each([
    ['no action', 'Id: 1\n\n'],
    ['two actions', 'Action: Req.List\nAction: Req.Send\n\n'],
    ['two lengths', 'Action: Req.Send\nContent-Length: 1\nContent-Length: 1\n\nx'],
    ['a length that is none', 'Action: Req.Send\nContent-Length: x\n\n'],
    ['a length without a number', 'Action: Req.Send\nContent-Length:\n\n'],
    ['a length below zero', 'Action: Req.Send\nContent-Length: -1\n\n'],
    ['a length with a sign', 'Action: Req.Send\nContent-Length: +1\n\nx'],
    ['a port that is none', 'Action: Req.Send\nDestination-Port: bob\n\n'],
    ['a port beyond all', 'Action: Req.Send\nSource-Port: 65536\n\n'],
    ['a side that is none', 'Action: Req.Send\nSide: both\n\n'],
    ['a type that is none', 'Action: Req.Send\nContent-Type: image/png\n\n'],
    ['an Id that is too long', `Action: Req.Send\nId: ${'x'.repeat(idBytes + 1)}\n\n`],
    ['a Token that is too long', `Action: Req.Connect\nToken: ${'x'.repeat(idBytes + 1)}\n\n`],
    ['two users', 'Action: Req.Connect\nUser: a\nUser: b\n\n'],
    ['a size beyond numbers', 'Action: File_transfer\nFile-Size: 99999999999999999\n\n'],
    ['a line without a colon', 'GET / HTTP/1.1\n\n'],
  ])('refuses %s', (_, text) => {
    expect(readAll([text, 'Action: Req.List\n\n'])).toEqual(['bad-request']);
  });

  test('bounds the header block', () => {
    const filler = (bytes: number): string => `Action: Req.List\nX: ${'x'.repeat(bytes)}\n\n`;
    const frame = filler(0).length;
    expect(read(filler(headerBytes - frame))).toMatchObject({ action: 'list' });
    expect(read(filler(headerBytes - frame + 1))).toBe('too-large');
    expect(readAll(['X: ', 'x'.repeat(headerBytes)])).toEqual(['too-large']);
  });

  test('bounds the body before it comes', () => {
    const text = (length: number): string => `Action: Req.Send\nContent-Length: ${length}\n\n`;
    expect(readAll([text(bodyBytes)])).toEqual([]);
    expect(readAll([text(bodyBytes + 1)])).toEqual(['too-large']);
    expect(readAll([text(bodyBytes), Buffer.alloc(bodyBytes)])).toHaveLength(1);
  });
});

const everything: Content = {
  action: 'file',
  destinationPort: 1,
  contentType: 'application/octet-stream',
  user: 'josé maría',
  to: ['bob', 'carol'],
  group: 'club',
  id: '7',
  status: 'offer',
  reason: 'no-space',
  token: 'abc',
  fileName: 'a b: c.png',
  fileSize: 1 << 30,
  body: 'línea\n\nIP: forged\n',
};

describe('bodies that have a form', () => {
  const messageWith = (content: Content): Message =>
    readAll([bytesOf(envelope, content)])[0] as Message;

  test('a list of users comes back, names with spaces too', () => {
    const users = [
      { name: 'bob', ip: '10.0.0.1', port: 5000 },
      { name: 'ana maría 7', ip: '::1', port: 0 },
    ];
    const text = bodyOfUsers(users);
    expect(text).toBe('bob 10.0.0.1 5000\nana maría 7 ::1 0\n');
    expect(usersIn(Buffer.from(text))).toEqual(users);
    expect(usersIn(Buffer.from('no user\n\nbob 10.0.0.1 x\n'))).toEqual([]);
  });

  test('the names of those who were asked come back', () => {
    expect(namesIn(Buffer.from(bodyOfNames(['bob', 'ana maría'])))).toEqual(['bob', 'ana maría']);
  });

  test.each(Object.entries(reasonTexts))('the failure %s comes back', (reason, text) => {
    const failure = failureOf(reason as Reason);
    expect(failureIn(messageWith({ action: 'sent', ...failed(failure) }))).toEqual({
      reason: reason as Reason,
      text,
    });
  });

  test('a failure without a sentence has ours, and without a code its own', () => {
    expect(failureIn(messageWith({ action: 'sent', status: 'failed', reason: 'full' })).text).toBe(
      reasonTexts.full,
    );
    const sentence = { action: 'sent', status: 'failed', body: 'unknown user' } as const;
    expect(failureIn(messageWith(sentence))).toEqual({ text: 'unknown user' });
  });
});

describe('both ways', () => {
  test('a message with every header comes back whole, byte by byte and cut at every place', () => {
    const bytes = bytesOf(envelope, everything);
    const whole = readAll([bytes]);
    expect(whole).toEqual([
      {
        ...everything,
        ip: '10.0.0.1',
        side: 'client',
        sourcePort: 40_000,
        body: Buffer.from('línea\n\nIP: forged\n'),
      } as unknown as Decoded,
    ]);
    for (let at = 0; at <= bytes.length; at++) {
      expect(readAll([bytes.subarray(0, at), bytes.subarray(at)])).toEqual(whole);
    }
    expect(readAll(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(whole);
  });

  const text = fc.stringMatching(/^[^\p{Cc}\s](?:[^\p{Cc}]{0,10}[^\p{Cc}\s])?$/u);
  const content = fc.record(
    {
      action: fc.constantFrom(...(Object.keys(actions) as Action[])),
      user: text,
      to: fc.array(text, { minLength: 1, maxLength: 3 }),
      group: text,
      id: fc.stringMatching(/^[a-z0-9]{1,20}$/),
      status: fc.constantFrom('ok', 'stored', 'data'),
      fileName: text,
      fileSize: fc.maxSafeNat(),
      body: fc.uint8Array({ maxLength: 200 }),
    },
    { requiredKeys: ['action', 'body'] },
  );

  test('all that is written is read, joined and cut anywhere', () => {
    fc.assert(
      fc.property(
        fc.array(content, { maxLength: 5 }),
        fc.array(fc.nat(50), { maxLength: 20 }),
        (contents, cuts) => {
          const bytes = Buffer.concat(contents.map((one) => bytesOf(envelope, one)));
          const pieces: Uint8Array[] = [];
          let at = 0;
          for (const cut of cuts) {
            pieces.push(bytes.subarray(at, at + cut));
            at += cut;
          }
          pieces.push(bytes.subarray(Math.min(at, bytes.length)));
          const taken = readAll(pieces);
          expect(taken).toHaveLength(contents.length);
          contents.forEach(({ body, ...rest }, index) => {
            expect(taken[index]).toMatchObject(rest);
            expect(Buffer.from((taken[index] as { body: Uint8Array }).body)).toEqual(
              Buffer.from(body),
            );
          });
        },
      ),
    );
  });

  test('no bytes at all break the reader', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 10 }), (pieces) => {
        for (const taken of readAll(pieces)) expect(taken).toBeDefined();
      }),
    );
  });
});

// Properties of both sides: no bytes break the server, and server and client agree on every request and outcome.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import type { OperationName } from '../../../src/protocol/commands';
import { ProtocolError } from '../../../src/protocol/errors';
import { type RequestResult, sendRequest } from '../../../src/protocol/mailbox/client/connection';
import { mailbox } from '../../../src/protocol/mailbox/index';
import type { Code, Request } from '../../../src/protocol/mailbox/wire/messages';
import type { Name } from '../../../src/protocol/model';
import { refused } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';
import { TestHost } from './client';
import { nul } from './support';

/** A hub that refuses everything. */
const refusing: Answers = {
  register: () => refused('storage'),
  unregister: () => refused('storage'),
  'callback-open': () => refused('storage'),
  'callback-close': () => refused('storage'),
  'callback-wants-files': () => refused('storage'),
  'may-send-file': () => refused('storage'),
  direct: () => refused('storage'),
  users: () => refused('storage'),
  'file-find': () => refused('storage'),
  'file-named': () => refused('storage'),
  'account-serves-files': () => refused('storage'),
  credentials: () => refused('storage'),
  'credential-add': () => refused('storage'),
  'credential-revoke': () => refused('storage'),
  'recovery-renew': () => refused('storage'),
};

const words = fc.constantFrom(
  'REGISTER',
  'UNREGISTER',
  'CONNECT',
  'DISCONNECT',
  'SEND',
  'CONNECTEDUSERS',
  'SENDATTACH',
  'GETFILE',
  'ATTACHES',
  'USERS',
  'GET_FILE',
  'KEY',
  'INVITE',
  'ONCE',
  'KEYS',
  'KEYADD',
  'KEYREVOKE',
  'PASSWORD',
  'RECOVERY',
  'alice',
  '1',
  '01/01/2000',
  '',
  'x'.repeat(256),
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 2000 }),
  fc.array(words, { maxLength: 8 }).map((fields) => Buffer.from(nul(...fields))),
  fc
    .tuple(fc.array(words, { maxLength: 8 }), fc.uint8Array({ maxLength: 200 }))
    .map(([fields, rest]) => Buffer.concat([Buffer.from(nul(...fields)), rest])),
);

test('any bytes in any pieces, with any end: a reply or a close, and never an exception of ours', () => {
  fc.assert(
    fc.property(
      bytes,
      fc.integer({ min: 1, max: 300 }),
      fc.constantFrom('ended', 'woke', 'lost'),
      fc.boolean(),
      (sent, size, end, held) => {
        const host = new FakeHost(refusing);
        host.hold = held;
        const session = mailbox.server.open(host, { replies: 'byte' });
        const feed = new Feed(session);
        try {
          for (let at = 0; at < sent.length; at += size) feed.push(sent.slice(at, at + size));
          if (end === 'ended') session.ended();
          else if (end === 'woke') {
            session.woke?.();
            // A request that may be a later edition's short one is looked at twice.
            if (host.ending === 'open') session.woke?.();
          } else session.lost();
          host.release();
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
          return;
        }
        // The connection is over, and no more bytes are kept than a field may have.
        if (end !== 'lost') expect(host.ending).not.toBe('open');
        expect(feed.inbox.size).toBeLessThanOrEqual(256);
        if (sent.length === 0 && end === 'ended') expect(host.text).toStartWith('CHAT\0');
        else expect(host.bytes.length).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 500 },
  );
});

interface Case {
  readonly request: Request;
  readonly does: OperationName;
  /** The hub's outcome, and the code and fields that the client must read. */
  readonly outcomes: readonly (readonly [unknown, Code, readonly string[]])[];
}

const no = (why: string) => ({ ok: false, why });
const nothing = { ok: true, value: undefined };
const user = (name: string) => ({
  name: name as Name,
  kind: 'account',
  dialect: 'mailbox',
  address: { host: '127.0.0.1', port: 1 },
});
const cases: readonly Case[] = [
  {
    request: { operation: 'REGISTER', fullName: 'A', alias: 'alice', born: '01/01/2000' },
    does: 'register',
    outcomes: [
      [nothing, 0, []],
      [no('name-taken'), 1, []],
      [no('storage'), 2, []],
    ],
  },
  {
    request: { operation: 'UNREGISTER', alias: 'alice' },
    does: 'unregister',
    outcomes: [
      [nothing, 0, []],
      [no('unknown-user'), 1, []],
      [no('elsewhere'), 2, []],
    ],
  },
  {
    request: { operation: 'CONNECT', alias: 'alice', port: '4000' },
    does: 'callback-open',
    outcomes: [
      [nothing, 0, []],
      [no('unknown-user'), 1, []],
      [no('already-connected'), 2, []],
      [no('storage'), 3, []],
    ],
  },
  {
    request: { operation: 'DISCONNECT', alias: 'alice' },
    does: 'callback-close',
    outcomes: [
      [nothing, 0, []],
      [no('unknown-user'), 1, []],
      [no('not-connected'), 2, []],
      [no('elsewhere'), 3, []],
    ],
  },
  {
    request: { operation: 'SEND', from: 'alice', to: 'bob', text: 'hi' },
    does: 'direct',
    outcomes: [
      [{ ok: true, value: { id: 7, serial: 1, waiting: true } }, 0, ['7']],
      [no('unknown-user'), 1, []],
      [no('full'), 2, []],
    ],
  },
  {
    request: { operation: 'CONNECTEDUSERS', alias: 'alice' },
    does: 'users',
    outcomes: [
      [{ ok: true, value: { users: ['alice', 'bob', '0'].map(user) } }, 0, ['alice', 'bob', '0']],
      [{ ok: true, value: { users: [] } }, 0, []],
      [no('not-connected'), 1, []],
      [no('unknown-user'), 2, []],
    ],
  },
  {
    request: { operation: 'ATTACHES', alias: 'alice', port: '5000' },
    does: 'callback-wants-files',
    outcomes: [
      [nothing, 0, []],
      [no('unknown-user'), 1, []],
      [no('not-connected'), 2, []],
    ],
  },
];

test('server and client back to back agree, in both styles and any pieces', () => {
  const any = fc
    .constantFrom(...cases)
    .chain((each) => fc.tuple(fc.constant(each), fc.constantFrom(...each.outcomes)));
  fc.assert(
    fc.property(
      any,
      fc.constantFrom('byte', 'text'),
      fc.integer({ min: 1, max: 50 }),
      ([{ request, does, outcomes: _ }, [outcome, code, fields]], replies, size) => {
        const answers = { [does]: () => outcome } as Answers;
        const server = new FakeHost(answers);
        const feed = new Feed(mailbox.server.open(server, { replies }));
        const client = new TestHost();
        const got: RequestResult[] = [];
        sendRequest(client, request, (answer) => got.push(answer));
        client.connection.events?.opened?.();
        const pieces = (whole: Uint8Array, to: (piece: Uint8Array) => void): void => {
          for (let at = 0; at < whole.length; at += size) to(whole.slice(at, at + size));
        };
        pieces(client.connection.take(), (piece) => feed.push(piece));
        pieces(server.bytes, (piece) => client.connection.push(piece));
        client.connection.events?.ended();
        expect(got).toEqual([{ is: 'replied', code, fields }]);
        expect(server.ending).toBe('ended');
        expect(client.connection.ending).toBe('ended');
      },
    ),
    { numRuns: 300 },
  );
});

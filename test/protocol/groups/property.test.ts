// Whatever a client sends, in whatever order things happen: the server's side says only whole messages, and never breaks.

import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { Inbox } from '../../../src/protocol/bytes/inbox';
import { ProtocolError } from '../../../src/protocol/errors';
import { GroupsSession } from '../../../src/protocol/groups/server/session';
import { bytesOf, MessageReader } from '../../../src/protocol/groups/wire/codec';
import { type Action, actions } from '../../../src/protocol/groups/wire/messages';
import type { Direct, FileHash, Name, Notice, RoomName } from '../../../src/protocol/model';
import { type Answers, FakeHost, Feed } from '../../support/fake_host';

const text = fc.oneof(
  fc.constantFrom(
    'bob',
    'alice',
    'club',
    'f1',
    'm7',
    '1',
    '',
    'secret-1'.padEnd(32, '-'),
    'no such',
    '#7',
    '40001',
  ),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
);
const message = fc.record(
  {
    action: fc.constantFrom(...(Object.keys(actions) as Action[])),
    user: text,
    to: fc.array(text, { maxLength: 3 }),
    group: text,
    id: text,
    status: fc.constantFrom('offer', 'accept', 'reject', 'data', 'done', 'failed', 'stored', 'x'),
    token: text,
    fileName: text,
    fileSize: fc.nat(9),
    destinationPort: fc.nat(65_535),
    body: fc.string({ maxLength: 9 }),
  },
  { requiredKeys: ['action'] },
);

const named = (name: string): Name => name as Name;
const room = 'club' as RoomName;
const hash = 'ab'.repeat(32) as FileHash;
const file = { name: 'x', size: 4, hash };
const notice = fc.constantFrom<Notice>(
  { is: 'joined', room, name: named('bob'), origin: 'groups' },
  { is: 'left', room, name: named('bob'), origin: 'web' },
  { is: 'invited', room, by: named('bob'), origin: 'groups' },
  { is: 'said', room, from: named('bob'), text: 'a\nb', origin: 'groups', at: 1 },
  { is: 'presence', name: named('bob'), here: false },
  { is: 'receipt', id: 1, by: named('bob'), status: 'delivered' },
  { is: 'receipt', id: 1, by: named('bob'), status: 'failed', why: 'gone' },
  ...(['offered', 'accepted', 'rejected', 'stored', 'done', 'failed'] as const).map(
    (step): Notice => ({ is: 'offer', step, offer: 1, by: named('bob'), file, origin: 'groups' }),
  ),
);
const direct: Direct = {
  is: 'direct',
  serial: 7,
  id: 1,
  from: named('bob'),
  to: named('alice'),
  text: 'hola',
  origin: 'mailbox',
  at: 1,
};

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ is: fc.constant('message' as const), message }) },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant('bytes' as const), bytes: fc.uint8Array() }),
  },
  { weight: 3, arbitrary: fc.record({ is: fc.constant('tell' as const), notice }) },
  {
    weight: 3,
    arbitrary: fc.record({ is: fc.constant('deliver' as const), withFile: fc.boolean() }),
  },
  { weight: 4, arbitrary: fc.record({ is: fc.constant('release' as const), count: fc.nat(4) }) },
  { weight: 1, arbitrary: fc.constantFrom({ is: 'woke' }, { is: 'later' }, { is: 'ended' }) },
  { weight: 1, arbitrary: fc.constantFrom({ is: 'closing' }, { is: 'lost' }) },
);

/** A hub that accepts or refuses as chance wants, each with something that it may really say. */
function answers(accepts: () => boolean): Answers {
  const may =
    (value: unknown, ...whys: string[]) =>
    () =>
      (accepts() || whys.length === 0 ? { ok: true, value } : { ok: false, why: whys[0] }) as never;
  return {
    enter: may({ name: 'alice' }, 'name-taken'),
    login: may({ name: 'alice' }, 'not-allowed'),
    leave: may(undefined),
    watch: may(undefined, 'not-entered'),
    users: may({ users: [] }, 'not-connected'),
    'group-list': may(
      { groups: [{ name: 'club', creates: true, members: ['alice'] }] },
      'not-entered',
    ),
    direct: may({ id: 1, serial: 8, waiting: false }, 'unknown-user'),
    say: may({ room: 'club' }, 'not-member'),
    'group-create': may(undefined, 'room-exists'),
    'group-invite': may(undefined, 'not-creator'),
    'group-accept': may(undefined, 'not-invited'),
    'group-decline': may(undefined, 'not-invited'),
    'group-leave': may(undefined, 'not-member'),
    'room-moderate': may(undefined, 'not-allowed'),
    block: may(undefined, 'unknown-user'),
    unblock: may(undefined, 'not-blocked'),
    'files-waiting': may(
      { files: [{ serial: 7, from: 'dan', hash: 'ab', name: 'x', size: 4 }] },
      'not-entered',
    ),
    'file-taken': may(undefined, 'unknown-file'),
    offer: may({ offer: 1, asked: ['bob'], elsewhere: ['dan'], unknown: ['no'] }, 'nobody'),
    'offer-waiting': may({ offer: 2 }, 'unknown-file'),
    'offer-answer': may(undefined, 'unknown-offer'),
    'offer-open': () =>
      (accepts()
        ? { ok: true, value: { offer: 1, file: accepts() ? file : { name: 'x', size: 4 } } }
        : { ok: false, why: 'unknown-offer' }) as never,
    'offer-stored': may(undefined, 'unknown-offer'),
    'offer-end': may(undefined, 'unknown-offer'),
  };
}

/** Reads what was written to its end. */
function readAll(bytes: Uint8Array): void {
  const inbox = new Inbox();
  inbox.push(bytes);
  const reader = new MessageReader(1 << 20);
  for (let taken = reader.take(inbox); taken !== undefined; taken = reader.take(inbox)) {
    if (typeof taken === 'string') throw new Error(`what was said cannot be read: ${taken}`);
    expect(taken.action).not.toBe('unknown');
  }
  expect(inbox.size).toBe(0);
}

test('the session withstands anything', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 60 }),
      fc.infiniteStream(fc.boolean()),
      fc.boolean(),
      fc.boolean(),
      (steps, chances, hold, isIn) => {
        const host = new FakeHost(answers(() => chances.next().value === true));
        host.hold = hold;
        const session = new GroupsSession(host);
        const feed = new Feed(session, host);
        if (isIn) feed.push('Action: Req.Connect\nUser: alice\n\n');
        let isLost = false;
        for (const one of steps) {
          if (isLost) break;
          try {
            switch (one.is) {
              case 'message': {
                const { message: content } = one;
                const at = { ip: 'h', side: 'client', sourcePort: 1, destinationPort: 2 } as const;
                feed.push(bytesOf(at, content));
                break;
              }
              case 'bytes':
                feed.push((one as { bytes: Uint8Array }).bytes);
                break;
              case 'tell':
                session.tell((one as { notice: Notice }).notice);
                break;
              case 'deliver': {
                let settled = 0;
                const sent = (one as { withFile: boolean }).withFile ? { ...direct, file } : direct;
                session.deliver(sent, () => expect(++settled).toBe(1));
                break;
              }
              case 'release':
                host.release((one as { count: number }).count);
                break;
              case 'woke':
              case 'later':
                if (one.is === 'later') host.now += 30;
                if (host.wakeMs === undefined) break;
                host.wakeMs = undefined;
                session.woke();
                break;
              case 'ended':
                feed.end();
                break;
              case 'closing':
                session.closing();
                break;
              case 'lost':
                session.lost();
                isLost = true;
                break;
            }
          } catch (error) {
            if (!(error instanceof ProtocolError)) throw error;
          }
        }
        host.release();
        readAll(host.bytes);
      },
    ),
    { numRuns: 2000 },
  );
});

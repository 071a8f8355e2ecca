// Who is blocked is not told: their messages are settled as delivered, and nothing of them is shown.

import { expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { FileHash } from '../../../src/protocol/model';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
import { direct, enter, lobby, no, yes } from './acting';

const block = (session: string, name: string) =>
  ({ do: 'block', session: sessionOf(session), name: named(name) }) as const;
const unblock = (session: string, name: string) =>
  ({ do: 'unblock', session: sessionOf(session), name: named(name) }) as const;

test('a user blocks who is known, but not themself, and a bounded number', () => {
  const hub = lobby(new TestHub());
  expect(hub.ask(block('b', 'nobody'))).toEqual(no('unknown-user'));
  expect(hub.ask(block('b', 'BEN'))).toEqual(no('oneself'));
  expect(hub.ask(block('b', 'ann'))).toEqual(yes);
  expect(hub.ask(block('b', 'Ann'))).toEqual(yes);
  expect(hub.ask({ do: 'blocks', session: sessionOf('b') })).toEqual({
    ok: true,
    value: { names: [named('ann')] },
  });
  expect(hub.ask(unblock('b', 'cat'))).toEqual(no('not-blocked'));
  hub.db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.hub.blocks})
     INSERT INTO live.block (owner, key, name) SELECT 'c', 'k' || i, 'k' || i FROM n`,
  );
  expect(hub.ask(block('c', 'ann'))).toEqual(no('too-many'));
});

test('blocks of a guest go with the guest, those of an account stay', () => {
  const hub = lobby(new TestHub());
  hub.logIn('m', 'mia');
  hub.must(block('m', 'ann'));
  hub.must(block('b', 'ann'));
  for (const session of ['m', 'b']) hub.must({ do: 'leave', session: sessionOf(session) });
  hub.must(enter('b', 'ben'));
  expect(hub.ask({ do: 'blocks', session: sessionOf('b') })).toMatchObject({
    value: { names: [] },
  });
  hub.takeEvents();
  expect(hub.login('m', 'mia').ok).toBe(true);
  const blocks = hub.takeEvents().find(({ is }) => is === 'blocks');
  expect(blocks).toEqual({ is: 'blocks', session: sessionOf('m'), keys: new Set(['ann']) });
});

test('an invitation and an offer of who is blocked reach nobody, and look as if nobody answered', () => {
  const hub = lobby(new TestHub());
  hub.must(block('b', 'ann'));
  const group = { session: sessionOf('a'), group: roomNamed('club') };
  hub.must({ do: 'group-create', ...group });
  hub.takeEvents();
  expect(hub.ask({ do: 'group-invite', ...group, to: named('ben') })).toEqual(yes);
  expect(hub.takeEvents()).toEqual([]);
  const file = { name: 'a.txt', size: 3 };
  const offer = { do: 'offer', session: sessionOf('a'), file, tokenHash: 'x' } as const;
  expect(hub.ask({ ...offer, to: [named('ben'), named('cat')] })).toMatchObject({
    value: { asked: ['ben', 'cat'], elsewhere: [], unknown: [] },
  });
  hub.must({ do: 'offer-end', session: sessionOf('a'), offer: 1 });
  const whom = hub.takeEvents().map((event) => event.is === 'notice' && event.to);
  expect(whom).toEqual([{ recipient: 'gc' }, { recipient: 'gc' }] as never);
});

test('a message of who is blocked is accepted as any other, and its file goes when it is settled unseen', () => {
  const hub = lobby(new TestHub());
  hub.must(block('b', 'ann'));
  const file = { hash: 'f'.repeat(64) as FileHash, size: 1, name: 'a' };
  const sent = hub.ask({ ...direct('a', 'ben'), file });
  if (!sent.ok) throw new Error(sent.why);
  expect(sent.value.waiting).toBe(false);
  hub.takeEvents();
  const { serial } = sent.value;
  const settle = { do: 'settle', recipient: 'gb' as never, serial, status: 'delivered' } as const;
  hub.must({ ...settle, unseen: true });
  expect(hub.takeEvents().map((event) => event.is)).toEqual(['file-released', 'notice']);
});

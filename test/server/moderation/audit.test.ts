// The audit log: every act leaves one entry in its own commit, a refused one none, and nothing ever changes it.

import { expect, test } from 'bun:test';

import type { FileHash } from '../../../src/protocol/model';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
import { act, direct, inRoom, list, lobby, no } from './acting';

test('an act leaves an entry of who did what to whom, from where and when', () => {
  const hub = lobby(new TestHub());
  hub.logIn('adm', 'admin');
  act(hub, { do: 'role', account: named('admin'), role: 'admin' });
  act(hub, { do: 'ban', whom: { name: named('cat') }, reason: 'spam', until: 9e9 }, 'adm');
  inRoom(hub, 'a', { do: 'kick', name: named('ben'), reason: 'noise' });
  const room = roomNamed('lobby');
  act(hub, { do: 'room', room, act: { do: 'topic', topic: 'tea' } });
  const at = hub.now / 1000;
  expect(list(hub, 'audit')).toEqual([
    {
      id: 1,
      at,
      by: '',
      origin: 'socket',
      act: 'role',
      target: 'admin',
      detail: '{"account":"admin","role":"admin"}',
    },
    {
      id: 2,
      at,
      by: 'admin',
      origin: 'test 10.0.0.2',
      act: 'ban',
      target: 'cat',
      detail: '{"whom":{"name":"cat"},"reason":"spam","until":9000000000}',
    },
    {
      id: 3,
      at,
      by: 'ann',
      origin: 'test 10.0.0.2',
      act: 'room kick',
      target: 'ben',
      detail: '{"room":"lobby","name":"ben","reason":"noise"}',
    },
    {
      id: 4,
      at,
      by: '',
      origin: 'socket',
      act: 'room topic',
      target: '',
      detail: '{"room":"lobby","topic":"tea"}',
    },
  ] as never);
});

test('what is refused leaves none', () => {
  const hub = lobby(new TestHub());
  act(hub, { do: 'kick', who: { name: named('nobody') }, reason: '' });
  inRoom(hub, 'b', { do: 'kick', name: named('ann'), reason: '' });
  expect(list(hub, 'audit')).toEqual([]);
});

test('an entry and its act are one commit: where the log cannot be written, nothing was done', () => {
  const hub = lobby(new TestHub());
  hub.db.run(`CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END`);
  const kick = { do: 'kick', who: { name: named('ben') }, reason: '' } as const;
  expect(act(hub, kick)).toEqual(no('internal' as never));
  expect(list(hub, 'sessions')).toHaveLength(3);
  expect(hub.takeEvents()).toEqual([]);
});

test('the database refuses to change it', () => {
  const hub = lobby(new TestHub());
  act(hub, { do: 'announce', text: 'hi' });
  for (const sql of [
    'DELETE FROM audit',
    `UPDATE audit SET by_name = 'x'`,
    `INSERT OR REPLACE INTO audit VALUES (1, 0, '', '', '', '', '')`,
  ]) {
    expect(() => hub.db.run(sql)).toThrow('audit log');
  }
});

test('lists come some rows at a time', () => {
  const hub = lobby(new TestHub());
  const page = (after?: string) =>
    hub.ask({
      do: 'moderation-list',
      by: { operator: true },
      of: 'sessions',
      most: 2,
      ...(after !== undefined && { after }),
    });
  const first = page();
  expect(first).toMatchObject({
    value: { rows: [{ name: 'ann', rooms: 'lobby' }, { name: 'ben' }] },
  });
  const next = first.ok ? first.value.next : undefined;
  expect(page(next)).toMatchObject({ value: { rows: [{ name: 'cat', host: '10.0.0.2' }] } });
  const last = page(next);
  expect(last.ok && last.value.next).toBeUndefined();
  hub.logIn('m', 'mia');
  const file = { hash: 'f'.repeat(64) as FileHash, size: 5, name: 'a b' };
  hub.must({ ...direct('a', 'mia'), file });
  hub.must({ do: 'group-create', session: sessionOf('a'), group: roomNamed('club') });
  act(hub, { do: 'room', room: roomNamed('club'), act: { do: 'topic', topic: 'tea' } });
  expect(list(hub, 'files')).toMatchObject([{ name: 'a b', size: 5, from: 'ann', to: 'mia' }]);
  expect(list(hub, 'accounts')).toMatchObject([{ name: 'mia', role: 'member' }]);
  expect(list(hub, 'groups')).toMatchObject([
    { name: 'club', creator: 'ann', members: 1, topic: 'tea' },
  ]);
  const of = { account: named('mia') };
  expect(act(hub, { do: 'files-clear', of })).toEqual({ ok: true, value: { count: 1 } });
  expect(act(hub, { do: 'files-clear', of: { serial: 1 } })).toEqual(no('unknown-file'));
  act(hub, { do: 'delete', account: named('mia'), reason: '' });
  act(hub, { do: 'room-clear', room: roomNamed('club'), reason: '' });
  for (const of of ['accounts', 'bans', 'mutes', 'groups', 'files'] as const) {
    expect(list(hub, of)).toEqual([]);
  }
  expect(list(hub, 'rooms')).toMatchObject([
    { name: 'square', reserved: 1, members: 0 },
    { name: 'lobby', creator: 'ann', members: 3 },
  ]);
});

// Acts on people in the hub: kicks, bans by name and network, mutes, names, roles; who may do what to whom.

import { describe, expect, test } from 'bun:test';
import { join as path } from 'node:path';

import { limits } from '../../../src/protocol/limits';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
import { scratchFolder } from '../../support/scratch';
import { act, counted, direct, enter, inRoom, list, lobby, no, say, told } from './acting';

const name = (text: string) => ({ name: named(text) });
/** An owner, an admin and two members, logged in. */
function staff(): TestHub {
  const hub = new TestHub();
  for (const one of ['owner', 'admin', 'mia', 'max']) hub.logIn(one, one);
  act(hub, { do: 'role', account: named('owner'), role: 'owner' });
  act(hub, { do: 'role', account: named('admin'), role: 'admin' }, 'owner');
  hub.takeEvents();
  return hub;
}

describe('a kick', () => {
  test('ends all sessions of a name, and they may come back', () => {
    const hub = lobby(new TestHub());
    expect(act(hub, { do: 'kick', who: name('ben'), reason: 'a rest' })).toEqual(counted(1));
    const events = hub.takeEvents();
    expect(events.find(({ is }) => is === 'expelled')).toEqual({
      is: 'expelled',
      session: sessionOf('b'),
      removed: { why: 'kicked', reason: 'a rest' },
    });
    expect(hub.ask(say('b'))).toEqual(no('not-entered'));
    expect(hub.ask(enter('b2', 'ben')).ok).toBe(true);
    expect(act(hub, { do: 'kick', who: name('nobody'), reason: '' })).toEqual(no('unknown-user'));
  });

  test('ends one session, or the call-back of an account too', () => {
    const hub = staff();
    expect(hub.login('mia2', 'mia').ok).toBe(true);
    const who = { session: sessionOf('mia2') };
    expect(act(hub, { do: 'kick', who, reason: '' }, 'admin')).toEqual(counted(1));
    expect(hub.ask(direct('mia', 'max')).ok).toBe(true);
    hub.register('old');
    const address = { host: '10.0.0.9', port: 2000 };
    const of = { account: named('old'), dialect: 'test', machine: 'm1' };
    hub.must({ do: 'callback-open', ...of, address });
    expect(act(hub, { do: 'kick', who: name('old'), reason: '' })).toEqual(counted(1));
    expect(hub.takeEvents().map(({ is }) => is)).toContain('address-gone');
  });
});

describe('a ban by name', () => {
  test('keeps a guest out, and what looks like the name, until its end', () => {
    const hub = lobby(new TestHub());
    const until = hub.now / 1000 + 60;
    const ban = { do: 'ban', whom: name('Ben'), reason: 'spam', until } as const;
    expect(act(hub, ban)).toEqual(counted(1));
    expect(told(hub)).toContain('expelled b: banned');
    for (const other of ['ben', 'BEN', 'bеn']) {
      expect(hub.ask(enter('b2', other))).toEqual(no('banned'));
    }
    hub.now += 60_000;
    expect(hub.ask(enter('b2', 'ben')).ok).toBe(true);
  });

  test('keeps an account out at every door, and its name from being registered', () => {
    const hub = staff();
    hub.register('old');
    for (const one of ['mia', 'old', 'nobody']) {
      expect(act(hub, { do: 'ban', whom: name(one), reason: '' }).ok).toBe(true);
    }
    expect(hub.login('mia2', 'mia')).toEqual(no('banned'));
    const address = { host: '10.0.0.9', port: 2000 };
    const of = { account: named('old'), dialect: 'test', machine: 'm1' };
    expect(hub.ask({ do: 'callback-open', ...of, address })).toEqual(no('banned'));
    const from = { account: named('old') };
    const message = { do: 'direct', from, to: named('max'), text: 'hi', origin: 'test' } as const;
    expect(hub.ask(message)).toEqual(no('banned'));
    const person = { name: named('nobody'), fullName: 'n', born: '01/01/2000', host: '10.0.0.9' };
    expect(hub.ask({ do: 'register', ...person })).toEqual(no('banned'));
    expect(act(hub, { do: 'unban', whom: name('MIA') }).ok).toBe(true);
    expect(act(hub, { do: 'unban', whom: name('mia') })).toEqual(no('not-banned'));
    expect(hub.login('mia2', 'mia').ok).toBe(true);
  });
});

describe('a ban by network', () => {
  test('keeps out who comes from there, at every entry, and ends what is there', () => {
    const hub = staff();
    hub.must(enter('near', 'near', '10.1.2.3'));
    hub.must(enter('far', 'far', '10.2.0.1'));
    hub.takeEvents();
    const ban = { do: 'ban', whom: { network: '10.1.77.1/16' }, reason: 'flood' } as const;
    expect(act(hub, ban)).toEqual(counted(1));
    expect(hub.takeEvents().find(({ is }) => is === 'network-banned')).toMatchObject({
      network: '10.1.0.0/16',
      removed: { why: 'banned', reason: 'flood' },
    });
    expect(hub.ask(enter('again', 'again', '10.1.255.255'))).toEqual(no('banned'));
    expect(hub.ask(enter('other', 'other', '10.2.0.2')).ok).toBe(true);
    expect(hub.login('mia2', 'mia', undefined, '10.1.0.1')).toEqual(no('banned'));
    expect(list(hub, 'bans')).toMatchObject([{ network: '10.1.0.0/16', reason: 'flood' }]);
    expect(act(hub, { do: 'unban', whom: { network: '10.1.0.0/16' } }).ok).toBe(true);
    expect(hub.ask(enter('again', 'again', '10.1.255.255')).ok).toBe(true);
  });

  test('takes no network that is none, nor the one of who bans', () => {
    const hub = staff();
    const ban = (network: string) => ({ do: 'ban', whom: { network }, reason: '' }) as const;
    for (const network of ['10.1', '10.0.0.0/33', 'ten', '1.2.3.4/8/9', '::/129', '']) {
      expect(act(hub, ban(network))).toEqual(no('bad-network'));
    }
    expect(act(hub, ban('10.0.0.0/8'), 'admin')).toEqual(no('oneself'));
    expect(hub.login('boss', 'owner', undefined, '10.9.0.1').ok).toBe(true);
    expect(act(hub, ban('10.9.0.0/24'), 'admin')).toEqual(no('not-allowed'));
    expect(list(hub, 'bans')).toEqual([]);
  });
});

describe('a mute', () => {
  test('refuses what is said and written anywhere, and is told', () => {
    const hub = lobby(new TestHub());
    const until = hub.now / 1000 + 60;
    act(hub, { do: 'mute', name: named('ben'), reason: 'loud', until });
    expect(told(hub)).toEqual(['muted to gb']);
    expect(hub.ask(say('b'))).toEqual(no('muted'));
    expect(hub.ask(direct('b', 'ann'))).toEqual(no('muted'));
    expect(hub.ask(say('c')).ok).toBe(true);
    // Nor is there another way to make others read something.
    const file = { name: 'read this', size: 1 };
    const of = { session: sessionOf('b') };
    expect(hub.ask({ do: 'offer', ...of, to: [named('ann')], file, tokenHash: 'x' })).toEqual(
      no('muted'),
    );
    const group = roomNamed('read-this');
    hub.must({ do: 'group-create', ...of, group });
    expect(hub.ask({ do: 'group-invite', ...of, group, to: named('ann') })).toEqual(no('muted'));
    expect(inRoom(hub, 'b', { do: 'topic', topic: 'read' }, 'read-this')).toEqual(
      no('not-allowed'),
    );
    hub.now += 60_000;
    expect(hub.ask(say('b')).ok).toBe(true);
    act(hub, { do: 'mute', name: named('ben'), reason: '' });
    expect(hub.ask(direct('b', 'ann'))).toEqual(no('muted'));
    expect(act(hub, { do: 'unmute', name: named('ben') }).ok).toBe(true);
    expect(hub.ask(direct('b', 'ann')).ok).toBe(true);
    expect(act(hub, { do: 'unmute', name: named('ben') })).toEqual(no('not-muted'));
  });
});

describe('roles', () => {
  test('are given by owners, and by the operator', () => {
    const hub = staff();
    const give = (account: string, role: 'owner' | 'admin' | 'member', by?: string) =>
      act(hub, { do: 'role', account: named(account), role }, by);
    expect(give('mia', 'admin', 'admin')).toEqual(no('not-allowed'));
    expect(give('admin', 'member', 'admin')).toEqual(no('not-allowed'));
    expect(give('owner', 'member', 'owner')).toEqual(no('oneself'));
    expect(give('mia', 'owner', 'owner').ok).toBe(true);
    expect(give('owner', 'member', 'mia')).toEqual(no('not-allowed'));
    expect(give('owner', 'member').ok).toBe(true);
    expect(give('nobody', 'admin')).toEqual(no('unknown-user'));
    expect(hub.ask({ do: 'role', session: sessionOf('admin') })).toEqual({
      ok: true,
      value: { role: 'admin' },
    });
  });

  test('no member moderates, and nobody acts on who stands as high', () => {
    const hub = staff();
    const kick = (who: string) => ({ do: 'kick', who: name(who), reason: '' }) as const;
    expect(act(hub, kick('max'), 'mia')).toEqual(no('not-allowed'));
    expect(list(hub, 'sessions', 'mia')).toBe('not-allowed');
    for (const who of ['owner']) {
      expect(act(hub, kick(who), 'admin')).toEqual(no('not-allowed'));
      const ban = { do: 'ban', whom: name(who), reason: '' } as const;
      expect(act(hub, ban, 'admin')).toEqual(no('not-allowed'));
      const mute = { do: 'mute', name: named(who), reason: '' } as const;
      expect(act(hub, mute, 'admin')).toEqual(no('not-allowed'));
      const gone = { do: 'delete', account: named(who), reason: '' } as const;
      expect(act(hub, gone, 'admin')).toEqual(no('not-allowed'));
    }
    expect(act(hub, kick('admin'), 'admin')).toEqual(no('oneself'));
    expect(act(hub, kick('max'), 'admin')).toEqual(counted(1));
  });
});

describe('accounts', () => {
  test('are renamed, and what holds for them goes on holding', () => {
    const hub = staff();
    hub.must({ do: 'block', session: sessionOf('max'), name: named('mia') });
    act(hub, { do: 'mute', name: named('mia'), reason: '' });
    const taken = { do: 'rename', account: named('mia'), name: named('Max') } as const;
    expect(act(hub, taken)).toEqual(no('name-taken'));
    hub.takeEvents();
    const rename = { do: 'rename', account: named('mia'), name: named('maria') } as const;
    expect(act(hub, rename)).toEqual(counted(1));
    expect(told(hub)).toContain('expelled mia: renamed');
    expect(hub.login('new', 'mia')).toEqual(no('unknown-user'));
    expect(hub.login('new', 'maria', 'key of mia').ok).toBe(true);
    expect(hub.ask(direct('new', 'max'))).toEqual(no('muted'));
    expect(hub.ask({ do: 'blocks', session: sessionOf('max') })).toEqual({
      ok: true,
      value: { names: [named('maria')] },
    });
    expect(hub.ask(enter('guest', 'mia')).ok).toBe(true);
  });

  test('are deleted with their sessions', () => {
    const hub = staff();
    const gone = { do: 'delete', account: named('mia'), reason: 'asked' } as const;
    expect(act(hub, gone, 'admin')).toEqual(counted(1));
    expect(told(hub)).toContain('expelled mia: deleted');
    expect(hub.ask(enter('guest', 'mia')).ok).toBe(true);
  });
});

test('an announcement is for everybody', () => {
  const hub = staff();
  expect(act(hub, { do: 'announce', text: 'tea\nat five' }, 'admin')).toEqual(counted(0));
  expect(hub.takeEvents()).toMatchObject([
    { is: 'notice', to: 'everybody', notice: { is: 'announced', text: 'tea at five' } },
  ]);
  const long = 'x'.repeat(limits.hub.announcementBytes + 1);
  expect(act(hub, { do: 'announce', text: long })).toEqual(no('too-long'));
});

test('bans, mutes and roles hold over a restart', async () => {
  const database = path(await scratchFolder(), 'chat.db');
  const before = new TestHub(database);
  before.logIn('m', 'mia');
  act(before, { do: 'role', account: named('mia'), role: 'admin' });
  act(before, { do: 'ban', whom: name('ben'), reason: '' });
  act(before, { do: 'ban', whom: { network: '2001:db8::7' }, reason: '' });
  act(before, { do: 'mute', name: named('cat'), reason: '' });
  before.db.close();
  const hub = new TestHub(database);
  expect(hub.ask(enter('b', 'ben'))).toEqual(no('banned'));
  expect(hub.ask(enter('x', 'x', '2001:db8::ffff'))).toEqual(no('banned'));
  expect(hub.ask(enter('x', 'x', '2001:db8:0:1::7')).ok).toBe(true);
  hub.enter('c', 'cat');
  expect(hub.ask(direct('c', 'mia'))).toEqual(no('muted'));
  expect(hub.login('m', 'mia').ok).toBe(true);
  expect(act(hub, { do: 'unmute', name: named('cat') }, 'm').ok).toBe(true);
});

test('there are so many bans and mutes, and those that are over make room', () => {
  const hub = new TestHub();
  hub.db.run(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${limits.hub.mutes})
     INSERT INTO sanction (kind, target, key, shown, reason, by_name, at, until)
     SELECT 'mute', 'name', 'k' || i, 'k' || i, '', '', 0, iif(i = 1, 5000000000, NULL) FROM n`,
  );
  const mute = { do: 'mute', name: named('one'), reason: '' } as const;
  expect(act(hub, mute)).toEqual(no('too-many'));
  hub.now = 5_000_000_000_000;
  expect(act(hub, mute).ok).toBe(true);
  expect(act(hub, { ...mute, name: named('two') })).toEqual(no('too-many'));
  const long = 'x'.repeat(limits.hub.reasonBytes + 1);
  expect(act(hub, { do: 'ban', whom: name('x'), reason: long })).toEqual(no('too-long'));
});

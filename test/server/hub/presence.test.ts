// Who is here, in the hub: call-back addresses, guests, and the lists of users.

import { describe, expect, test } from 'bun:test';

import type { Command } from '../../../src/protocol/commands';
import { numberedName, type RecipientId } from '../../../src/protocol/model';
import { named, sessionOf, type TestHub } from '../../support/journal';
import { close, direct, kinds, leave, no, open, presence, testHub, yes } from './commands';

describe('call-back addresses', () => {
  test('open, again, close, again, the unknown', () => {
    const hub = testHub('alice');
    expect(hub.ask(open('nobody'))).toEqual(no('unknown-user'));
    expect(hub.ask(close('alice'))).toEqual(no('not-connected'));
    expect(hub.ask(open('alice'))).toEqual(yes);
    expect(kinds(hub)).toEqual(['address']);
    expect(hub.ask(open('alice', 1000))).toEqual(no('already-connected'));
    expect(hub.ask(close('alice', '10.0.0.8'))).toEqual(no('elsewhere'));
    expect(hub.ask(close('nobody'))).toEqual(no('unknown-user'));
    expect(hub.ask(close('alice'))).toEqual(yes);
    expect(kinds(hub)).toEqual(['address-gone']);
  });

  test('a dial that fails late does not close what was opened meanwhile', () => {
    const hub = testHub('alice');
    const lost = (opened: number) =>
      hub.ask({ do: 'callback-lost', recipient: 'a1' as RecipientId, opened });
    hub.must(open('alice'));
    hub.must(close('alice'));
    hub.must(open('alice'));
    expect(lost(1)).toEqual(no('not-connected'));
    expect(lost(2)).toEqual(yes);
    expect(lost(2)).toEqual(no('not-connected'));
  });

  test('asking for attachments opens the address anew, for the same session only', () => {
    const hub = testHub('alice');
    const wants = (account: string, host = '10.0.0.9', where: { port?: number } = {}) =>
      hub.ask({ do: 'callback-wants-files', account: named(account), host, ...where });
    expect(wants('nobody')).toEqual(no('unknown-user'));
    expect(wants('alice')).toEqual(no('not-connected'));
    hub.must(open('alice'));
    hub.takeEvents();
    expect(wants('alice', '10.0.0.1')).toEqual(no('not-connected'));
    expect(wants('alice')).toEqual(yes);
    expect(hub.takeEvents()).toMatchObject([
      { is: 'address', at: { opened: 1, wantsFiles: true } },
    ]);
    // Another session of the user on the same machine has another port.
    expect(wants('alice', '10.0.0.9', { port: 1 })).toEqual(no('not-connected'));
    expect(hub.takeEvents()).toEqual([]);
    // Asked again, it says the same: who asks wants what waits.
    expect(wants('alice')).toEqual(yes);
    expect(hub.takeEvents()).toMatchObject([
      { is: 'address', at: { opened: 1, wantsFiles: true } },
    ]);
  });
});

describe('guests', () => {
  const enter = (hub: TestHub, session: string, name: string, collision: 'rename' | 'refuse') =>
    hub.ask({
      do: 'enter',
      session: sessionOf(session),
      wanted: { name: named(name) },
      collision,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });

  test('a name in use is refused or changed, for guests and accounts alike', () => {
    const hub = testHub('alice');
    expect(enter(hub, 's1', 'alice', 'refuse')).toEqual(no('name-taken'));
    expect(enter(hub, 's1', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~2') },
    });
    expect(enter(hub, 's2', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~3') },
    });
    expect(enter(hub, 's2', 'other', 'rename')).toEqual(no('already-entered'));
  });

  test('the lowest free number, until there is none', () => {
    const hub = testHub();
    const next = (session: string) =>
      hub.ask({
        do: 'enter',
        session: sessionOf(session),
        wanted: { lowest: [1, 3] },
        collision: 'refuse',
        dialect: 'test',
        machine: 'm1',
        address: { host: 'h', port: 1 },
      });
    const names = ['a', 'b', 'c'].map((session) => {
      const outcome = next(session);
      return outcome.ok ? outcome.value.name : outcome.why;
    });
    expect(names).toEqual([1, 2, 3].map(numberedName));
    expect(next('d')).toEqual(no('none-free'));
    hub.must(leave('b'));
    expect(next('d')).toEqual({ ok: true, value: { name: numberedName(2) } });
  });

  test('what waits for a guest is erased when the guest leaves, and its sender is told', () => {
    const hub = testHub('alice');
    hub.enter('s1', 'guest');
    hub.must(direct('alice', 'guest'));
    hub.takeEvents();
    hub.must(leave('s1'));
    expect(hub.takeEvents()).toMatchObject([
      { is: 'departed' },
      { is: 'notice', to: { recipient: 'a1' }, notice: { is: 'receipt', id: 1, status: 'failed' } },
      { is: 'forgotten', recipient: 'gs1' },
    ]);
    expect(hub.ask(direct('alice', 'guest'))).toEqual(no('unknown-user'));
  });

  test('a deaf session cannot be written to, unless another one hears for it', () => {
    const hub = testHub('alice');
    const admit = (session: string, number: number, more: object) =>
      hub.must({
        do: 'enter',
        session: sessionOf(session),
        wanted: { name: numberedName(number) },
        collision: 'refuse',
        dialect: 'test',
        machine: 'm1',
        address: { host: 'h', port: 1 },
        ...more,
      });
    admit('emitter', 7, { deaf: true });
    const write = { ...direct('alice', 'x'), to: numberedName(7) };
    expect(hub.ask(write)).toEqual(no('unknown-user'));
    admit('display', 1007, { hearsFor: numberedName(7) });
    hub.takeEvents();
    expect(hub.ask(write).ok).toBe(true);
    expect(hub.takeEvents()).toMatchObject([{ is: 'direct', to: 'gdisplay' }]);
  });

  test('leaving twice, or without having come, changes nothing', () => {
    const hub = testHub();
    expect(hub.ask(leave('s1'))).toEqual(yes);
    hub.enter('s1', 'guest');
    hub.must(leave('s1'));
    hub.takeEvents();
    expect(hub.ask(leave('s1'))).toEqual(yes);
    expect(hub.takeEvents()).toEqual([]);
  });

  test('a session that watches is told of every user who comes and goes', () => {
    const hub = testHub('alice');
    hub.enter('w', 'watcher');
    hub.must({ do: 'watch', session: sessionOf('w') });
    hub.takeEvents();
    hub.enter('s1', 'guest');
    hub.must(open('alice'));
    hub.must(close('alice'));
    hub.must(leave('s1'));
    expect(presence(hub)).toEqual(['guest true', 'alice true', 'alice false', 'guest false']);
  });
});

describe('lists of users', () => {
  const list = (hub: TestHub, asker: Command<'users'>['asker']): string[] | string => {
    const outcome = hub.ask({ do: 'users', asker });
    return outcome.ok ? outcome.value.users.map(({ name }) => name) : outcome.why;
  };

  test('show every user once, in the order in which they came, to users who are connected', () => {
    const hub = testHub('alice', 'bob');
    expect(list(hub, { account: named('carol') })).toBe('unknown-user');
    expect(list(hub, { account: named('alice') })).toBe('not-connected');
    hub.now += 10;
    hub.enter('s1', 'guest');
    hub.now += 10;
    hub.must(open('bob'));
    hub.now += 10;
    hub.must(open('alice'));
    expect(list(hub, { account: named('alice') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(hub, { session: sessionOf('s1') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(hub, { session: sessionOf('s9') })).toBe('not-connected');
  });

  test('an asker without a name is judged by the users who are, or were registered, at the host', () => {
    const hub = testHub('alice');
    expect(list(hub, { host: '10.9.9.9' })).toBe('unknown-user');
    expect(list(hub, { host: '10.0.0.1' })).toBe('not-connected');
    hub.must(open('alice', 1, '10.0.0.1'));
    expect(list(hub, { host: '10.0.0.1' })).toEqual(['alice']);
  });
});

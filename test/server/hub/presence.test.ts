// Who is here, in the hub: call-back addresses, guests, and the lists of users.

import { describe, expect, test } from 'bun:test';

import type { Command } from '../../../src/protocol/commands';
import { numberedName, type RecipientId } from '../../../src/protocol/model';
import { type Desk, named, sessionOf } from '../../support/journal';
import { close, desk, direct, kinds, leave, no, open, presence, yes } from './commands';

describe('call-back addresses', () => {
  test('open, again, close, again, the unknown', () => {
    const made = desk('alice');
    expect(made.ask(open('nobody'))).toEqual(no('unknown-user'));
    expect(made.ask(close('alice'))).toEqual(no('not-connected'));
    expect(made.ask(open('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address']);
    expect(made.ask(open('alice', 1000))).toEqual(no('already-connected'));
    expect(made.ask(close('alice', '10.0.0.8'))).toEqual(no('elsewhere'));
    expect(made.ask(close('nobody'))).toEqual(no('unknown-user'));
    expect(made.ask(close('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address-gone']);
  });

  test('a dial that fails late does not close what was opened meanwhile', () => {
    const made = desk('alice');
    const lost = (opened: number) =>
      made.ask({ do: 'callback-lost', recipient: 'a1' as RecipientId, opened });
    made.must(open('alice'));
    made.must(close('alice'));
    made.must(open('alice'));
    expect(lost(1)).toEqual(no('not-connected'));
    expect(lost(2)).toEqual(yes);
    expect(lost(2)).toEqual(no('not-connected'));
  });

  test('asking for attachments opens the address anew, for the same session only', () => {
    const made = desk('alice');
    const wants = (account: string, host = '10.0.0.9') =>
      made.ask({ do: 'callback-wants-files', account: named(account), host });
    expect(wants('nobody')).toEqual(no('unknown-user'));
    expect(wants('alice')).toEqual(no('not-connected'));
    made.must(open('alice'));
    made.takeEvents();
    expect(wants('alice', '10.0.0.1')).toEqual(no('not-connected'));
    expect(wants('alice')).toEqual(yes);
    expect(made.takeEvents()).toMatchObject([
      { is: 'address', at: { opened: 1, wantsFiles: true } },
    ]);
  });
});

describe('guests', () => {
  const enter = (made: Desk, session: string, name: string, collision: 'rename' | 'refuse') =>
    made.ask({
      do: 'enter',
      session: sessionOf(session),
      wanted: { name: named(name) },
      collision,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });

  test('a name in use is refused or changed, for guests and accounts alike', () => {
    const made = desk('alice');
    expect(enter(made, 's1', 'alice', 'refuse')).toEqual(no('name-taken'));
    expect(enter(made, 's1', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~2') },
    });
    expect(enter(made, 's2', 'alice', 'rename')).toEqual({
      ok: true,
      value: { name: named('alice~3') },
    });
    expect(enter(made, 's2', 'other', 'rename')).toEqual(no('already-entered'));
  });

  test('the lowest free number, until there is none', () => {
    const made = desk();
    const next = (session: string) =>
      made.ask({
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
    made.must(leave('b'));
    expect(next('d')).toEqual({ ok: true, value: { name: numberedName(2) } });
  });

  test('what waits for a guest is erased when the guest leaves, and its sender is told', () => {
    const made = desk('alice');
    made.enter('s1', 'guest');
    made.must(direct('alice', 'guest'));
    made.takeEvents();
    made.must(leave('s1'));
    expect(made.takeEvents()).toMatchObject([
      { is: 'departed' },
      { is: 'notice', to: { recipient: 'a1' }, notice: { is: 'receipt', id: 1, status: 'failed' } },
      { is: 'forgotten', recipient: 'gs1' },
    ]);
    expect(made.ask(direct('alice', 'guest'))).toEqual(no('unknown-user'));
  });

  test('a deaf session cannot be written to, unless another one hears for it', () => {
    const made = desk('alice');
    const admit = (session: string, number: number, more: object) =>
      made.must({
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
    expect(made.ask(write)).toEqual(no('unknown-user'));
    admit('display', 1007, { hearsFor: numberedName(7) });
    made.takeEvents();
    expect(made.ask(write).ok).toBe(true);
    expect(made.takeEvents()).toMatchObject([{ is: 'direct', to: 'gdisplay' }]);
  });

  test('leaving twice, or without having come, changes nothing', () => {
    const made = desk();
    expect(made.ask(leave('s1'))).toEqual(yes);
    made.enter('s1', 'guest');
    made.must(leave('s1'));
    made.takeEvents();
    expect(made.ask(leave('s1'))).toEqual(yes);
    expect(made.takeEvents()).toEqual([]);
  });

  test('a session that watches is told of every user who comes and goes', () => {
    const made = desk('alice');
    made.enter('w', 'watcher');
    made.must({ do: 'watch', session: sessionOf('w') });
    made.takeEvents();
    made.enter('s1', 'guest');
    made.must(open('alice'));
    made.must(close('alice'));
    made.must(leave('s1'));
    expect(presence(made)).toEqual(['guest true', 'alice true', 'alice false', 'guest false']);
  });
});

describe('lists of users', () => {
  const list = (made: Desk, asker: Command<'users'>['asker']): string[] | string => {
    const outcome = made.ask({ do: 'users', asker });
    return outcome.ok ? outcome.value.users.map(({ name }) => name) : outcome.why;
  };

  test('show every user once, in the order in which they came, to users who are connected', () => {
    const made = desk('alice', 'bob');
    expect(list(made, { account: named('carol') })).toBe('unknown-user');
    expect(list(made, { account: named('alice') })).toBe('not-connected');
    made.now += 10;
    made.enter('s1', 'guest');
    made.now += 10;
    made.must(open('bob'));
    made.now += 10;
    made.must(open('alice'));
    expect(list(made, { account: named('alice') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(made, { session: sessionOf('s1') })).toEqual(['guest', 'bob', 'alice']);
    expect(list(made, { session: sessionOf('s9') })).toBe('not-connected');
  });

  test('an asker without a name is judged by the users who are, or were registered, at the host', () => {
    const made = desk('alice');
    expect(list(made, { host: '10.9.9.9' })).toBe('unknown-user');
    expect(list(made, { host: '10.0.0.1' })).toBe('not-connected');
    made.must(open('alice', 1, '10.0.0.1'));
    expect(list(made, { host: '10.0.0.1' })).toEqual(['alice']);
  });
});

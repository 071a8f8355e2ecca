// Accounts in the hub: registered and given back, entered with a token, and kept in memory.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { type Desk, named, sessionOf } from '../../support/journal';
import {
  desk,
  direct,
  kinds,
  leave,
  no,
  open,
  presence,
  sent,
  settle,
  unregister,
  yes,
} from './commands';

describe('accounts', () => {
  test('a name is registered once, however it is composed', () => {
    const made = desk('caf\u00e9');
    const again = (name: string) =>
      made.ask({ do: 'register', name: named(name), fullName: 'x', born: '01/01/2000', host: 'h' });
    expect(again('cafe\u0301')).toEqual(no('name-taken'));
    expect(again('<caf\u00e9>')).toEqual(no('name-taken'));
    expect(again('cafe')).toEqual(yes);
  });

  test('a name that a guest holds is taken', () => {
    const made = desk();
    made.enter('s1', 'guest');
    expect(
      made.ask({
        do: 'register',
        name: named('guest'),
        fullName: 'x',
        born: '01/01/2000',
        host: 'h',
      }),
    ).toEqual(no('name-taken'));
  });

  test('unregistering the unknown, from elsewhere, and for real', () => {
    const made = desk('alice', 'bob');
    expect(made.ask(unregister('carol'))).toEqual(no('unknown-user'));
    made.must(open('alice'));
    expect(made.ask(unregister('alice', '10.0.0.1'))).toEqual(no('elsewhere'));
    made.must(direct('bob', 'alice'));
    made.takeEvents();
    expect(made.ask(unregister('alice'))).toEqual(yes);
    expect(kinds(made)).toEqual(['address-gone', 'forgotten']);
    expect(made.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
    expect(made.db.query('SELECT count(*) AS n FROM address').get()).toEqual({ n: 0 });
  });

  test('a name registered anew starts its ids again and gets none of the old confirmations', () => {
    const made = desk('alice', 'bob');
    const old = sent(made, 'alice', 'bob', 'one');
    made.must(direct('alice', 'bob', 'two'));
    made.must(unregister('alice'));
    made.register('alice');
    made.takeEvents();
    const outcome = made.ask(direct('alice', 'bob', 'three'));
    expect(outcome).toMatchObject({ ok: true, value: { id: 1 } });
    made.takeEvents();
    made.must(settle('a2', old));
    expect(made.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a1' } }]);
    made.must(settle('a2', outcome.ok ? outcome.value.serial : 0));
    expect(made.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a3' } }]);
  });
});

describe('accounts with a token', () => {
  const secret = (made: Desk): void =>
    made.must({
      do: 'register',
      name: named('eve'),
      fullName: 'Eve',
      born: '01/01/2000',
      host: 'h',
      tokenHash: 't0k3n',
    });
  const login = (
    made: Desk,
    session: string,
    tokenHash: string,
    { account = 'eve', watches = false } = {},
  ) =>
    made.ask({
      do: 'login',
      session: sessionOf(session),
      account: named(account),
      tokenHash,
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
      watches,
    });

  test('are entered with it alone', () => {
    const made = desk('alice');
    secret(made);
    expect(login(made, 's', 'wrong')).toEqual(no('not-allowed'));
    expect(login(made, 's', 't0k3n', { account: 'alice' })).toEqual(no('not-allowed'));
    expect(login(made, 's', 't0k3n', { account: 'nobody' })).toEqual(no('unknown-user'));
    expect(login(made, 's', 't0k3n')).toEqual({ ok: true, value: { name: named('eve') } });
    expect(login(made, 's', 't0k3n')).toEqual(no('already-entered'));
  });

  test('are told of users who come and go if they want that, from the moment they have entered', () => {
    const made = desk();
    secret(made);
    login(made, 's', 't0k3n', { watches: true });
    made.takeEvents();
    made.enter('g', 'guest');
    expect(presence(made)).toEqual(['guest true']);
    made.must(leave('s'));
    made.takeEvents();
    login(made, 's', 't0k3n');
    made.takeEvents();
    made.must(leave('g'));
    expect(presence(made)).toEqual([]);
  });

  test('cannot be named by a door that has no sessions', () => {
    const made = desk('alice');
    secret(made);
    expect(made.ask(open('eve'))).toEqual(no('not-allowed'));
    expect(made.ask(direct('eve', 'alice'))).toEqual(no('not-allowed'));
    expect(made.ask(unregister('eve'))).toEqual(no('not-allowed'));
    expect(made.ask(direct('alice', 'eve')).ok).toBe(true);
  });

  test('may have several sessions; they are one recipient, and here until the last leaves', () => {
    const made = desk('alice');
    secret(made);
    login(made, 's1', 't0k3n');
    login(made, 's2', 't0k3n');
    made.must(leave('s1'));
    expect(made.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: false } });
    made.must(leave('s2'));
    expect(made.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: true } });
  });
});

describe('accounts kept in memory', () => {
  test('are a bounded copy: an account that has left it is found all the same', () => {
    const made = desk('alice', 'bob');
    for (let count = 0; count <= limits.hub.cachedAccounts; count++) {
      expect(made.ask(direct('alice', `nobody${count}`))).toEqual(no('unknown-user'));
    }
    expect(made.ask(direct('alice', 'bob')).ok).toBe(true);
    made.must(unregister('bob'));
    expect(made.ask(direct('alice', 'bob'))).toEqual(no('unknown-user'));
  });
});

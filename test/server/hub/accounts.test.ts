// Accounts in the hub: registered and given back, entered with a token, and kept in memory.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { named, sessionOf, type TestHub } from '../../support/journal';
import {
  direct,
  kinds,
  leave,
  no,
  open,
  presence,
  sent,
  settle,
  testHub,
  unregister,
  yes,
} from './commands';

describe('accounts', () => {
  test('a name is registered once, however it is composed', () => {
    const hub = testHub('caf\u00e9');
    const again = (name: string) =>
      hub.ask({ do: 'register', name: named(name), fullName: 'x', born: '01/01/2000', host: 'h' });
    expect(again('cafe\u0301')).toEqual(no('name-taken'));
    expect(again('<caf\u00e9>')).toEqual(no('name-taken'));
    expect(again('cafe')).toEqual(yes);
  });

  test('a name that a guest holds is taken', () => {
    const hub = testHub();
    hub.enter('s1', 'guest');
    expect(
      hub.ask({
        do: 'register',
        name: named('guest'),
        fullName: 'x',
        born: '01/01/2000',
        host: 'h',
      }),
    ).toEqual(no('name-taken'));
  });

  test('unregistering the unknown, from elsewhere, and for real', () => {
    const hub = testHub('alice', 'bob');
    expect(hub.ask(unregister('carol'))).toEqual(no('unknown-user'));
    hub.must(open('alice'));
    expect(hub.ask(unregister('alice', '10.0.0.1'))).toEqual(no('elsewhere'));
    hub.must(direct('bob', 'alice'));
    hub.takeEvents();
    expect(hub.ask(unregister('alice'))).toEqual(yes);
    expect(kinds(hub)).toEqual(['address-gone', 'forgotten']);
    expect(hub.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 0 });
    expect(hub.db.query('SELECT count(*) AS n FROM address').get()).toEqual({ n: 0 });
  });

  test('a name registered anew starts its ids again and gets none of the old confirmations', () => {
    const hub = testHub('alice', 'bob');
    const old = sent(hub, 'alice', 'bob', 'one');
    hub.must(direct('alice', 'bob', 'two'));
    hub.must(unregister('alice'));
    hub.register('alice');
    hub.takeEvents();
    const outcome = hub.ask(direct('alice', 'bob', 'three'));
    expect(outcome).toMatchObject({ ok: true, value: { id: 1 } });
    hub.takeEvents();
    hub.must(settle('a2', old));
    expect(hub.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a1' } }]);
    hub.must(settle('a2', outcome.ok ? outcome.value.serial : 0));
    expect(hub.takeEvents()).toMatchObject([{ is: 'notice', to: { recipient: 'a3' } }]);
  });
});

describe('accounts with a key', () => {
  const secret = (hub: TestHub): void => hub.registerWith('eve', 't0k3n');
  const login = (
    hub: TestHub,
    session: string,
    hash: string,
    { account = 'eve', watches = false } = {},
  ) =>
    hub.ask({
      do: 'login',
      session: sessionOf(session),
      ...hub.proof('eve', hash),
      account: named(account),
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
      watches,
    });

  test('are entered with it alone', () => {
    const hub = testHub('alice');
    secret(hub);
    expect(login(hub, 's', 'wrong')).toEqual(no('not-allowed'));
    expect(login(hub, 's', 't0k3n', { account: 'alice' })).toEqual(no('not-allowed'));
    expect(login(hub, 's', 't0k3n', { account: 'nobody' })).toEqual(no('unknown-user'));
    expect(login(hub, 's', 't0k3n')).toEqual({ ok: true, value: { name: named('eve') } });
    expect(login(hub, 's', 't0k3n')).toEqual(no('already-entered'));
  });

  test('are told of users who come and go if they want that, from the moment they have entered', () => {
    const hub = testHub();
    secret(hub);
    login(hub, 's', 't0k3n', { watches: true });
    hub.takeEvents();
    hub.enter('g', 'guest');
    expect(presence(hub)).toEqual(['guest true']);
    hub.must(leave('s'));
    hub.takeEvents();
    login(hub, 's', 't0k3n');
    hub.takeEvents();
    hub.must(leave('g'));
    expect(presence(hub)).toEqual([]);
  });

  test('cannot be named by a door that has no sessions', () => {
    const hub = testHub('alice');
    secret(hub);
    expect(hub.ask(open('eve'))).toEqual(no('not-allowed'));
    expect(hub.ask(direct('eve', 'alice'))).toEqual(no('not-allowed'));
    expect(hub.ask(unregister('eve'))).toEqual(no('not-allowed'));
    expect(hub.ask(direct('alice', 'eve')).ok).toBe(true);
  });

  test('may have several sessions; they are one recipient, and here until the last leaves', () => {
    const hub = testHub('alice');
    secret(hub);
    login(hub, 's1', 't0k3n');
    login(hub, 's2', 't0k3n');
    hub.must(leave('s1'));
    expect(hub.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: false } });
    hub.must(leave('s2'));
    expect(hub.ask(direct('alice', 'eve'))).toMatchObject({ value: { waiting: true } });
  });
});

describe('accounts kept in memory', () => {
  test('are a bounded copy: an account that has left it is found all the same', () => {
    const hub = testHub('alice', 'bob');
    for (let count = 0; count <= limits.hub.cachedAccounts; count++) {
      expect(hub.ask(direct('alice', `nobody${count}`))).toEqual(no('unknown-user'));
    }
    expect(hub.ask(direct('alice', 'bob')).ok).toBe(true);
    hub.must(unregister('bob'));
    expect(hub.ask(direct('alice', 'bob'))).toEqual(no('unknown-user'));
  });
});

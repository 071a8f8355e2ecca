// Credentials in the hub: added, listed, revoked, reset, and what ends with each.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import type { Actor, CredentialId } from '../../../src/protocol/model';
import { named, noCredential, sessionOf, TestHub } from '../../support/journal';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
const host = '10.0.0.1';
const by: Actor = { session: sessionOf('s1') };

/** Alice has a key and is here by it. */
function testHub(): TestHub {
  const hub = new TestHub();
  hub.logIn('s1', 'alice');
  return hub;
}

const add = (hub: TestHub, hash: string, kind: 'key' | 'password' = 'key', actor: Actor = by) =>
  hub.ask({ do: 'credential-add', by: actor, host, kind, hash, label: `label ${hash}` });

const list = (hub: TestHub, actor: Actor = by) => {
  const outcome = hub.ask({ do: 'credentials', by: actor });
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.value.credentials;
};

const callback = { address: { host, port: 4000 }, dialect: 'test', machine: 'm1' };

describe('an account', () => {
  test('has any number of keys, and they are listed with what its owner calls them', () => {
    const hub = testHub();
    hub.now += 5000;
    add(hub, 'laptop');
    expect(list(hub)).toEqual([
      { id: 1 as CredentialId, kind: 'key', label: '', madeAt: 1_700_000_000 },
      { id: 2 as CredentialId, kind: 'key', label: 'label laptop', madeAt: 1_700_000_005 },
    ]);
    expect(hub.login('s2', 'alice', 'laptop')).toMatchObject({ ok: true });
    // The same again is the same request.
    expect(add(hub, 'laptop')).toEqual({ ok: true, value: { id: 2 as CredentialId } });
    for (let key = 2; key < limits.credentials.keysPerAccount; key++) add(hub, `key ${key}`);
    expect(add(hub, 'one more')).toEqual(no('too-many'));
  });

  test('has one password: another takes its place', () => {
    const hub = testHub();
    add(hub, 'first', 'password');
    const before = hub.proof('alice', 'first');
    add(hub, 'second', 'password');
    expect(list(hub).map(({ kind }) => kind)).toEqual(['key', 'password']);
    expect(hub.login('s2', 'alice', 'second')).toMatchObject({ ok: true });
    // What was proved of the first proves nothing any more.
    expect(hub.ask({ do: 'credentials', by: before })).toEqual(no('not-allowed'));
  });

  test('without any gets its first by the right by which it could be unregistered', () => {
    const hub = new TestHub();
    hub.register('bob');
    const bob: Actor = { account: named('bob') };
    hub.must({ do: 'callback-open', account: named('bob'), ...callback });
    const elsewhere = { do: 'credential-add', by: bob, kind: 'key', hash: 'k', label: '' } as const;
    expect(hub.ask({ ...elsewhere, host: '10.6.6.6' })).toEqual(no('elsewhere'));
    expect(add(hub, 'mine', 'key', bob)).toMatchObject({ ok: true });
    expect(add(hub, 'theirs', 'key', bob)).toEqual(no('not-allowed'));
    expect(hub.ask({ do: 'credentials', by: bob })).toEqual(no('not-allowed'));
    expect(list(hub, hub.proof('bob', 'mine'))).toHaveLength(1);
  });

  test('knows about when each was last shown', () => {
    const hub = testHub();
    hub.must({ do: 'credential-used', credential: 1 as CredentialId });
    expect(list(hub)[0]?.usedAt).toBe(1_700_000_000);
    expect(hub.ask({ do: 'credential-used', credential: noCredential })).toMatchObject({
      ok: true,
    });
  });

  test('takes its credentials with it', () => {
    const hub = testHub();
    hub.must({ do: 'unregister', account: named('alice'), host, session: sessionOf('s1') });
    expect(hub.db.query('SELECT * FROM credential').all()).toEqual([]);
    hub.registerWith('alice', 'new');
    expect(hub.login('s2', 'alice')).toEqual(no('not-allowed'));
  });
});

describe('revoking', () => {
  const revoke = (hub: TestHub, id: number, actor: Actor = by) =>
    hub.ask({ do: 'credential-revoke', by: actor, id: id as CredentialId });

  test('ends the sessions that came in by it, and no other', () => {
    const hub = testHub();
    add(hub, 'phone');
    hub.login('s2', 'alice', 'phone');
    hub.takeEvents();
    hub.must({ do: 'credential-revoke', by, id: 2 as CredentialId });
    expect(hub.takeEvents()).toMatchObject([
      { is: 'departed', session: 's2' },
      { is: 'expelled', session: 's2' },
    ]);
    expect(hub.login('s3', 'alice', 'phone')).toEqual(no('not-allowed'));
    expect(hub.ask({ do: 'credentials', by: { session: sessionOf('s2') } })).toEqual(
      no('not-allowed'),
    );
    expect(list(hub)).toHaveLength(1);
  });

  test('closes the call-back that it opened', () => {
    const hub = testHub();
    add(hub, 'phone');
    const phone = hub.proof('alice', 'phone');
    hub.must({ do: 'callback-open', ...phone, ...callback });
    hub.must({ do: 'credential-revoke', by, id: phone.credential });
    expect(hub.db.query('SELECT * FROM address').all()).toEqual([]);
    expect(hub.ask({ do: 'callback-open', ...phone, ...callback })).toEqual(no('not-allowed'));
  });

  test('leaves a way in, and recovery codes are none that lasts', () => {
    const hub = testHub();
    hub.must({ do: 'recovery-renew', by, hashes: ['c1', 'c2'] });
    expect(revoke(hub, 1)).toEqual(no('last'));
    add(hub, 'word', 'password');
    expect(revoke(hub, 1)).toMatchObject({ ok: true });
  });

  test('is for its owner: another account’s number is unknown, a guest has none', () => {
    const hub = testHub();
    hub.logIn('s2', 'mallory');
    add(hub, 'laptop');
    expect(revoke(hub, 1, { session: sessionOf('s2') })).toEqual(no('unknown-credential'));
    expect(revoke(hub, 1, hub.proof('mallory'))).toEqual(no('unknown-credential'));
    hub.enter('s3', 'guest');
    expect(revoke(hub, 1, { session: sessionOf('s3') })).toEqual(no('no-account'));
    expect(revoke(hub, 1, { account: named('alice') })).toEqual(no('not-allowed'));
    expect(revoke(hub, 1, { account: named('nobody') })).toEqual(no('unknown-user'));
  });
});

describe('a recovery code', () => {
  const withCodes = (): TestHub => {
    const hub = testHub();
    hub.must({ do: 'recovery-renew', by, hashes: ['c1', 'c2'] });
    return hub;
  };

  test('lets its owner in once, with a key for the next time', () => {
    const hub = withCodes();
    const proof = hub.proof('alice', 'c1');
    const entry = { dialect: 'test', machine: 'm1', address: { host, port: 1 } };
    const key = { hash: 'new browser', label: 'Firefox' };
    hub.must({ do: 'login', session: sessionOf('s2'), ...proof, ...entry, key });
    expect(hub.ask({ do: 'login', session: sessionOf('s3'), ...proof, ...entry })).toEqual(
      no('not-allowed'),
    );
    expect(hub.login('s3', 'alice', 'new browser')).toMatchObject({ ok: true });
    expect(list(hub).map(({ kind, label }) => `${kind} ${label}`)).toEqual([
      'key ',
      'recovery ',
      'key Firefox',
    ]);
  });

  test('is for coming in, and for nothing else', () => {
    const hub = withCodes();
    const proof = hub.proof('alice', 'c1');
    const message = { do: 'direct', to: named('alice'), text: 'hi', origin: 'test' } as const;
    expect(hub.ask({ ...message, from: proof })).toEqual(no('not-allowed'));
    expect(hub.ask({ do: 'callback-open', ...proof, ...callback })).toEqual(no('not-allowed'));
    expect(hub.ask({ do: 'unregister', ...proof, host })).toEqual(no('not-allowed'));
  });

  test('is used up where it adds a key, and void once there are new ones', () => {
    const hub = withCodes();
    const proof = hub.proof('alice', 'c1');
    expect(add(hub, 'k', 'key', proof)).toMatchObject({ ok: true });
    expect(add(hub, 'l', 'key', proof)).toEqual(no('not-allowed'));
    const second = hub.proof('alice', 'c2');
    hub.must({ do: 'recovery-renew', by, hashes: ['d1'] });
    expect(add(hub, 'l', 'key', second)).toEqual(no('not-allowed'));
  });

  test('is nothing for an account without a credential', () => {
    const hub = testHub();
    hub.register('bob');
    const renew = { do: 'recovery-renew', by: { account: named('bob') }, hashes: ['x'] } as const;
    expect(hub.ask(renew)).toEqual(no('not-allowed'));
  });
});

test('the operator’s reset leaves one recovery code, ends all that is there, and opens nothing', () => {
  const hub = testHub();
  add(hub, 'word', 'password');
  hub.must({ do: 'callback-open', ...hub.proof('alice'), ...callback });
  hub.takeEvents();
  hub.must({ do: 'credentials-reset', account: named('alice'), hash: 'c' });
  expect(hub.takeEvents().map(({ is }) => is)).toEqual(['departed', 'expelled', 'address-gone']);
  for (const hash of ['key of alice', 'word'])
    expect(hub.login('s2', 'alice', hash)).toEqual(no('not-allowed'));
  expect(hub.ask({ do: 'unregister', account: named('alice'), host })).toEqual(no('not-allowed'));
  expect(hub.login('s2', 'alice', 'c')).toMatchObject({ ok: true });
  // It was the last, and the account is still nobody else's.
  expect(add(hub, 'theirs', 'key', { account: named('alice') })).toEqual(no('not-allowed'));
});

describe('an invite code', () => {
  const register = (name: string, invite: string) =>
    ({
      do: 'register',
      name: named(name),
      fullName: name,
      born: '01/01/2000',
      host,
      key: { hash: `key of ${name}`, label: '' },
      invite,
    }) as const;
  const make = (hub: TestHub, hash: string, seconds = 60) =>
    hub.ask({ do: 'invite-make', hash, label: 'for bob', endsAt: hub.now / 1000 + seconds });

  test('lets one register, and that one again whose answer was lost', () => {
    const hub = new TestHub();
    make(hub, 'i');
    expect(hub.ask(register('bob', 'wrong'))).toEqual(no('bad-invite'));
    hub.must(register('bob', 'i'));
    hub.must(register('bob', 'i'));
    expect(hub.ask(register('carol', 'i'))).toEqual(no('bad-invite'));
  });

  test('is listed until its end, and can be taken back', () => {
    const hub = new TestHub();
    make(hub, 'short', 10);
    make(hub, 'long', 1000);
    const ids = () => {
      const outcome = hub.ask({ do: 'invites' });
      return outcome.ok ? outcome.value.invites.map(({ id }) => id) : [];
    };
    expect(ids()).toEqual([1, 2]);
    hub.now += 10_000;
    expect(ids()).toEqual([2]);
    expect(hub.ask(register('bob', 'short'))).toEqual(no('bad-invite'));
    hub.must({ do: 'invite-revoke', id: 2 });
    expect(ids()).toEqual([]);
    expect(hub.ask({ do: 'invite-revoke', id: 2 })).toEqual(no('unknown-invite'));
    // What has ended takes no place.
    make(hub, 'new');
    expect(hub.db.query('SELECT count(*) AS n FROM invite').get()).toEqual({ n: 1 });
  });
});

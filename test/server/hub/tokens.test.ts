// Accounts that have a token: who may act for them, by session, by token, or by name alone.

import { describe, expect, test } from 'bun:test';

import type { RecipientId } from '../../../src/protocol/model';
import { named, sessionOf, TestHub } from '../../support/journal';

const session = sessionOf('s1');
const address = { host: '10.0.0.1', port: 5 };
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

/** Alice has the token whose hash is `right` and is here; bob is an account of the other kind. */
function testHub(): TestHub {
  const hub = new TestHub();
  hub.register('bob');
  const person = { fullName: 'Alice', born: '04/05/1852', host: '10.0.0.1' };
  hub.must({ do: 'register', name: named('alice'), ...person, tokenHash: 'right' });
  const entry = { session, dialect: 'test', machine: 'm1', address };
  hub.must({ do: 'login', account: named('alice'), tokenHash: 'right', ...entry });
  return hub;
}
const message = (tokenHash?: string) =>
  ({
    do: 'direct',
    from: { account: named('alice'), ...(tokenHash !== undefined && { tokenHash }) },
    to: named('bob'),
    text: 'hi',
    origin: 'test',
  }) as const;

describe('a token', () => {
  test('lets a request act for its account, a wrong one or none does not', () => {
    const hub = testHub();
    expect(hub.ask(message())).toEqual(no('not-allowed'));
    expect(hub.ask(message('wrong'))).toEqual(no('not-allowed'));
    expect(hub.ask(message('right'))).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('opens nothing for an account that has none', () => {
    const hub = testHub();
    const from = { account: named('bob'), tokenHash: 'right' };
    expect(hub.ask({ ...message(), from })).toEqual(no('not-allowed'));
  });

  test('lists who is here, connected or not', () => {
    const hub = testHub();
    hub.must({ do: 'leave', session });
    const asker = { account: named('alice'), tokenHash: 'right' };
    expect(hub.ask({ do: 'users', asker })).toEqual({ ok: true, value: { users: [] } });
    expect(hub.ask({ do: 'users', asker: { ...asker, tokenHash: 'wrong' } })).toEqual(
      no('unknown-user'),
    );
  });

  test('gets the account its files from anywhere', () => {
    const hub = testHub();
    const find = { do: 'file-find', account: named('alice'), from: named('bob'), id: 1 } as const;
    expect(hub.ask({ ...find, tokenHash: 'wrong' })).toEqual(no('not-allowed'));
    expect(hub.ask({ ...find, tokenHash: 'right' })).toEqual(no('unknown-file'));
  });
});

describe('whether a token is required', () => {
  test('is the choice of the account’s owner, and can be changed again', () => {
    const hub = testHub();
    expect(hub.ask({ do: 'token-required', session })).toEqual({
      ok: true,
      value: { required: true },
    });
    hub.must({ do: 'token-required', session, required: false });
    expect(hub.ask(message())).toMatchObject({ ok: true });
    expect(hub.ask({ do: 'token-required', session })).toEqual({
      ok: true,
      value: { required: false },
    });
    hub.must({ do: 'token-required', session, required: true });
    expect(hub.ask(message())).toEqual(no('not-allowed'));
  });

  test('is nothing that a guest or a stranger can ask', () => {
    const hub = testHub();
    hub.enter('s2', 'guest');
    expect(hub.ask({ do: 'token-required', session: sessionOf('s2') })).toEqual(no('no-account'));
    expect(hub.ask({ do: 'token-required', session: sessionOf('s3') })).toEqual(no('not-entered'));
  });
});

test('undelivered says which of the user’s own messages still wait, and says nothing of others’', () => {
  const hub = testHub();
  const serials = [1, 2, 3].map(() => {
    const outcome = hub.ask(message('right'));
    if (!outcome.ok) throw new Error(outcome.why);
    return outcome.value.serial;
  });
  const [first = 0, ...rest] = serials;
  const recipient = 'a1' as RecipientId;
  hub.must({ do: 'settle', recipient, serial: first, status: 'delivered' });
  expect(hub.ask({ do: 'undelivered', session, serials })).toEqual({
    ok: true,
    value: { waiting: rest },
  });
  hub.enter('s2', 'guest');
  expect(hub.ask({ do: 'undelivered', session: sessionOf('s2'), serials })).toEqual({
    ok: true,
    value: { waiting: [] },
  });
});

// Accounts that have a credential: who may act for them, by session, by what was proved, or by name alone.

import { describe, expect, test } from 'bun:test';

import type { CredentialId, RecipientId } from '../../../src/protocol/model';
import { named, noCredential, sessionOf, TestHub } from '../../support/journal';

const session = sessionOf('s1');
const address = { host: '10.0.0.1', port: 5 };
const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;

/** Alice has the key whose hash is `right` and is here; bob is an account of the other kind. */
function testHub(): TestHub {
  const hub = new TestHub();
  hub.register('bob');
  hub.registerWith('alice', 'right');
  const entry = { session, dialect: 'test', machine: 'm1', address };
  hub.must({ do: 'login', ...hub.proof('alice', 'right'), ...entry });
  return hub;
}
const message = (credential?: CredentialId) =>
  ({
    do: 'direct',
    from: { account: named('alice'), ...(credential !== undefined && { credential }) },
    to: named('bob'),
    text: 'hi',
    origin: 'test',
  }) as const;

describe('a proved credential', () => {
  test('lets a request act for its account, a wrong one or none does not', () => {
    const hub = testHub();
    expect(hub.ask(message())).toEqual(no('not-allowed'));
    expect(hub.ask(message(noCredential))).toEqual(no('not-allowed'));
    const { credential } = hub.proof('alice', 'right');
    expect(hub.ask(message(credential))).toMatchObject({ ok: true, value: { id: 1 } });
  });

  test('opens nothing for an account that has none', () => {
    const hub = testHub();
    const from = { ...hub.proof('alice', 'right'), account: named('bob') };
    expect(hub.ask({ ...message(), from })).toEqual(no('not-allowed'));
  });

  test('lists who is here, connected or not', () => {
    const hub = testHub();
    hub.must({ do: 'leave', session });
    const asker = hub.proof('alice', 'right');
    expect(hub.ask({ do: 'users', asker })).toEqual({ ok: true, value: { users: [] } });
    expect(hub.ask({ do: 'users', asker: { ...asker, credential: noCredential } })).toEqual(
      no('unknown-user'),
    );
  });

  test('gets the account its files from anywhere', () => {
    const hub = testHub();
    const find = { do: 'file-find', account: named('alice'), from: named('bob'), id: 1 } as const;
    expect(hub.ask({ ...find, credential: noCredential })).toEqual(no('not-allowed'));
    expect(hub.ask({ ...find, ...hub.proof('alice', 'right') })).toEqual(no('unknown-file'));
  });
});

describe('registering again', () => {
  const again = (hash?: string, name = 'alice') =>
    ({
      do: 'register',
      name: named(name),
      fullName: 'Alice',
      born: '04/05/1852',
      host: '10.0.0.1',
      ...(hash !== undefined && { key: { hash, label: '' } }),
    }) as const;

  test('with the same key is the same request, and changes nothing', () => {
    const hub = testHub();
    expect(hub.ask(again('right'))).toEqual({ ok: true, value: undefined });
    expect(hub.db.query('SELECT count(*) AS n FROM account').get()).toEqual({ n: 2 });
  });

  test('with another key or none, or where the account has none, finds the name taken', () => {
    const hub = testHub();
    for (const request of [again('wrong'), again(), again('right', 'bob'), again(undefined, 'bob')])
      expect(hub.ask(request)).toEqual(no('name-taken'));
  });

  test('after the account was deleted makes a new one', () => {
    const hub = testHub();
    hub.must({ do: 'unregister', account: named('alice'), host: '10.0.0.1', session });
    hub.must(again('right'));
    expect(hub.db.query('SELECT max(id) AS id FROM account').get()).toEqual({ id: 3 });
  });
});

describe('whether a credential is required', () => {
  test('is the choice of the account’s owner, and can be changed again', () => {
    const hub = testHub();
    expect(hub.ask({ do: 'credential-required', session })).toEqual({
      ok: true,
      value: { required: true },
    });
    hub.must({ do: 'credential-required', session, required: false });
    expect(hub.ask(message())).toMatchObject({ ok: true });
    expect(hub.ask({ do: 'credential-required', session })).toEqual({
      ok: true,
      value: { required: false },
    });
    hub.must({ do: 'credential-required', session, required: true });
    expect(hub.ask(message())).toEqual(no('not-allowed'));
  });

  test('is no choice where the account would be deleted or connected', () => {
    const hub = testHub();
    hub.must({ do: 'credential-required', session, required: false });
    const account = named('alice');
    for (const host of ['10.0.0.1', '10.6.6.6']) {
      const at = { address: { host, port: 4000 }, dialect: 'test', machine: 'm1' };
      expect(hub.ask({ do: 'unregister', account, host })).toEqual(no('not-allowed'));
      expect(hub.ask({ do: 'callback-open', account, ...at })).toEqual(no('not-allowed'));
      expect(hub.ask({ do: 'callback-close', account, host })).toEqual(no('not-allowed'));
      expect(hub.ask({ do: 'callback-wants-files', account, host })).toEqual(no('not-allowed'));
    }
    const stranger = sessionOf('s2');
    hub.enter('s2', 'mallory');
    expect(hub.ask({ do: 'unregister', account, host: '10.0.0.1', session: stranger })).toEqual(
      no('not-allowed'),
    );
    hub.must({ do: 'unregister', account, host: '10.0.0.1', session });
  });

  test('is nothing that a guest or a stranger can ask', () => {
    const hub = testHub();
    hub.enter('s2', 'guest');
    expect(hub.ask({ do: 'credential-required', session: sessionOf('s2') })).toEqual(
      no('no-account'),
    );
    expect(hub.ask({ do: 'credential-required', session: sessionOf('s3') })).toEqual(
      no('not-entered'),
    );
  });
});

test('undelivered says which of the user’s own messages still wait, and says nothing of others’', () => {
  const hub = testHub();
  const serials = [1, 2, 3].map(() => {
    const outcome = hub.ask(message(hub.proof('alice', 'right').credential));
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

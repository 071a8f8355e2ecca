// Idempotency keys: the same command under the same key is applied once, for the account that acts and nobody else.

import { describe, expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import type { CredentialId } from '../../src/protocol/model';
import { named, noCredential, sessionOf, TestHub } from '../support/journal';

const direct = (from: string, to: string, text: string) =>
  ({ do: 'direct', from: { account: named(from) }, to: named(to), text, origin: 'test' }) as const;

describe('once only', () => {
  test('a repeat of a key gets the first outcome and changes nothing, also in the same batch', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    const first = hub.ask(direct('alice', 'bob', 'hi'), 'key-1');
    expect(hub.takeEvents().length).toBe(1);
    expect(hub.ask(direct('alice', 'bob', 'hi'), 'key-1')).toEqual(first);
    expect(hub.takeEvents()).toEqual([]);
    const outcomes: unknown[] = [];
    for (let index = 0; index < 2; index++) {
      hub.journal.submit(
        direct('alice', 'bob', 'ho'),
        (outcome) => outcomes.push(outcome),
        'key-2',
      );
    }
    hub.turn();
    expect(outcomes[0]).toEqual(outcomes[1]);
    expect(hub.db.query('SELECT count(*) AS n FROM message').get()).toEqual({ n: 2 });
  });

  test('a refusal is not remembered: the repeat may succeed', () => {
    const hub = new TestHub();
    hub.register('alice');
    expect(hub.ask(direct('alice', 'bob', 'hi'), 'k').ok).toBe(false);
    hub.register('bob');
    expect(hub.ask(direct('alice', 'bob', 'hi'), 'k').ok).toBe(true);
  });

  describe('a key belongs to the account that acts', () => {
    const say = (session: string, text: string) =>
      ({ ...direct('alice', 'bob', text), from: { session: sessionOf(session) } }) as const;
    const acting = (account: string, credential?: CredentialId) =>
      ({
        ...direct(account, 'bob', 'x'),
        from: { account: named(account), ...(credential !== undefined && { credential }) },
      }) as const;
    const texts = (hub: TestHub) =>
      hub.db.query<{ text: string }, []>('SELECT text FROM message ORDER BY serial').all();

    test('so nobody reads or takes the outcome of another account', () => {
      const hub = new TestHub();
      hub.register('bob');
      hub.logIn('s1', 'alice');
      hub.logIn('s2', 'mallory');
      const hers = hub.ask(say('s1', 'hers'), 'a key of alice');
      const his = hub.ask(say('s2', 'his'), 'a key of alice');
      expect(his).toMatchObject({ ok: true });
      expect(his).not.toEqual(hers);
      expect(texts(hub)).toEqual([{ text: 'hers' }, { text: 'his' }]);
    });

    test.each([
      ['who has not entered', say('s9', 'x'), 'unknown-sender'],
      ['who shows a wrong key', acting('alice', noCredential), 'not-allowed'],
      ['who shows none', acting('alice'), 'not-allowed'],
      ['who names nobody', acting('nobody', 1 as CredentialId), 'unknown-sender'],
    ])('so it tells nothing to a peer %s', (_who, command, why) => {
      const hub = new TestHub();
      hub.register('bob');
      hub.logIn('s1', 'alice');
      const first = hub.ask(say('s1', 'hers'), 'a key of alice');
      expect(hub.ask(command, 'a key of alice')).toEqual({ ok: false, why } as never);
      expect(hub.ask(acting('alice', hub.proof('alice').credential), 'a key of alice')).toEqual(
        first,
      );
    });

    test('and its outcomes go with it', () => {
      const hub = new TestHub();
      hub.register('bob');
      hub.logIn('s1', 'alice');
      hub.ask(say('s1', 'hers'), 'a key of alice');
      const host = '10.0.0.2';
      hub.must({ do: 'unregister', account: named('alice'), host, session: sessionOf('s1') });
      expect(hub.db.query('SELECT * FROM account_outcome').all()).toEqual([]);
      hub.logIn('s3', 'alice', 'another token');
      hub.ask(say('s3', 'a namesake'), 'a key of alice');
      expect(texts(hub)).toEqual([{ text: 'hers' }, { text: 'a namesake' }]);
    });
  });

  test('so many are remembered for an account, and its own first ones go', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    const { outcomesPerAccount: most } = limits.journal;
    hub.ask(direct('bob', 'alice', 'hi'), 'of bob');
    const first = hub.ask(direct('alice', 'bob', 'hi'), '1');
    hub.db.run('BEGIN');
    const add = hub.db.prepare('INSERT INTO account_outcome VALUES (1, ?, ?, ?, ?)');
    for (let number = 2; number <= most; number++) add.run(`${number}`, hub.now, '{}', number);
    hub.db.run('COMMIT');
    expect(hub.ask(direct('alice', 'bob', 'hi'), '1')).toEqual(first);
    for (let more = 1; more <= 3; more++) hub.ask(direct('alice', 'bob', 'ho'), `more ${more}`);
    const counts = hub.db
      .query('SELECT account, count(*) AS n FROM account_outcome GROUP BY account')
      .all();
    expect(counts).toEqual([
      { account: 1, n: most },
      { account: 2, n: 1 },
    ]);
    // A repeat of one that was forgotten is a new message.
    expect(hub.ask(direct('alice', 'bob', 'hi'), '1')).not.toEqual(first);
    expect(hub.ask(direct('alice', 'bob', 'ho'), 'more 3')).toMatchObject({ value: { id: 4 } });
  });

  test('a key is forgotten after 24 hours', () => {
    const hub = new TestHub();
    hub.register('alice');
    hub.register('bob');
    hub.ask(direct('alice', 'bob', 'hi'), 'k');
    hub.now += limits.journal.outcomeMs + 1;
    expect(hub.ask(direct('alice', 'bob', 'hi'), 'k')).toMatchObject({
      ok: true,
      value: { id: 2 },
    });
  });
});

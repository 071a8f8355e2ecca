// Money in the hub: every outcome and refusal, what the tables refuse by themselves, and what an audit finds.

import { describe, expect, test } from 'bun:test';

import { auditLedger } from '../../../src/server/hub/audit';
import { named, sessionOf, TestHub } from '../../support/journal';

const no = <const W extends string>(why: W) => ({ ok: false, why }) as const;
const most = Number.MAX_SAFE_INTEGER;

const set = (session: string, amount: number) =>
  ({ do: 'balance-set', session: sessionOf(session), amount }) as const;
const pay = (session: string, to: string, amount: number) =>
  ({ do: 'transfer', session: sessionOf(session), to: named(to), amount }) as const;
const funds = (session: string) => ({ do: 'funds', session: sessionOf(session) }) as const;
const leave = (session: string) => ({ do: 'leave', session: sessionOf(session) }) as const;

/** Guests by session `s1`, `s2`, ... with these balances. */
function testHub(balances: Record<string, number>): TestHub {
  const hub = new TestHub();
  Object.entries(balances).forEach(([name, balance], index) => {
    hub.enter(`s${index + 1}`, name, 'market');
    hub.must(set(`s${index + 1}`, balance));
  });
  hub.takeEvents();
  return hub;
}
const balances = (hub: TestHub) =>
  Object.fromEntries(auditLedger(hub.db).funds.map(({ name, balance }) => [name, balance]));
const faults = (hub: TestHub) => auditLedger(hub.db).faults;

describe('balances', () => {
  test('set, asked for, set again', () => {
    const hub = testHub({});
    hub.enter('s1', 'ann', 'market');
    expect(hub.ask(funds('s1'))).toEqual(no('no-account'));
    expect(hub.ask(set('s1', 50))).toEqual({ ok: true, value: { before: 0, after: 50 } });
    expect(hub.ask(funds('s1'))).toEqual({ ok: true, value: { balance: 50 } });
    expect(hub.ask(set('s1', most))).toEqual({ ok: true, value: { before: 50, after: most } });
    expect(hub.ask(set('s1', 0))).toEqual({ ok: true, value: { before: most, after: 0 } });
    expect(faults(hub)).toEqual([]);
  });

  test('what is kept for a name is told to whoever may have it, and to nobody while somebody has', () => {
    const hub = testHub({ ann: 5 });
    const kept = (name: string) => hub.ask({ do: 'funds-kept', name: named(name) });
    expect(kept('ann')).toEqual(no('name-taken'));
    hub.must(leave('s1'));
    expect(kept('ann')).toEqual({ ok: true, value: { balance: 5 } });
    expect(kept('nobody')).toEqual({ ok: true, value: { balance: 0 } });
  });

  test('an amount that is no balance, and a session that has not entered', () => {
    const hub = testHub({ ann: 5 });
    for (const amount of [-1, 0.5, 2 ** 53, NaN, Infinity]) {
      expect(hub.ask(set('s1', amount))).toEqual(no('bad-amount'));
    }
    expect(hub.ask(set('s9', 1))).toEqual(no('not-entered'));
    expect(hub.ask(funds('s9'))).toEqual(no('not-entered'));
    expect(balances(hub)).toEqual({ ann: 5 });
  });

  test("a guest's balance belongs to the name: the guest finds it again, and the next entry says what it was", () => {
    const hub = testHub({ ann: 70 });
    hub.must(leave('s1'));
    hub.enter('s2', 'ann', 'market');
    expect(hub.ask(funds('s2'))).toEqual({ ok: true, value: { balance: 70 } });
    hub.must(set('s2', 5));
    expect(hub.db.query('SELECT payee_name, amount, before FROM ledger').all()).toEqual([
      { payee_name: 'ann', amount: 70, before: null },
      { payee_name: 'ann', amount: 5, before: 70 },
    ]);
  });

  test("an account's balance is its own, not that of a guest who had the name before or has it later", () => {
    const hub = testHub({ ann: 70 });
    hub.must(leave('s1'));
    hub.registerWith('ann');
    hub.must({
      do: 'login',
      session: sessionOf('s2'),
      ...hub.proof('ann'),
      dialect: 'web',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });
    expect(hub.ask(funds('s2'))).toEqual(no('no-account'));
    hub.must(set('s2', 5));
    hub.must({ do: 'unregister', account: named('ann'), host: 'h', session: sessionOf('s2') });
    hub.enter('s3', 'ann', 'market');
    expect(hub.ask(funds('s3'))).toEqual({ ok: true, value: { balance: 70 } });
    expect(faults(hub)).toEqual([]);
  });
});

describe('transfers', () => {
  test('both balances change, the payee is told, an entry is made', () => {
    const hub = testHub({ ann: 100, bob: 1 });
    expect(hub.ask(pay('s1', 'bob', 30))).toEqual({ ok: true, value: { before: 100, after: 70 } });
    expect(balances(hub)).toEqual({ ann: 70, bob: 31 });
    expect(hub.takeEvents()).toEqual([
      {
        is: 'notice',
        to: { recipient: 'gs2' as never },
        notice: { is: 'paid', from: named('ann'), origin: 'market', amount: 30 },
      },
    ]);
    expect(hub.db.query('SELECT * FROM ledger ORDER BY id DESC LIMIT 1').get()).toEqual({
      id: 3,
      at: 1_700_000_000,
      payer: 'nann',
      payer_name: 'ann',
      payee: 'nbob',
      payee_name: 'bob',
      amount: 30,
      before: null,
    });
  });

  test('the whole balance, once', () => {
    const hub = testHub({ ann: 100, bob: 0 });
    hub.must(pay('s1', 'bob', 100));
    expect(hub.ask(pay('s1', 'bob', 100))).toEqual(no('insufficient'));
    expect(hub.ask(pay('s1', 'bob', 1))).toEqual(no('insufficient'));
    expect(balances(hub)).toEqual({ ann: 0, bob: 100 });
  });

  test('a payee as full as can be', () => {
    const hub = testHub({ ann: most, bob: 0, carol: most });
    hub.must(pay('s1', 'bob', most));
    expect(hub.ask(pay('s2', 'carol', 1))).toEqual(no('too-much'));
    expect(hub.ask(pay('s3', 'bob', most))).toEqual(no('too-much'));
    expect(balances(hub)).toEqual({ ann: 0, bob: most, carol: most });
    expect(auditLedger(hub.db).sum).toBe(2n * BigInt(most));
  });

  test('every refusal changes nothing and causes no event', () => {
    const hub = testHub({ ann: 100, bob: 1 });
    hub.enter('s3', 'scott', 'channels');
    hub.register('carol');
    hub.takeEvents();
    const refused = [
      [pay('s9', 'bob', 1), 'not-entered'],
      [pay('s1', 'ann', 1), 'to-oneself'],
      [pay('s1', 'nobody', 1), 'not-connected'],
      [pay('s1', 'carol', 1), 'not-connected'],
      [pay('s1', 'scott', 1), 'recipient-no-account'],
      [pay('s3', 'bob', 1), 'no-account'],
      [pay('s1', 'bob', 101), 'insufficient'],
      [pay('s1', 'bob', most), 'insufficient'],
      ...[0, -0, -1, 0.5, 2 ** 53, NaN, Infinity, -Infinity].map(
        (amount) => [pay('s1', 'bob', amount), 'bad-amount'] as const,
      ),
    ] as const;
    for (const [command, why] of refused) expect(hub.ask(command)).toEqual(no(why));
    expect(balances(hub)).toEqual({ ann: 100, bob: 1 });
    expect(hub.takeEvents()).toEqual([]);
    expect(auditLedger(hub.db).entries).toBe(2);
  });

  test('a payee who left is not paid, and one who returned is', () => {
    const hub = testHub({ ann: 100, bob: 1 });
    hub.must(leave('s2'));
    expect(hub.ask(pay('s1', 'bob', 1))).toEqual(no('not-connected'));
    hub.enter('s3', 'bob', 'market');
    hub.must(pay('s1', 'bob', 1));
    expect(balances(hub)).toEqual({ ann: 99, bob: 2 });
  });

  test('a name is found as other doors write it', () => {
    const hub = testHub({ ann: 100, 'b:o:b': 0 });
    hub.must(pay('s1', 'bob', 1));
    expect(hub.ask(pay('s2', 'b<o>b', 1))).toEqual(no('to-oneself'));
  });

  test('a command repeated by its key is done once', () => {
    const hub = testHub({ bob: 0 });
    hub.logIn('s9', 'ann');
    hub.must(set('s9', 100));
    const first = hub.ask(pay('s9', 'bob', 10), 'key');
    expect(hub.ask(pay('s9', 'bob', 10), 'key')).toEqual(first);
    expect(balances(hub)).toEqual({ ann: 90, bob: 10 });
  });
});

describe('what the tables refuse by themselves', () => {
  test.each([
    "UPDATE funds SET balance = -1 WHERE owner = 'nann'",
    "UPDATE funds SET balance = 9007199254740992 WHERE owner = 'nann'",
    "UPDATE funds SET balance = 0.5 WHERE owner = 'nann'",
    "UPDATE funds SET balance = NULL WHERE owner = 'nann'",
    "DELETE FROM funds WHERE owner = 'nann'",
    'UPDATE ledger SET amount = 1',
    'DELETE FROM ledger',
    "REPLACE INTO ledger (id, at, payee, payee_name, amount) VALUES (1, 0, 'nann', 'ann', 5)",
    "INSERT INTO ledger (at, payee, payee_name, amount) VALUES (0, 'nobody', 'x', 5)",
    "INSERT INTO ledger (at, payee, payee_name, amount) VALUES (0, 'nann', 'ann', -5)",
    "INSERT INTO ledger (at, payer, payer_name, payee, payee_name, amount) VALUES (0, 'nann', 'ann', 'nann', 'ann', 5)",
    "INSERT INTO ledger (at, payer, payer_name, payee, payee_name, amount) VALUES (0, 'nann', 'ann', 'nbob', 'bob', 0)",
    "INSERT INTO ledger (at, payer, payee, payee_name, amount) VALUES (0, 'nann', 'nbob', 'bob', 5)",
  ])('%s', (statement) => {
    const hub = testHub({ ann: 100, bob: 1 });
    hub.must(pay('s1', 'bob', 1));
    expect(() => hub.db.run(statement)).toThrow();
    expect(faults(hub)).toEqual([]);
    expect(balances(hub)).toEqual({ ann: 99, bob: 2 });
  });
});

describe('an audit', () => {
  test('of nothing, and of everything in order', () => {
    expect(auditLedger(new TestHub().db)).toEqual({ entries: 0, funds: [], sum: 0n, faults: [] });
    const hub = testHub({ ann: 100, bob: 1 });
    hub.must(pay('s1', 'bob', 1));
    const seen: number[] = [];
    auditLedger(hub.db, ({ id }) => seen.push(id));
    expect(seen).toEqual([1, 2, 3]);
  });

  /** What a person who has the file may do to it. */
  function tamper(statement: string): readonly string[] {
    const hub = testHub({ ann: 100, bob: 1 });
    hub.must(pay('s1', 'bob', 1));
    hub.db.run('PRAGMA foreign_keys = OFF');
    hub.db.run('PRAGMA ignore_check_constraints = ON');
    for (const trigger of ['unchanged', 'undeleted', 'unreplaced']) {
      hub.db.run(`DROP TRIGGER ledger_${trigger}`);
    }
    hub.db.run(statement);
    return faults(hub);
  }
  test.each([
    [
      "UPDATE funds SET balance = balance + 1 WHERE owner = 'nann'",
      ['the balance of nann is 100, its entries add up to 99'],
    ],
    ["DELETE FROM funds WHERE owner = 'nbob'", ['nbob has no balance, its entries add up to 2']],
    [
      "INSERT INTO funds VALUES ('neve', 'eve', 5)",
      ['the balance of neve is 5, its entries add up to nothing'],
    ],
    [
      'DELETE FROM ledger WHERE id = 3',
      [
        'entries are missing after 2',
        'the balance of nann is 99, its entries add up to 100',
        'the balance of nbob is 2, its entries add up to 1',
      ],
    ],
    [
      'DELETE FROM ledger WHERE id = 1',
      [
        'entries are missing before 2',
        'entry 3 moves money of somebody whose balance was never set',
        'entry 3 leaves nann with -1',
        'the balance of nann is 99, its entries add up to -1',
      ],
    ],
    [
      'UPDATE ledger SET before = 7 WHERE id = 1',
      ['entry 1 says that nann had 7, the entries before say nothing'],
    ],
    [
      'UPDATE ledger SET amount = 9007199254740991 WHERE id = 2',
      [
        'entry 3 leaves nbob with 9007199254740992',
        'the balance of nbob is 2, its entries add up to 9007199254740992',
      ],
    ],
  ])('after %s', (statement, found) => {
    expect(tamper(statement)).toEqual(found);
  });
});

// Random money: commands against a model, and thousands of transfers at once over many connections.

import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { market } from '../../../src/protocol/market/index';
import { auditLedger, type Funds, type LedgerEntry } from '../../../src/server/hub/audit';
import { named, sessionOf, TestHub } from '../../support/journal';
import { scratchFolder } from '../../support/scratch';
import { startServer } from '../../support/server';
import { connectTcp, type TcpPeer } from '../../support/tcp';

const most = Number.MAX_SAFE_INTEGER;

const amounts = fc.oneof(
  fc.integer({ min: 1, max: 50 }),
  fc.constantFrom(0, -1, 0.5, 2 ** 53, most, most - 1, NaN, Infinity),
  fc.maxSafeNat(),
);
const who = fc.integer({ min: 0, max: 3 });
const commands = fc.array(
  fc.oneof(
    { weight: 1, arbitrary: fc.record({ do: fc.constant('set' as const), who, amount: amounts }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('return' as const), who }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('pay' as const), who, to: who, amount: amounts }),
    },
  ),
  { minLength: 1, maxLength: 60 },
);

test('whatever is asked, the balances are those of a model that counts without bounds', () => {
  fc.assert(
    fc.property(commands, (steps) => {
      const hub = new TestHub();
      const model = new Map<string, bigint>();
      let life = 0;
      const sessions = [0, 1, 2, 3].map((index) => enter(hub, index, life++));
      for (const step of steps) {
        const session = sessionOf(sessions[step.who] ?? '');
        const name = `u${step.who}`;
        const before = model.get(name);
        if (step.do === 'return') {
          hub.must({ do: 'leave', session });
          sessions[step.who] = enter(hub, step.who, life++);
        } else if (step.do === 'set') {
          const isMoney = Number.isSafeInteger(step.amount) && step.amount >= 0;
          const outcome = hub.ask({ do: 'balance-set', session, amount: step.amount });
          expect(outcome.ok).toBe(isMoney);
          if (isMoney) model.set(name, BigInt(step.amount));
        } else {
          const { amount } = step;
          const to = `u${step.to}`;
          const received = model.get(to);
          const isMoney = Number.isSafeInteger(amount) && amount > 0;
          const isDone =
            isMoney &&
            to !== name &&
            before !== undefined &&
            received !== undefined &&
            before >= BigInt(amount) &&
            received + BigInt(amount) <= BigInt(most);
          const outcome = hub.ask({ do: 'transfer', session, to: named(to), amount });
          expect(outcome.ok).toBe(isDone);
          if (isDone) {
            model.set(name, before - BigInt(amount));
            model.set(to, received + BigInt(amount));
          }
        }
        const { funds, sum, faults } = auditLedger(hub.db);
        expect(faults).toEqual([]);
        expect(new Map(funds.map((each) => [each.name, BigInt(each.balance)]))).toEqual(model);
        expect(sum).toBe([...model.values()].reduce((total, each) => total + each, 0n));
      }
      hub.db.close();
    }),
    { numRuns: 60 },
  );
});

function enter(hub: TestHub, index: number, life: number): string {
  const session = `s${life}`;
  hub.enter(session, `u${index}`, 'market');
  return session;
}

/** Reads what is committed, again and again, each entry once, and checks everything each time. */
class Watch {
  readonly #db: Database;
  readonly #balances = new Map<string, number>();
  #last = 0;
  /** What was set, less what that replaced: what all balances must add up to. */
  #sum = 0;
  checks = 0;
  transfers = 0;

  constructor(path: string) {
    this.#db = new Database(path, { readonly: true });
  }

  check(): void {
    this.#db.transaction(() => {
      const entries = this.#db
        .query<LedgerEntry, [number]>('SELECT * FROM ledger WHERE id > ? ORDER BY id')
        .all(this.#last);
      for (const entry of entries) this.#apply(entry);
      const funds = this.#db.query<Funds, []>('SELECT * FROM funds').all();
      for (const { balance } of funds) expect(balance).toBeGreaterThanOrEqual(0);
      expect(new Map(funds.map(({ owner, balance }) => [owner, balance]))).toEqual(this.#balances);
      expect(funds.reduce((sum, { balance }) => sum + balance, 0)).toBe(this.#sum);
      this.checks++;
    })();
  }

  #apply({ id, payer, payee, amount, before }: LedgerEntry): void {
    expect(id).toBe(this.#last + 1);
    this.#last = id;
    const had = this.#balances.get(payee);
    if (payer === null) {
      expect(before).toBe(had ?? null);
      this.#sum += amount - (before ?? 0);
      this.#balances.set(payee, amount);
      return;
    }
    this.transfers++;
    const rest = (this.#balances.get(payer) ?? -1) - amount;
    expect(rest).toBeGreaterThanOrEqual(0);
    this.#balances.set(payer, rest);
    this.#balances.set(payee, (had ?? 0) + amount);
  }

  close(): void {
    this.#db.close();
  }
}

const clients = 40;
const perClient = 120;

/** What a client is told without having asked. */
const notice = /(?: connected!| dollars to you\.)\n$/;

/** Sends a client's transfers in random pieces; gives the number of those that were acknowledged. */
async function paying(peer: TcpPeer, random: () => number, watch: Watch): Promise<number> {
  const lines = Array.from({ length: perClient }, () => {
    const to = Math.floor(random() * (clients + 1));
    const amount = Math.floor(random() * (random() < 0.1 ? 1e6 : 60));
    return `:t - <u${to}> - ${amount}\n`;
  });
  let done = 0;
  const reading = (async () => {
    for (let answers = 0; answers < perClient;) {
      const line = await peer.readTo('\n');
      if (notice.test(line)) continue;
      answers++;
      if (line.startsWith('[SERVER] Client: You transferred ')) done++;
      watch.check();
    }
  })();
  const stream = Buffer.from(lines.join(''));
  for (let at = 0; at < stream.length;) {
    const end = Math.min(stream.length, at + 1 + Math.floor(random() * 400));
    await peer.send(stream.subarray(at, end));
    at = end;
    if (random() < 0.3) await new Promise((next) => setImmediate(next));
  }
  await reading;
  return done;
}

/** The same numbers for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

test('thousands of transfers at once over many connections, checked at every answer', async () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = randomFrom(seed);
  const folder = await scratchFolder();
  await using server = await startServer([market], { folder });
  const peers = await Promise.all(
    Array.from({ length: clients }, async (_, index) => {
      const peer = await connectTcp(server.port('market'));
      await peer.send(`u${index}\n1000\n`);
      return peer;
    }),
  );
  await server.console.until(({ lines }) => lines.length === clients);
  for (const peer of peers) await peer.readTo('has been set to your account.\n');
  const watch = new Watch(`${folder}/chat.db`);
  try {
    const results = await Promise.all(peers.map((peer) => paying(peer, random, watch)));
    watch.check();
    const done = results.reduce((sum, each) => sum + each, 0);
    expect(watch.transfers).toBe(done);
    expect(done).toBeGreaterThan(1000);
    expect(watch.checks).toBeGreaterThan(clients * perClient);
  } catch (error) {
    throw new Error(`with seed ${seed}`, { cause: error });
  } finally {
    watch.close();
    await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
  }
}, 60_000);

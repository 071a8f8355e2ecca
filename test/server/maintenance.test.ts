// Maintenance of the database: in slices, and what was erased is given back to the disk.

import { Database } from 'bun:sqlite';
import { expect, test } from 'bun:test';
import { statSync } from 'node:fs';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { migrations } from '../../src/server/hub/schema';
import { applyMigration, openStore } from '../../src/server/hub/store';
import { Maintenance } from '../../src/server/maintenance';
import { HandClock } from '../support/hand_clock';
import { named, sessionOf, TestHub } from '../support/journal';
import { scratchFolder } from '../support/scratch';

const count = (hub: TestHub, table: string): number =>
  hub.db.query<{ n: number }, []>(`SELECT count(*) AS n FROM ${table}`).get()?.n ?? 0;
const freePages = (hub: TestHub): number =>
  hub.db.query<{ freelist_count: number }, []>('PRAGMA freelist_count').get()?.freelist_count ?? 0;
const incremental = { auto_vacuum: 2 };

/** Maintains a hub; `slice` lets one slice of each kind pass. */
function maintained(hub: TestHub) {
  const clock = new HandClock(hub.now);
  const maintenance = new Maintenance(hub.db, {
    clock,
    attachmentMs: limits.files.attachmentMs,
    submit: (command, done) => hub.timed.submit(hub.journal, command, done),
    provedNow: () => hub.journal.provedNow(),
    warn: () => {},
  });
  hub.turn();
  return {
    clock,
    maintenance,
    slice: () => {
      clock.pass(limits.server.maintenanceRestMs);
      hub.turn();
    },
  };
}

const { sliceMs, sliceItemsFirst: first, sliceItemsMost: most } = limits.server;

/** A hub with so many outcomes that are too old, where removing one takes so long, in ms; what each slice removed. */
function withOutcomes(old: number, msEach: number) {
  const removed: number[] = [];
  const hub = new TestHub(':memory:', (apply) => (command, context) => {
    if (command.do !== 'outcomes-expire') return apply(command, context);
    const before = count(hub, 'account_outcome');
    const outcome = apply(command, context);
    removed.push(before - count(hub, 'account_outcome'));
    hub.now += Math.ceil((removed.at(-1) ?? 0) * msEach);
    return outcome;
  });
  hub.register('alice');
  const add = (key: string, at: number) =>
    hub.db.run('INSERT INTO account_outcome VALUES (1, ?, ?, ?, 0)', [key, at, '{}']);
  hub.db.run('BEGIN');
  for (let n = 0; n < old; n++) add(`old ${n}`, hub.now - limits.journal.outcomeMs - 1);
  add('young', hub.now - limits.journal.outcomeMs);
  hub.db.run('COMMIT');
  return { hub, removed };
}

test('outcomes that are too old go a few at a time, more where that is quick, and those that are not stay', () => {
  const { hub, removed } = withOutcomes(1000, 0);
  const { slice } = maintained(hub);
  for (let slices = 0; slices < 10; slices++) slice();
  expect(removed).toEqual([first, 2 * first, 4 * first, 8 * first, most, most, 248]);
  expect(count(hub, 'account_outcome')).toBe(1);
});

test.each([0.05, 0.25, 1.9, 100])('no slice takes longer than its time: %d ms a row', (msEach) => {
  const { hub, removed } = withOutcomes(200, msEach);
  const { slice } = maintained(hub);
  for (let slices = 0; slices < 50; slices++) slice();
  // What the first one takes, nobody could know.
  for (const size of removed.slice(1)) expect(size === 1 || size * msEach <= sliceMs).toBe(true);
  expect(removed.length).toBeGreaterThan(2);
});

test('nothing goes on after its end', () => {
  const { hub } = withOutcomes(10 * first, 0);
  const { maintenance, slice } = maintained(hub);
  maintenance.stop();
  slice();
  slice();
  expect(count(hub, 'account_outcome')).toBe(9 * first + 1);
});

test('a mailbox that was emptied is given back to the disk', async () => {
  const path = join(await scratchFolder(), 'chat.db');
  const hub = new TestHub(path);
  hub.register('alice');
  hub.register('bob');
  expect(hub.db.query<unknown, []>('PRAGMA auto_vacuum').get()).toEqual(incremental);
  for (let n = 0; n < 200; n++) {
    hub.must({
      do: 'direct',
      from: { account: named('alice') },
      to: named('bob'),
      text: 'x'.repeat(limits.hub.textBytes),
      origin: 'test',
    });
  }
  hub.must({ do: 'unregister', account: named('bob'), host: '10.0.0.1' });
  const size = (): number => {
    hub.db.run('PRAGMA wal_checkpoint(TRUNCATE)');
    return statSync(path).size;
  };
  const before = size();
  const { slice } = maintained(hub);
  for (let last = Infinity; freePages(hub) < last;) {
    last = freePages(hub);
    slice();
    expect(last - freePages(hub)).toBeLessThanOrEqual(limits.server.sliceItemsMost);
  }
  expect(freePages(hub)).toBe(limits.server.freePages);
  expect(size()).toBeLessThan(before / 2);
});

test('what waited for a guest who has gone is given back to the system soon', () => {
  const hub = new TestHub();
  hub.register('alice');
  hub.enter('s1', 'bob');
  for (let n = 0; n < 200; n++) {
    hub.must({
      do: 'direct',
      from: { account: named('alice') },
      to: named('bob'),
      text: 'x'.repeat(limits.hub.textBytes),
      origin: 'test',
    });
  }
  const pages = (pragma: string): number =>
    Object.values(
      hub.db.query<Record<string, number>, []>(`PRAGMA live.${pragma}`).get() ?? {},
    )[0] ?? 0;
  const before = pages('page_count');
  const { clock, slice } = maintained(hub);
  hub.must({ do: 'leave', session: sessionOf('s1') });
  clock.pass(limits.server.memoryMs);
  hub.turn();
  for (let last = Infinity; pages('freelist_count') < last;) {
    last = pages('freelist_count');
    slice();
    expect(last - pages('freelist_count')).toBeLessThanOrEqual(limits.server.sliceItemsMost);
  }
  expect(pages('freelist_count')).toBe(limits.server.freePages);
  expect(pages('page_count')).toBeLessThan(before / 2);
});

test('a database of an earlier version can shrink, too', async () => {
  const path = join(await scratchFolder(), 'chat.db');
  const old = new Database(path, { create: true });
  old.run('PRAGMA journal_mode = WAL');
  for (const migration of migrations) applyMigration(old, migration, () => {});
  old.run(`PRAGMA user_version = ${migrations.length}`);
  old.run('UPDATE log SET position = 7');
  old.close();
  const db = openStore(path);
  expect(db.query<unknown, []>('PRAGMA auto_vacuum').get()).toEqual(incremental);
  expect(db.query<unknown, []>('SELECT position FROM log').get()).toEqual({ position: 7 });
  expect(statSync(`${path}-wal`).size).toBe(0);
  db.close();
});

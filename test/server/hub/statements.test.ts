// Statements are planned once: no value that is bound decides a plan.

import { expect, test } from 'bun:test';

import { openHub } from '../../../src/server/hub/hub';
import { readPending } from '../../../src/server/hub/state/pending_reader';
import { openStore, type Store } from '../../../src/server/hub/store';

/** The statements that a hub prepares. */
function prepared(): string[] {
  const db = openStore(':memory:');
  const statements = new Set<string>();
  const prepare = db.prepare.bind(db) as (sql: string) => object;
  const noting = (sql: string): object => {
    statements.add(sql.replaceAll(/\s+/g, ' '));
    return prepare(sql);
  };
  const noted: Store = Object.assign(db, { prepare: noting });
  openHub(noted, { reservedRooms: [] });
  readPending(noted);
  db.close();
  return [...statements];
}

test('what sorts, joins or has a bound limit binds by +?', () => {
  const planned = prepared().filter((sql) => /ORDER BY|GROUP BY|\bJOIN\b|LIMIT \+?\?/.test(sql));
  expect(planned.length).toBeGreaterThan(10);
  expect(planned.filter((sql) => /(?<!\+)\?/.test(sql))).toEqual([]);
});

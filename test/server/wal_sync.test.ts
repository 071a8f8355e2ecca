// How commits are synced, by how fast the disk is; whatever changes that, each commit finds the database free.

import { afterAll, expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { WalSync } from '../../src/server/durability/wal_sync';
import { openStore } from '../../src/server/hub/store';
import { scratchFolder } from '../support/scratch';

const pages = limits.hub.checkpointPages;
const bounds = limits.hub as { checkpointPages: number };
afterAll(() => {
  bounds.checkpointPages = pages;
});

test('goes from one way to the other and back under load, with checkpoints between', async () => {
  bounds.checkpointPages = 50;
  const path = `${await scratchFolder()}/chat.db`;
  const db = openStore(path);
  let now = 0;
  let stepMs = 0.1;
  const durability = new WalSync(db, path, {
    // The test says how long everything takes.
    monotonicNow: () => (now += stepMs),
    fatal: (error) => {
      throw error;
    },
  });
  const steps: string[] = [];
  durability.guard({ pause: () => steps.push('pause'), resume: () => steps.push('resume') });
  expect(durability.isPipelined).toBe(false);
  db.run('CREATE TABLE load (bytes BLOB)');
  const write = db.prepare('INSERT INTO load VALUES (randomblob(20000))');

  const isPaused = (): boolean => steps.at(-1) === 'pause';
  /** As the journal does: one commit, and one sync where COMMIT has not. */
  const commit = async (): Promise<void> => {
    while (isPaused()) await Bun.sleep(0);
    write.run();
    const needsSync = durability.isPipelined;
    durability.committed(stepMs);
    if (needsSync) await new Promise<void>((done) => durability.sync(done));
  };
  const until = async (isPipelined: boolean): Promise<void> => {
    while (durability.isPipelined !== isPipelined) {
      now += limits.durability.proofLeastMs;
      await commit();
    }
  };
  for (let round = 0; round < 4; round++) {
    stepMs = 2;
    await until(true);
    const { length } = steps;
    while (steps.length < length + 2) await commit();
    stepMs = 0.1;
    await until(false);
    for (let count = 0; count < 20; count++) await commit();
  }
  expect(steps.join(' ')).toMatch(/^(pause resume ?)+$/);
  await durability.close();
  expect(db.query('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
  db.close();
  durability.release();
});

// A disk that takes nothing more: what asks for the server's health and what reads its console learn it, and its end.

import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import { web } from '../../src/protocol/web/index';
import { databaseIn } from '../../src/server/folder';
import { ask, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { HandClock } from '../support/hand_clock';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';

let stop = async (): Promise<void> => {};
afterEach(() => stop());

interface Stage {
  readonly server: TestServer;
  readonly clock: HandClock;
  readonly disk: { free: number; size: number };
  readonly folder: string;
  readonly health: () => Promise<unknown>;
  readonly send: () => Promise<string>;
}

async function started(): Promise<Stage> {
  const folder = await scratchFolder();
  const clock = new HandClock();
  const disk = { free: 1e12, size: 2e12 };
  const bounds = { clock, disk: () => disk };
  const server = await startServer([mailbox, web], { folder, bounds });
  stop = () => server.stop();
  const port = server.port('mailbox');
  for (const alias of ['alice', 'bob']) await register(port, alias);
  return {
    server,
    clock,
    disk,
    folder,
    health: async () => {
      // The proof that was made last is old now.
      clock.pass(limits.web.healthMs);
      const answer = await fetch(`http://127.0.0.1:${server.port('web')}/api/health`);
      return { status: answer.status, body: (await answer.json()) as unknown };
    },
    send: () => ask(port, nul('SEND', 'alice', 'bob', 'hi')),
  };
}

const well = { status: 200, body: { status: 'ok' } };
const ill = { status: 503, body: { why: 'storage' } };
const isTrouble = (line: string): boolean => line.includes('cannot be written');
const troubles = ({ server }: Stage): number => server.console.warnings.filter(isTrouble).length;
const again = 'the database can be written again';

describe('health', () => {
  test('proves a commit; the console says once a minute that there is none, and when there is again', async () => {
    const stage = await started();
    const { server, clock, folder, health, send } = stage;
    expect(await health()).toEqual(well);
    // As a backup or an administrator's shell does: nothing can be committed meanwhile.
    const other = new Database(databaseIn(folder));
    other.run('BEGIN IMMEDIATE');
    expect(await health()).toEqual(ill);
    expect(await send()).toBe('\x02');
    expect(await health()).toEqual(ill);
    expect(troubles(stage)).toBe(1);
    expect(server.console.warnings.find(isTrouble)).toContain('database is locked');
    for (const times of [2, 3]) {
      clock.pass(limits.journal.storageWarnMs);
      await server.console.until(() => troubles(stage) === times);
    }
    other.run('ROLLBACK');
    other.close();
    expect(await health()).toEqual(well);
    expect(server.console.warnings.at(-1)).toBe(again);
    clock.pass(limits.journal.storageWarnMs);
    expect(await send()).toBe('\x001\0');
    expect(troubles(stage)).toBe(3);
  });

  test('is not good while too little of the disk is free; messages are refused before it is full', async () => {
    const stage = await started();
    const { server, disk, health, send } = stage;
    disk.free = limits.hub.diskFreeBytes - 1;
    expect(await health()).toEqual(ill);
    expect(await send()).toBe('\x02');
    expect(server.console.warnings.find(isTrouble)).toContain('too little of the disk is free');
    disk.free += 1;
    expect(await health()).toEqual(well);
    expect(server.console.warnings.at(-1)).toBe(again);
    expect(await send()).toBe('\x001\0');
  });

  test('on a small disk a share is left free', async () => {
    const { disk, health } = await started();
    disk.size = 1e6;
    disk.free = 1e6 * limits.hub.diskFreeShare;
    expect(await health()).toEqual(well);
    disk.free -= 1;
    expect(await health()).toEqual(ill);
  });

  test('many who ask together cost one commit', async () => {
    const { server, clock, folder } = await started();
    const db = new Database(databaseIn(folder), { readonly: true });
    const position = () => db.query('SELECT position FROM log').get() as { position: number };
    const before = position().position;
    clock.pass(limits.web.healthMs);
    const url = `http://127.0.0.1:${server.port('web')}/api/health`;
    const answers = await Promise.all(Array.from({ length: 50 }, () => fetch(url)));
    expect(answers.every(({ ok }) => ok)).toBe(true);
    // The server's own commands count, too.
    expect(position().position).toBeLessThan(before + 10);
    db.close();
  });
});

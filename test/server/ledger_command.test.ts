// `chat ledger`: what it prints, for people and for programs, and how it ends.

import { Database } from 'bun:sqlite';
import { describe, expect, test } from 'bun:test';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { migrations } from '../../src/server/hub/schema';
import { ledger } from '../../src/server/ledger';
import { type CommandResult, run as runCommand } from '../support/command';
import { named, sessionOf, TestHub } from '../support/journal';
import { scratchFolder } from '../support/scratch';

const run = (...args: string[]): Promise<CommandResult> => runCommand(ledger, args);

/** A data folder in which ann had 100 dollars, paid bob 30, left, and came back with 7. */
async function folderWithMoney(): Promise<string> {
  const folder = await scratchFolder();
  const hub = new TestHub(join(folder, 'chat.db'));
  const set = (session: string, amount: number): void =>
    hub.must({ do: 'balance-set', session: sessionOf(session), amount });
  hub.enter('s1', 'ann', 'market');
  set('s1', 100);
  hub.enter('s2', 'bob', 'market');
  set('s2', 0);
  hub.must({ do: 'transfer', session: sessionOf('s1'), to: named('bob'), amount: 30 });
  hub.must({ do: 'leave', session: sessionOf('s1') });
  hub.enter('s3', 'ann', 'market');
  set('s3', 7);
  hub.journal.close();
  hub.db.close();
  return folder;
}

test('for people: entries and balances as data, the verdict beside it', async () => {
  expect(await run('--data', await folderWithMoney())).toEqual({
    status: 0,
    out: [
      '1  2023-11-14T22:13:20Z  <ann> set to 100',
      '2  2023-11-14T22:13:20Z  <bob> set to 0',
      '3  2023-11-14T22:13:20Z  <ann> transferred 30 to <bob>',
      '4  2023-11-14T22:13:20Z  <ann> set to 7 (was 70)',
      '<ann> has 7',
      '<bob> has 30',
      '',
    ].join('\n'),
    err: '4 entries, 2 balances, 37 dollars in all: they add up\n',
  });
});

test('for programs: one object a line', async () => {
  const { status, out, err } = await run('--data', await folderWithMoney(), '--json');
  const at = '2023-11-14T22:13:20Z';
  expect({ status, err }).toEqual({ status: 0, err: '' });
  expect(
    out
      .trimEnd()
      .split('\n')
      .map((line): unknown => JSON.parse(line)),
  ).toEqual([
    { type: 'entry', id: 1, at, kind: 'set', name: 'ann', amount: 100, before: null },
    { type: 'entry', id: 2, at, kind: 'set', name: 'bob', amount: 0, before: null },
    { type: 'entry', id: 3, at, kind: 'transfer', from: 'ann', to: 'bob', amount: 30 },
    { type: 'entry', id: 4, at, kind: 'set', name: 'ann', amount: 7, before: 70 },
    { type: 'balance', owner: 'nann', name: 'ann', balance: 7 },
    { type: 'balance', owner: 'nbob', name: 'bob', balance: 30 },
    { type: 'result', entries: 4, balances: 2, sum: '37', ok: true, faults: [] },
  ]);
});

test('exit 1 if they do not add up, and why', async () => {
  const folder = await folderWithMoney();
  const db = new Database(join(folder, 'chat.db'));
  db.run("UPDATE funds SET balance = 1000 WHERE owner = 'nbob'");
  db.close();
  const people = await run('--data', folder);
  expect(people.status).toBe(1);
  expect(people.err).toBe(
    'the balance of nbob is 1000, its entries add up to 30\n' +
      '4 entries, 2 balances, 1007 dollars in all: they do not add up\n',
  );
  const program = await run('--data', folder, '--json');
  expect(program.status).toBe(1);
  expect(JSON.parse(program.out.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
    ok: false,
    faults: ['the balance of nbob is 1000, its entries add up to 30'],
  });
});

test('a server that works on meanwhile is not disturbed', async () => {
  const folder = await scratchFolder();
  const hub = new TestHub(join(folder, 'chat.db'));
  hub.enter('s1', 'ann', 'market');
  for (const amount of [1, 2, 3]) {
    hub.must({ do: 'balance-set', session: sessionOf('s1'), amount });
    expect(await run('--data', folder)).toMatchObject({
      status: 0,
      err: `${amount === 1 ? '1 entry' : `${amount} entries`}, 1 balance, ${amount} dollars in all: they add up\n`,
    });
  }
});

test('thousands of entries', async () => {
  const folder = await scratchFolder();
  const hub = new TestHub(join(folder, 'chat.db'));
  hub.enter('s1', 'ann', 'market');
  for (let amount = 0; amount < 2500; amount++) {
    hub.journal.submit({ do: 'balance-set', session: sessionOf('s1'), amount }, () => {});
  }
  hub.journal.close();
  const { status, out } = await run('--data', folder);
  expect(status).toBe(0);
  expect(out.trimEnd().split('\n')).toHaveLength(2501);
});

describe('what cannot be read', () => {
  test('no database', async () => {
    const folder = await scratchFolder();
    expect(await run('--data', folder)).toEqual({
      status: 65,
      out: '',
      err: `chat: ${folder}/chat.db cannot be opened\n  name its folder with --data\n`,
    });
  });

  test('no database at all, whatever its name says', async () => {
    const folder = await scratchFolder();
    writeFileSync(join(folder, 'chat.db'), 'x'.repeat(5000));
    expect(await run('--data', folder)).toMatchObject({ status: 65, out: '' });
  });

  test('a folder in its place', async () => {
    const folder = await scratchFolder();
    mkdirSync(join(folder, 'chat.db'));
    expect(await run('--data', folder)).toMatchObject({ status: 65, out: '' });
  });

  test.each([0, 1, migrations.length + 1])('a database of version %d', async (version) => {
    const folder = await folderWithMoney();
    const db = new Database(join(folder, 'chat.db'));
    db.run(`PRAGMA user_version = ${version}`);
    db.close();
    const { status, out, err } = await run('--data', folder);
    expect({ status, out }).toEqual({ status: 65, out: '' });
    expect(err).toContain(
      `is of version ${version}, this program reads version ${migrations.length}`,
    );
  });

  test('a surplus argument', async () => {
    expect(await run('folder')).toMatchObject({ status: 64, out: '' });
  });
});

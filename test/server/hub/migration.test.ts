// A database that an earlier version of the program left: what it holds is found again under the new names.

import { Database } from 'bun:sqlite';
import { afterAll, expect, test } from 'bun:test';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { channels } from '../../../src/protocol/channels/index';
import { databaseIn } from '../../../src/server/folder';
import { migrations } from '../../../src/server/hub/schema';
import { applyMigration, openStore } from '../../../src/server/hub/store';
import { named, roomNamed, sessionOf, TestHub } from '../../support/journal';
import { startServer } from '../../support/server';

const folder = mkdtempSync(join(tmpdir(), 'chat-migration-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A file as the first `version` migrations made it, with what `statements` put there. */
function oldDatabase(version: number, statements: readonly string[]): string {
  const path = join(folder, `${++files}.db`);
  const db = new Database(path, { create: true, strict: true });
  db.run('PRAGMA journal_mode = WAL');
  for (const migration of migrations.slice(0, version)) applyMigration(db, migration, () => {});
  for (const statement of statements) db.run(statement);
  db.run(`PRAGMA user_version = ${version}`);
  db.close();
  return path;
}

const account = (name: string, token: string | null, doorsOpen: number): string =>
  `INSERT INTO account (key, name, full_name, born, host, registered_at, token_hash, doors_open)
   VALUES ('${name}', '${name}', '${name}', '01/01/2000', 'h', 1, ${token === null ? 'NULL' : `'${token}'`}, ${doorsOpen})`;

const version3 = () =>
  oldDatabase(3, [
    account('alice', 'right', 0),
    account('bob', 'right', 1),
    account('carol', null, 0),
    `INSERT INTO closed_room VALUES ('family', 'a1', 1)`,
    `INSERT INTO closed_member VALUES ('family', 'a1', 'alice', 1), ('family', 'a2', 'bob', 2)`,
    `INSERT INTO invitation VALUES ('family', 'a3', 'alice', 'test', 3)`,
    ...['carol once at the page', 'alice once over HTTP right', 'register alice right'].map(
      (key, index) =>
        `INSERT INTO outcome VALUES ('${key}', 1700000000000, '{"ok":true,"value":{"id":${index},"serial":8,"waiting":true}}')`,
    ),
    `INSERT INTO address (account, host, port, dialect, machine, at) VALUES
       (2, 'h', 4000, 'test', 'm1', 1), (3, 'h', 4001, 'test', 'm1', 1)`,
    `INSERT INTO funds VALUES ('a1', 'alice', 5)`,
    `INSERT INTO ledger (at, payee, payee_name, amount) VALUES (1, 'a1', 'alice', 5)`,
    `UPDATE log SET position = 40, at = 1700000000000`,
  ]);

test('version 3: groups, tokens, remembered outcomes and money are as they were', () => {
  const hub = new TestHub(version3());
  const login = (session: string, name: string): void =>
    hub.must({
      do: 'login',
      session: sessionOf(session),
      ...hub.proof(name, 'right'),
      dialect: 'test',
      machine: 'm1',
      address: { host: 'h', port: 1 },
    });
  login('s1', 'alice');
  login('s2', 'bob');
  expect(hub.ask({ do: 'group-list', session: sessionOf('s1') })).toEqual({
    ok: true,
    value: {
      groups: [
        { name: roomNamed('family'), creates: true, members: [named('alice'), named('bob')] },
      ],
    },
  });
  const invitations = hub.db.query('SELECT group_name, recipient FROM group_invitation').all();
  expect(invitations).toEqual([{ group_name: 'family', recipient: 'a3' }]);

  const isRequired = (session: string) =>
    hub.ask({ do: 'credential-required', session: sessionOf(session) });
  expect(isRequired('s1')).toEqual({ ok: true, value: { required: true } });
  expect(isRequired('s2')).toEqual({ ok: true, value: { required: false } });

  const direct = (from: string) =>
    ({
      do: 'direct',
      from: { account: named(from) },
      to: named('alice'),
      text: 'hi',
      origin: 'test',
    }) as const;
  expect(hub.ask(direct('alice'))).toEqual({ ok: false, why: 'not-allowed' });
  expect(hub.ask(direct('carol'))).toMatchObject({ ok: true, value: { id: 1, waiting: false } });
  const repeat = { ok: true, value: { serial: 8 } } as const;
  expect(hub.ask(direct('carol'), 'once at the page')).toMatchObject(repeat);
  const own = { ...direct('alice'), from: hub.proof('alice', 'right') };
  expect(hub.ask(own, 'once over HTTP')).toMatchObject(repeat);
  // Bob has a token, so the account is called no more.
  const addresses = hub.db.query('SELECT account, port FROM address').all();
  expect(addresses).toEqual([{ account: 3, port: 4001 }]);
  expect(hub.ask({ do: 'funds', session: sessionOf('s1') })).toEqual({
    ok: true,
    value: { balance: 5 },
  });
});

test('version 3: a group still goes with its last member, and its invitations with it', () => {
  const hub = new TestHub(version3());
  for (const name of ['alice', 'bob']) {
    hub.must({ do: 'unregister', ...hub.proof(name, 'right'), host: 'h' });
  }
  expect(hub.db.query('SELECT * FROM chat_group').all()).toEqual([]);
  expect(hub.db.query('SELECT * FROM group_invitation').all()).toEqual([]);
});

test('an account made today requires its key, as before', () => {
  const hub = new TestHub(oldDatabase(1, []));
  hub.registerWith('dave');
  const row = hub.db.query('SELECT credential_required FROM account').get();
  expect(row).toEqual({ credential_required: 1 });
});

const user = (name: string, key = name): string =>
  `INSERT INTO account (key, name, full_name, born, host, registered_at, token_hash)
   VALUES ('${key}', '${name}', 'x', '01/01/2000', '10.0.0.9', 1, NULL)`;

test('version 8: every account is reachable, and what collides is told', () => {
  const path = oldDatabase(8, [
    user('Ann'),
    user('ann'),
    user('bob'),
    user('b\u043eb'),
    user('bob\u3164'),
    user('BOB\ufe0f'),
    user('\ue000'),
    user('a:b', 'ab'),
    `INSERT INTO chat_group (name, creator, at) VALUES ('tea', 'a3', 1), ('tea\u034f', 'a5', 2)`,
    `INSERT INTO group_member (group_name, recipient, name, at) VALUES
       ('tea', 'a3', 'bob', 1), ('tea\u034f', 'a5', 'bob\u3164', 2)`,
    `INSERT INTO group_invitation VALUES ('tea\u034f', 'a1', 'bob\u3164', 'test', 3)`,
    `INSERT INTO file (serial, recipient, from_key, id, hash, size, name, at) VALUES
       (1, 'a1', 'bob\u3164', 7, 'h', 5, 'f', 1), (2, 'a1', 'Ann', 7, 'h', 5, 'f', 1)`,
    `INSERT INTO funds VALUES ('nGuest', 'Guest', 5)`,
    `UPDATE log SET position = 40, at = 1700000000000`,
  ]);
  const said: string[] = [];
  openStore(path, (line) => said.push(line)).close();
  expect(said).toEqual([
    'the accounts Ann and ann are one name now; each has its own spelling',
    'the accounts bob and b\u043eb look alike',
    'not all of the name of the account bob\u3164 can be seen; it is bob~2 now',
    'not all of the name of the account BOB\ufe0f can be seen; it is BOB~3 now',
    'not all of the name of the account \ue000 can be seen; it is user now',
    'not all of the name of the group tea\u034f can be seen; it is tea~2 now',
  ]);

  const hub = new TestHub(path);
  const idOf = (name: string): number | undefined => {
    const sent = hub.ask({
      do: 'direct',
      from: { account: named('Ann') },
      to: named(name),
      text: name,
      origin: 'test',
    });
    const row = hub.db
      .query<{ recipient: number }, []>('SELECT recipient FROM message ORDER BY serial DESC')
      .get();
    return sent.ok ? row?.recipient : undefined;
  };
  const found = {
    Ann: 1,
    ann: 2,
    ANN: 1,
    bob: 3,
    Bob: 3,
    'b\u043eb': 4,
    'bob~2': 5,
    'BOB~3': 6,
    user: 7,
    'a:b': 8,
    ab: 8,
    AB: 8,
  };
  for (const [name, id] of Object.entries(found)) expect([name, idOf(name)]).toEqual([name, id]);
  // Nobody takes a name that looks like one of before.
  const taken = hub.ask({
    do: 'register',
    name: named('B\u043eb'),
    fullName: 'x',
    born: '01/01/2000',
    host: 'h',
  });
  expect(taken).toEqual({ ok: false, why: 'name-taken' });
  expect(
    hub.db.query('SELECT group_name, recipient, name FROM group_member ORDER BY recipient').all(),
  ).toEqual([
    { group_name: 'tea', recipient: 'a3', name: 'bob' },
    { group_name: 'tea~2', recipient: 'a5', name: 'bob~2' },
  ]);
  expect(hub.db.query('SELECT group_name FROM group_invitation').all()).toEqual([
    { group_name: 'tea~2' },
  ]);
  expect(hub.db.query('SELECT from_key, from_name FROM file ORDER BY serial').all()).toEqual([
    { from_key: 'bob~2', from_name: 'bob~2' },
    { from_key: 'ann', from_name: 'Ann' },
  ]);
  hub.enter('s1', 'Guest');
  expect(hub.ask({ do: 'funds', session: sessionOf('s1') })).toEqual({
    ok: true,
    value: { balance: 5 },
  });
});

test('the start of a server tells its operator, with nothing that moves a cursor', async () => {
  const data = mkdtempSync(join(folder, 'data-'));
  renameSync(oldDatabase(8, [user('bob'), user('bob\u{e0041}')]), databaseIn(data));
  await using server = await startServer([channels], { folder: data });
  expect(server.console.warnings).toEqual([
    `${databaseIn(data)}: not all of the name of the account bob\\u{e0041} can be seen; it is bob~2 now`,
  ]);
});

test('version 13: no name looks like one that was there', () => {
  const ofAlice = `INSERT INTO account (key, name, full_name, born, host, registered_at)
    VALUES ('alice', 'Alice', 'x', '01/01/2000', 'h', 1)`;
  const hub = new TestHub(oldDatabase(13, [ofAlice]));
  const register = (name: string) =>
    hub.ask({ do: 'register', name: named(name), fullName: 'x', born: '01/01/2000', host: 'h' });
  expect(register('AIice')).toEqual({ ok: false, why: 'name-taken' });
  hub.must({ do: 'unregister', account: named('alice'), host: 'h' });
  expect(register('AIice')).toEqual({ ok: true, value: undefined });
});

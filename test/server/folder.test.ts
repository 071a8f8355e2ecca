// The data folder of the built server: only its own user may read it, and nothing is deleted that it has not made.

import { Database } from 'bun:sqlite';
import { afterEach, describe, expect, test } from 'bun:test';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { exit } from '../../src/cli/exit';
import { databaseIn } from '../../src/server/folder';
import { ask, attachment, register } from '../protocol/mailbox/person';
import { type Chat, runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';

const servers: Chat[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill('SIGKILL');
});

const args = (data: string): string[] => [
  'serve',
  '-p',
  '0',
  '--host',
  '127.0.0.1',
  '--data',
  data,
];

/** A server under the usual umask, by which everybody may read what it writes. */
async function serve(data: string): Promise<{ server: Chat; port: number }> {
  const within = ['bash', '-c', 'umask 022; exec "$@"', 'bash'];
  const server = await startChat(args(data), { within });
  servers.push(server);
  const [, port] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  return { server, port: Number(port) };
}

/** A folder with one attachment that waits, whose server has ended. */
async function withAttachment(signal: NodeJS.Signals = 'SIGTERM'): Promise<string> {
  const data = await scratchFolder();
  const { server, port } = await serve(data);
  for (const alias of ['alice', 'bob']) await register(port, alias);
  await ask(port, attachment('alice', 'bob', 'a', Buffer.from('hello')));
  await server.kill(signal);
  return data;
}

const filesOf = (data: string): string[] => readdirSync(join(data, 'files'));

/** What the start says where it refuses a folder. */
async function refused(data: string): Promise<string> {
  const { status, err } = await runChat(args(data));
  expect(status).toBe(exit.badData);
  return err;
}

describe('who may read it', () => {
  const rights = (path: string): string => (statSync(path).mode & 0o777).toString(8);

  test('nobody else, also in a folder that was there before', async () => {
    const data = await scratchFolder();
    chmodSync(data, 0o755);
    const { port } = await serve(data);
    for (const alias of ['alice', 'bob']) await register(port, alias);
    await ask(port, attachment('alice', 'bob', 'a', Buffer.from('hello')));
    for (const name of ['chat.db', 'chat.db-wal', 'chat.db-shm', 'lock']) {
      expect(rights(join(data, name))).toBe('600');
    }
    expect(rights(join(data, 'files'))).toBe('700');
    for (const name of filesOf(data)) expect(rights(join(data, 'files', name))).toBe('600');
  });

  test('nor what an earlier version left open', async () => {
    const data = await withAttachment('SIGKILL');
    const names = ['chat.db', 'chat.db-wal', 'chat.db-shm', 'lock'];
    for (const name of names) chmodSync(join(data, name), 0o644);
    await serve(data);
    for (const name of names) expect(rights(join(data, name))).toBe('600');
  });
});

describe('what it did not make', () => {
  test('is left alone beside attachments, and one line says so', async () => {
    const data = await withAttachment();
    const [hash] = filesOf(data);
    mkdirSync(join(data, 'files/photos'));
    writeFileSync(join(data, 'files/thesis.txt'), 'x');
    const { server } = await serve(data);
    await server.until('files: 2 names that chat has not made, left alone', { on: 'err' });
    expect(filesOf(data).toSorted()).toEqual([hash ?? '', 'photos', 'thesis.txt'].toSorted());
  });

  test('a database of another program is refused as it is', async () => {
    const data = await scratchFolder();
    const db = new Database(databaseIn(data));
    db.run('CREATE TABLE bookmark (url TEXT)');
    db.close();
    const before = readFileSync(databaseIn(data));
    expect(await refused(data)).toContain('chat.db is a database of another program');
    expect(readFileSync(databaseIn(data))).toEqual(before);
  });
});

describe('without its database', () => {
  const lost = (data: string): void => {
    for (const name of readdirSync(data)) {
      if (name.startsWith('chat.db')) rmSync(join(data, name));
    }
  };

  test('attachments are kept, the start is refused, and goes on when the database is back', async () => {
    const data = await withAttachment();
    const files = filesOf(data);
    const elsewhere = join(await scratchFolder(), 'chat.db');
    renameSync(databaseIn(data), elsewhere);
    lost(data);
    // Refused the second time, too: the first left no new database.
    for (let times = 0; times < 2; times++) {
      expect(await refused(data)).toContain('files belongs to a database, but');
    }
    expect(filesOf(data)).toEqual(files);
    renameSync(elsewhere, databaseIn(data));
    await serve(data);
    expect(filesOf(data)).toEqual(files);
  });

  test('an empty file is none', async () => {
    const data = await withAttachment();
    lost(data);
    writeFileSync(databaseIn(data), '');
    expect(await refused(data)).toContain('chat.db is missing');
    expect(filesOf(data)).toHaveLength(1);
  });

  test('a log that SQLite would drop is kept', async () => {
    const data = await withAttachment('SIGKILL');
    rmSync(join(data, 'files'), { recursive: true });
    rmSync(databaseIn(data));
    expect(await refused(data)).toContain('chat.db-wal belongs to a database, but');
    expect(statSync(`${databaseIn(data)}-wal`).size).toBeGreaterThan(0);
  });
});

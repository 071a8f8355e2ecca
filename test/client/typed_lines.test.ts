// What a user typed is there for the arrow keys of the next session; and the listener's port, where it is named.
import { expect, test } from 'bun:test';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { keepTypedLines, typedLines } from '../../src/client/typed_lines';
import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import { operation } from '../protocol/mailbox/person';
import { isolatedEnvironment, runChat, startChat } from '../support/executable';
import { keys, openChat } from '../support/pty';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { closedPort } from './fake_server';

test('the arrow keys bring back what was typed in the session before', async () => {
  await using server = await startServer([mailbox]);
  const port = server.port('mailbox');
  await operation(port, 'REGISTER', 'Alice', 'alice', '04/05/1852');
  const env = await isolatedEnvironment();
  const args = ['connect', 'alice', '-s', '127.0.0.1', '-p', String(port)];
  await using first = await openChat(args, { env });
  await first.until((shown) => shown.cursorLine === 'alice> ');
  first.type(`CONNECTEDUSERS${keys.enter}`);
  await first.until('OK - alice');
  first.type(`QUIT${keys.enter}`);
  expect(await first.ended).toBe(0);
  const file = join(env['XDG_STATE_HOME'] ?? '', 'chat/history-mailbox');
  expect(await readFile(file, 'utf8')).toBe('CONNECTEDUSERS\nQUIT\n');
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await using second = await openChat([...args, '--no-history'], { env });
  await second.until((shown) => shown.cursorLine === 'alice> ');
  second.type(`HELP${keys.enter}`);
  await second.until('disconnects and ends');
  second.type(keys.control('d'));
  await second.ended;
  await using third = await openChat(args, { env });
  await third.until((shown) => shown.cursorLine === 'alice> ');
  third.type(keys.up + keys.up);
  await third.until((shown) => shown.cursorLine === 'alice> CONNECTEDUSERS');
});

test('sessions side by side keep the lines of both, up to a bound', async () => {
  const env = { XDG_STATE_HOME: await scratchFolder() };
  expect(typedLines('mailbox', env)).toEqual([]);
  keepTypedLines('mailbox', ['one'], env);
  keepTypedLines('mailbox', ['two'], env);
  keepTypedLines('groups', ['chat ana'], env);
  expect(typedLines('mailbox', env)).toEqual(['one', 'two']);
  const many = Array.from({ length: limits.terminal.historyLines }, (_, index) => String(index));
  keepTypedLines('mailbox', many, env);
  expect(typedLines('mailbox', env)).toEqual(many);
  expect(() => keepTypedLines('mailbox', ['x'], { XDG_STATE_HOME: '/dev/null' })).not.toThrow();
});

test('--listen-port is the port that the server is told', async () => {
  await using server = await startServer([mailbox]);
  const where = ['-s', '127.0.0.1', '-p', String(server.port('mailbox'))];
  const who = ['--name', 'Alice', '--born', '04/05/1852'];
  const port = String(closedPort());
  const alice = await startChat(['connect', 'alice', ...who, ...where, '--listen-port', port]);
  await alice.until('s> CONNECT OK');
  // It is taken: nobody else can listen there.
  const bob = await runChat(['connect', 'bob', ...who, ...where, '--listen-port', port]);
  expect(bob.status).toBe(69);
  expect(bob.err).toContain('no port to listen on');
  alice.write('SEND alice hi\n');
  await alice.until('    hi\n');
  await alice.kill();
});

test('--bell rings for a message, and for nothing else', async () => {
  await using server = await startServer([mailbox]);
  const where = ['-s', '127.0.0.1', '-p', String(server.port('mailbox'))];
  const who = ['--name', 'Alice', '--born', '04/05/1852'];
  const bells = async (flags: readonly string[], name: string): Promise<number> => {
    const args = ['connect', name, ...who, ...where, ...flags];
    await using session = await openChat([...args]);
    await session.until((shown) => shown.cursorLine === `${name}> `);
    session.type(`SEND ${name} hi${keys.enter}`);
    await session.until(/^ +END$/m);
    return session.bells;
  };
  expect(await bells(['--bell'], 'alice')).toBe(1);
  expect(await bells([], 'bob')).toBe(0);
});

// Where no port is named: the doors that a server of this machine says it has open, and the table that it prints.
import { expect, test } from 'bun:test';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { endpointOfUrl } from '../../src/client/endpoint';
import { atOpenDoor } from '../../src/client/local_doors';
import { ownMark } from '../../src/net/running_process';
import { runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { closedPort, fakeServer } from './fake_server';

/** A state folder in which servers say that they have these doors open. */
async function announced(...servers: readonly unknown[]): Promise<Record<string, string>> {
  const state = await scratchFolder();
  const folder = join(state, 'chat/open-doors');
  await mkdir(folder, { recursive: true });
  await Promise.all(
    servers.map((said, index) =>
      writeFile(
        join(folder, `${index + 1}.json`),
        typeof said === 'string' ? said : JSON.stringify({ ...ownMark(), ...(said as object) }),
      ),
    ),
  );
  return { XDG_STATE_HOME: state };
}

const silent = { write: (): void => {}, isTerminal: false, color: false };

const portFor = async (url: string, env: Record<string, string>): Promise<number> =>
  (await atOpenDoor(endpointOfUrl(url), { env, err: silent })).target.port;

test('a client without a port comes in by the door that a server here has open', async () => {
  const server = await startChat(['serve', '-p', '0', '--channels', '0', '--memory']);
  const [, port] = await server.until(/channels +(\d+)/, { on: 'err' });
  const { env } = server;
  const who = ['--name', 'Ana', '--born', '01/01/1990'];
  const registered = await runChat(['register', 'ana', ...who, '-s', '127.0.0.1'], { env });
  expect(registered.out).toBe('s> REGISTER OK\n');
  // Nobody is connected: the server has been asked, and says so.
  expect((await runChat(['users'], { env })).err).toContain('USER IS NOT CONNECTED');
  // Nobody has made the channel.
  const send = await runChat(['send', 'channels://Ana@localhost/lobby', 'hi'], { env });
  expect(send.err).toContain('lobby');
  const talk = await runChat(['connect', 'channels://Ana@localhost'], { env, input: '/list\n' });
  expect(talk.status).toBe(0);
  expect(Number(port)).toBeGreaterThan(0);
  const folder = join(env['XDG_STATE_HOME'] ?? '', 'chat/open-doors');
  expect(await readdir(folder)).toHaveLength(1);
  await server.kill();
  expect(await readdir(folder)).toEqual([]);
});

test('what a killed server left is removed by the next', async () => {
  const killed = await startChat(['serve', '-p', '0', '--memory']);
  await killed.until(/mailbox +\d+/, { on: 'err' });
  await killed.kill('SIGKILL');
  const folder = join(killed.env['XDG_STATE_HOME'] ?? '', 'chat/open-doors');
  expect(await readdir(folder)).toHaveLength(1);
  const next = await startChat(['serve', '-p', '0', '--memory'], { env: killed.env });
  await next.until(/mailbox +\d+/, { on: 'err' });
  expect(await readdir(folder)).toEqual([`${next.pid}.json`]);
  await next.kill();
});

test('a named port, another machine and a door that is not said stay as they are', async () => {
  using door = stopped(fakeServer(() => {}));
  const env = await announced({ doors: { channels: door.port } });
  expect(await portFor('channels://Ana@localhost', env)).toBe(door.port);
  expect(await portFor('channels://Ana@localhost:1', env)).toBe(1);
  expect(await portFor('channels://Ana@192.0.2.1', env)).toBe(55_555);
  expect(await portFor('groups://Ana@localhost', env)).toBe(portOf('groups://x'));
});

test('a server that is gone, and a file that is none, are passed over', async () => {
  using door = stopped(fakeServer(() => {}));
  const wrong = ['{', '[]', 'null', { doors: { channels: '7' } }, { doors: { channels: 70_000 } }];
  const env = await announced({ doors: { channels: closedPort() } }, ...wrong, {
    doors: { channels: door.port },
  });
  expect(await portFor('channels://Ana@localhost', env)).toBe(door.port);
  expect(await portFor('channels://Ana@localhost', { XDG_STATE_HOME: '/nowhere' })).toBe(55_555);
});

test('what a killed server said of its doors is believed no more', async () => {
  const killed = await startChat(['serve', '-p', '0', '--market', '0', '--memory']);
  const [, mailbox] = await killed.until(/mailbox +(\d+)/, { on: 'err' });
  const [, market] = await killed.until(/market +(\d+)/, { on: 'err' });
  const state = { XDG_STATE_HOME: killed.env['XDG_STATE_HOME'] ?? '' };
  const notes: string[] = [];
  const err = { ...silent, write: (text: string) => void notes.push(text) };
  const url = `groups://ana@127.0.0.1:${mailbox}`;
  await atOpenDoor(endpointOfUrl(url), { env: state, err });
  expect(notes.join('')).toContain('is the mailbox door');
  await killed.kill('SIGKILL');
  // Others have its ports since, and its number may be another process's.
  const other = { hostname: '127.0.0.1', port: Number(market), socket: { data() {} } };
  const listener = Bun.listen(other);
  expect(await portFor('market://ana@localhost', state)).toBe(portOf('market://x'));
  listener.stop();
  await atOpenDoor(endpointOfUrl(url), { env: state, err });
  expect(notes).toHaveLength(1);
});

test.each([
  ['a number that nobody has', { pid: 2 ** 30 }],
  ['a number that another process has since', { pid: process.pid, started: '1' }],
  ['no number', { pid: undefined }],
])('a file with %s says nothing', async (_what, mark) => {
  using door = stopped(fakeServer(() => {}));
  const env = await announced({ doors: { channels: door.port }, ...mark });
  expect(await portFor('channels://Ana@localhost', env)).toBe(55_555);
});

test('the table says whole commands, with the program as the shell finds it', async () => {
  const server = await startChat(['serve', '--all', '-p', '0', '--memory']);
  await server.until(/web .*\n/, { on: 'err' });
  const { err } = await server.kill();
  expect(err).toMatch(/^mailbox +\d+ {2}dist\/chat connect mailbox:\/\/\$USER@localhost:\d+$/m);
  expect(err).toMatch(/^relay +\d+ {2}dist\/chat connect relay:\/\/0@localhost:\d+$/m);
  expect(err).toMatch(/^web +\d+ {2}http:\/\/localhost:\d+\/$/m);
});

const portOf = (url: string): number => endpointOfUrl(url).target.port;

const stopped = (server: ReturnType<typeof fakeServer>) => ({
  port: server.port,
  [Symbol.dispose]: () => server.stop(),
});

test('a named port of another dialect is said at once, with what to type', async () => {
  const server = await startChat(['serve', '-p', '0', '--market', '0', '--web', '0', '--memory']);
  const [, port] = await server.until(/mailbox +(\d+)/, { on: 'err' });
  const [, page] = await server.until(/web +(\d+)/, { on: 'err' });
  const { env } = server;
  const at = `127.0.0.1:${port}`;
  const here = 'door of a server on this machine';
  const sent = await runChat(['send', `groups://ana@${at}/bob`, 'hi'], { env });
  expect(sent.err).toContain(`chat: ${at} is the mailbox ${here}: use mailbox://ana@${at}/bob\n`);
  const talk = await runChat(['connect', `groups://ana@127.0.0.1:${page}`, '--once'], { env });
  expect(talk.err).toContain(
    `is the web ${here}: open http://127.0.0.1:${page}/ in a browser, or use http://ana@127.0.0.1:${page}\n`,
  );
  const right = await runChat(['users', `mailbox://${at}`], { env });
  expect(right.err).not.toContain(here);
  await server.kill();
});

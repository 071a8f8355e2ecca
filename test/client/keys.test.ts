// The keys that our client keeps: made with the account, shown silently, and nothing of them for servers of others.

import { describe, expect, test } from 'bun:test';
import { chmod, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { mailbox } from '../../src/protocol/mailbox/index';
import { nul } from '../protocol/mailbox/support';
import { type Environment, isolatedEnvironment, runChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { connectTcp, listenTcp } from '../support/tcp';

const born = ['--name', 'Alice', '--born', '04/05/1852'];
const at = (server: TestServer): string[] => [
  '-s',
  '127.0.0.1',
  '-p',
  String(server.port('mailbox')),
];
const fileIn = (env: Environment): string => join(env['XDG_STATE_HOME'] ?? '', 'chat/keys');
const lines = async (env: Environment): Promise<string[]> =>
  (await readFile(fileIn(env), 'utf8')).split('\n').filter((line) => line !== '');

/** What the door answers to raw bytes. */
async function asked(server: TestServer, text: string): Promise<string> {
  await using peer = await connectTcp(server.port('mailbox'));
  await peer.send(text);
  return Buffer.from(await peer.readToEnd()).toString('latin1');
}

/** A server, and the environment of alice, who has registered there. */
async function registered() {
  const server = await startServer([mailbox]);
  const env = await isolatedEnvironment();
  const chat = (...args: string[]) => runChat([...args, ...at(server)], { env });
  expect((await chat('register', 'alice', ...born)).status).toBe(0);
  return { server, env, chat, [Symbol.asyncDispose]: () => server.stop() };
}

describe('at a server of ours', () => {
  test('registering keeps a key for its user alone, and every command shows it', async () => {
    await using own = await registered();
    const { server, env, chat } = own;
    expect((await stat(fileIn(env))).mode & 0o777).toBe(0o600);
    expect((await chat('send', 'alice', 'hi', '--as', 'alice')).status).toBe(0);
    expect((await chat('users', '--as', 'alice')).status).toBe(0);
    // Nobody else speaks as alice.
    expect(await asked(server, nul('SEND', 'alice', 'alice', 'forged'))).toBe('\x02');
    expect(await asked(server, nul('CONNECT', 'alice', '40000'))).toBe('\x03');
    expect(await asked(server, nul('KEY', 'x'.repeat(43), 'UNREGISTER', 'alice'))).toBe('\x02');
    expect((await chat('unregister', 'alice')).status).toBe(0);
    expect((await lines(env)).at(-1)).toEndWith(' dropped');
  });

  test('a name that is taken stays so, and no key of it is kept', async () => {
    await using own = await registered();
    const { server, env, chat } = own;
    const other = await isolatedEnvironment();
    const again = await runChat(['register', 'alice', ...born, ...at(server)], { env: other });
    expect(again.status).toBe(77);
    expect((await lines(other)).at(-1)).toEndWith(' dropped');
    expect((await chat('register', 'alice', ...born)).status).toBe(77);
    expect((await chat('send', 'alice', 'hi', '--as', 'alice')).status).toBe(0);
    expect((await lines(env)).some((line) => line.endsWith('pending'))).toBe(true);
  });

  test('a session shows it too', async () => {
    await using own = await registered();
    const { server, env } = own;
    const input = 'SEND alice hola\nCONNECTEDUSERS\nQUIT\n';
    const session = await runChat(['connect', 'alice', ...at(server)], { env, input });
    expect(session.out).toContain('s> CONNECT OK');
    expect(session.out).toContain('s> SEND OK - MESSAGE 1');
    expect(session.status).toBe(0);
  });

  test('a file that others can read is refused, with what to run', async () => {
    await using own = await registered();
    const { env, chat } = own;
    await chmod(fileIn(env), 0o644);
    const { status, err } = await chat('send', 'alice', 'hi', '--as', 'alice');
    expect(status).toBe(77);
    expect(err).toContain(`chmod 600 ${fileIn(env)}`);
  });

  test('export and import bring it to another machine; --key-file and CHAT_KEY do for once', async () => {
    await using own = await registered();
    const { server, chat } = own;
    const { out } = await chat('key', 'export', '--as', 'alice');
    const other = await isolatedEnvironment();
    const send = ['send', 'alice', 'hi', '--as', 'alice', ...at(server)];
    const sends = async (env: Environment, ...more: string[]): Promise<number> =>
      (await runChat([...send, ...more], { env })).status;
    expect(await sends(other)).toBe(75);
    const key = out.trim().split(' ')[1] ?? '';
    expect(await sends({ ...other, CHAT_KEY: key })).toBe(0);
    const file = join(await scratchFolder(), 'key');
    await Bun.write(file, out);
    await chmod(file, 0o600);
    expect(await sends(other, '--key-file', file)).toBe(0);
    await chmod(file, 0o640);
    expect(await sends(other, '--key-file', file)).toBe(77);
    expect((await runChat(['key', 'import'], { env: other, input: out })).status).toBe(0);
    expect(await sends(other)).toBe(0);
  });

  test('a password, which is asked for, makes a key on a new machine; any key can be revoked', async () => {
    await using own = await registered();
    const { server, env, chat } = own;
    const password = 'correct horse battery';
    const set = ['password', '--as', 'alice', ...at(server)];
    expect((await runChat(set, { env, input: `${password}\n` })).status).toBe(0);
    expect((await runChat(set, { env, input: 'short\n' })).status).toBe(65);
    const other = await isolatedEnvironment();
    const add = ['key', 'add', '--as', 'alice', ...at(server)];
    expect((await runChat(add, { env: other, input: 'wrong horse\n' })).status).toBe(77);
    expect((await runChat(add, { env: other, input: `${password}\n` })).status).toBe(0);
    const send = ['send', 'alice', 'hi', '--as', 'alice', ...at(server)];
    expect((await runChat(send, { env: other })).status).toBe(0);
    const listed = await chat('key', 'list', '--as', 'alice', '--json');
    const kinds = listed.out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: number });
    expect(kinds).toMatchObject([{ kind: 'key' }, { kind: 'password' }, { kind: 'key' }]);
    expect((await chat('key', 'revoke', String(kinds[2]?.id), '--as', 'alice')).status).toBe(0);
    expect((await runChat(send, { env: other })).status).toBe(75);
    expect((await chat('send', 'alice', 'hi', '--as', 'alice')).status).toBe(0);
  });
});

test('a server of others gets the source’s bytes and not one more, and nothing is kept', async () => {
  await using foreign = listenTcp();
  const env = await isolatedEnvironment();
  const where = ['-s', '127.0.0.1', '-p', String(foreign.port)];
  const running = runChat(['register', 'alice', ...born, ...where], { env });
  const heard: string[] = [];
  for (let connection = 0; connection < 2; connection++) {
    await using peer = await foreign.accept();
    const bytes = await (connection === 0
      ? peer.readToEnd()
      : peer.read(nul('REGISTER', 'Alice', 'alice', '04/05/1852').length));
    heard.push(Buffer.from(bytes).toString());
    if (connection > 0) await peer.send('\0');
  }
  expect((await running).status).toBe(0);
  expect(heard.join('')).toBe(nul('REGISTER', 'Alice', 'alice', '04/05/1852'));
  expect(await Bun.file(fileIn(env)).exists()).toBe(false);
});

// The client against servers of the mailbox protocol that other people wrote: every operation, as a user runs it.

import { afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { nul } from '../protocol/mailbox/support';
import { isolatedEnvironment, runChat, startChat } from '../support/executable';
import { mailboxServers, startMailboxServer } from '../support/foreign/mailbox_servers';
import { scratchFolder } from '../support/scratch';
import { connectTcp } from '../support/tcp';
import type { FakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

const born = ['--name', 'Ana', '--born', '01/02/2000'];

describe.each(mailboxServers.map((foreign) => [foreign.name, foreign] as const))(
  '%s',
  (_, foreign) => {
    test('a session: every operation, and the one after it', async () => {
      server = startMailboxServer(foreign);
      const at = ['-s', '127.0.0.1', '-p', String(server.port)];
      const session = await startChat(['connect', 'ana', ...at, ...born]);
      await session.until('s> CONNECT OK');
      session.write('CONNECTEDUSERS\n');
      const listed = foreign.listed ?? 'OK - ';
      await session.until(listed);
      if (foreign.listed === undefined) await session.until(/users connected\) OK - .*ana/);
      session.write('SEND ana hello\n');
      await session.until('s> SEND OK');
      if (foreign.called === undefined) {
        await session.until(/MESSAGE 1 FROM ana\n {4}hello\n {4}END/);
      } else await session.until(`: ${foreign.called}`, { on: 'err' });
      session.write('SEND nobody hello\n');
      await session.until('s> SEND FAIL / USER DOES NOT EXIST');
      session.write('DISCONNECT\nUNREGISTER\nQUIT\n');
      await session.until('s> UNREGISTER OK');
      const { err, status } = await session.ended;
      // The first failure of a script is its status: nobody is not registered.
      expect(status).toBe(67);
      if (foreign.remark === undefined) expect(err).not.toContain('The server');
      else expect(err).toContain(foreign.remark);
      expect(err).not.toContain('    at ');
    });

    test('without a session: register, send, users, unregister', async () => {
      server = startMailboxServer(foreign);
      const at = ['-s', '127.0.0.1', '-p', String(server.port)];
      const env = await isolatedEnvironment();
      const statusOf = async (...args: string[]): Promise<number> =>
        (await runChat([...args, ...at], { env })).status;
      expect(await statusOf('register', 'ana', ...born)).toBe(0);
      expect(await statusOf('register', 'ana', ...born)).toBe(77);
      const sent = await runChat(['send', 'ana', 'hi', '--as', 'ana', '--json', ...at], { env });
      expect(sent.status).toBe(0);
      expect(JSON.parse(sent.out)).toMatchObject({ status: 'stored' });
      expect(await statusOf('send', 'bob', 'hi', '--as', 'ana')).toBe(67);
      expect(await statusOf('users', '--as', 'ana')).toBe(0);
      expect(await statusOf('unregister', 'ana')).toBe(0);
    });
  },
);

test('a server that does not keep files: whom one was sent to gets it from its sender, and nobody else', async () => {
  server = startMailboxServer({ isLater: true });
  const at = ['-s', '127.0.0.1', '-p', String(server.port)];
  const folder = await scratchFolder();
  await Bun.write(join(folder, 'a.txt'), 'hello');
  const session = await startChat(['connect', 'ana', ...at, ...born], { cwd: folder });
  await session.until('s> CONNECT OK');
  expect((await runChat(['register', 'bob', ...at, ...born])).status).toBe(0);
  session.write('SENDATTACH bob a.txt look\n');
  await session.until('s> SENDATTACH OK');
  const fields = server.calls.map(({ came }) => came.toString().split('\0'));
  const port = Number(fields.findLast(([operation]) => operation === 'CONNECT')?.[2]);
  const asked = async (...fields: readonly string[]): Promise<string> => {
    await using peer = await connectTcp(port);
    await peer.send(nul('GET_FILE', ...fields));
    return Buffer.from(await peer.readToEnd()).toString();
  };
  expect(await asked('bob', 'a.txt')).toBe('5\0hello');
  expect(await asked('eve', 'a.txt')).toBe('');
  expect(await asked('bob', '/etc/passwd')).toBe('');
  session.write('DISCONNECT\nQUIT\n');
  await session.ended;
});

test.each([
  'users with addresses',
  'users with addresses, written closer',
  'users with blanks around them',
])('%s: `chat users` prints names', async (name) => {
  const foreign = mailboxServers.find((one) => one.name === name);
  server = startMailboxServer({ ...foreign });
  const at = ['-s', '127.0.0.1', '-p', String(server.port)];
  const session = await startChat(['connect', 'ana', ...at, ...born]);
  await session.until('s> CONNECT OK');
  const users = await runChat(['users', '--as', 'ana', ...at]);
  expect([users.out, users.status]).toEqual(['ana\n', 0]);
  session.write('QUIT\n');
  await session.ended;
});

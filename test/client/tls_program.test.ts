// The built `chat` over TLS: from making a certificate to a session, and back to a word about the wrong one.

import { expect, test } from 'bun:test';
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';

import { runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';

test('a certificate, a server, its clients, and another certificate', async () => {
  const cwd = await scratchFolder();
  const at = (name: string): string => join(cwd, name);
  const made = await runChat(['cert', 'localhost,127.0.0.1'], { cwd });
  expect(made).toMatchObject({ status: 0, out: 'chat-cert.pem\nchat-key.pem\n' });
  const print = /fingerprint: ((?:[\dA-F]{2}:){31}[\dA-F]{2})/.exec(made.err)?.[1] ?? 'none';
  // It overwrites nothing.
  expect((await runChat(['cert'], { cwd })).status).toBe(73);

  const unused = ['serve', '-p', '0', '--tls-cert', 'chat-cert.pem', '--tls-key', 'chat-key.pem'];
  expect(await runChat(unused, { cwd })).toMatchObject({ status: 64 });
  const files = ['--tls-cert', 'chat-cert.pem', '--tls-key', 'chat-key.pem'];
  const doors = ['--mailbox-tls', '0', '--channels-tls', '0', '--host', '127.0.0.1', '--memory'];
  const server = await startChat(['serve', ...doors, ...files], { cwd });
  const { env } = server;
  const port = async (scheme: string): Promise<string> =>
    (await server.until(new RegExp(`${scheme}://.*:(\\d+)`), { on: 'err' }))[1] ?? '';
  const [mailbox, channels] = [await port('mailbox\\+tls'), await port('channels\\+tls')];
  const who = ['--name', 'Alice', '--born', '04/05/1852'];

  // The server's user finds the door by itself.
  const alice = await runChat(['register', 'alice', '--tls', ...who], { env });
  expect(alice).toMatchObject({ status: 0 });
  expect(alice.err).toContain('shows a certificate that chat cert made, for the first time');
  expect(alice.err).toContain(print);
  const url = (user: string, path = ''): string =>
    `mailbox+tls://${user}@localhost:${mailbox}${path}`;
  expect((await runChat(['register', url('bob'), ...who], { env })).status).toBe(0);
  const sent = await runChat(['send', url('alice', '/bob'), 'in secret'], { env });
  expect(sent).toMatchObject({ status: 0, err: '' });
  const listened = await startChat(['connect', url('bob')], { env });
  await listened.until('in secret');
  expect((await runChat(['users', url('bob')], { env })).out).toBe('bob\n');
  listened.write('QUIT\n');
  expect((await listened.ended).status).toBe(0);

  const scott = [
    'connect',
    `channels+tls://Scott@127.0.0.1:${channels}`,
    '--ca',
    at('chat-cert.pem'),
  ];
  const session = await startChat(scott, { env });
  session.write('/list\n/create lab\nhello\n/list\n');
  await session.until('lab');
  session.end();
  expect((await session.ended).err).toBe('');

  // Without TLS, by the wrong authority, and after the certificate was replaced: a word each.
  const plain = await runChat(['users', `mailbox://bob@127.0.0.1:${mailbox}`], { env });
  expect(plain.err).toContain(`speaks TLS: use mailbox+tls://127.0.0.1:${mailbox}`);
  await runChat(['cert', 'localhost', '--cert', 'other.pem', '--key', 'other.key'], { cwd });
  const authority = await runChat(['users', url('bob'), '--ca', at('other.pem')], { env });
  expect(authority).toMatchObject({ status: 69 });
  expect(authority.err).toContain(`which is not in ${at('other.pem')}`);
  expect((await runChat(['users', url('bob'), '--ca', at('none.pem')], { env })).status).toBe(65);
  copyFileSync(at('other.pem'), at('chat-cert.pem'));
  copyFileSync(at('other.key'), at('chat-key.pem'));
  process.kill(server.pid, 'SIGHUP');
  await server.until('TLS: read again: for localhost', { on: 'err' });
  const changed = await runChat(['send', url('alice', '/bob'), 'again'], { env });
  expect(changed.status).toBe(69);
  expect(changed.err).toContain(
    `THE CERTIFICATE OF localhost:${mailbox} IS ANOTHER ONE than before`,
  );
  expect((await server.kill()).status).toBe(0);
});

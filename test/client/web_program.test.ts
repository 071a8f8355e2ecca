// The built `chat` at the door of the page: its one-shot commands, a script, and a user at a terminal, with TLS and without.

import { expect, test } from 'bun:test';

import { type Environment, runChat, startChat } from '../support/executable';
import { openChat } from '../support/pty';
import { scratchFolder } from '../support/scratch';

async function served() {
  const cwd = await scratchFolder();
  await runChat(['cert', 'localhost,127.0.0.1'], { cwd });
  const files = ['--tls-cert', 'chat-cert.pem', '--tls-key', 'chat-key.pem'];
  const doors = ['--web', '0', '--web-tls', '0', '--host', '127.0.0.1', '--memory'];
  const server = await startChat(['serve', ...doors, ...files], { cwd });
  const port = async (scheme: string): Promise<string> =>
    (await server.until(new RegExp(`^${scheme} +(\\d+)`, 'm'), { on: 'err' }))[1] ?? '';
  const [plain, secure] = [await port('web'), await port('web\\+tls')];
  const { env } = server;
  const chat = (...args: string[]) => runChat(args, { env });
  return { server, env, plain, secure, chat };
}

const who = ['--name', 'Alice', '--born', '04/05/1852'];

test('register, send, users, connect and key at http:// and https://', async () => {
  const { server, env, plain, secure, chat } = await served();
  const at = (user: string, path = ''): string => `https://${user}@localhost:${secure}${path}`;
  const registered = await chat('register', at('alice'), ...who);
  expect(registered).toMatchObject({ status: 0, out: 'alice is registered; its key is kept.\n' });
  expect(registered.err).toContain('shows a certificate that chat cert made, for the first time');
  expect(await chat('register', at('alice'), ...who)).toMatchObject({ status: 77 });
  expect((await chat('register', `http://bob@127.0.0.1:${plain}`, ...who)).status).toBe(0);

  // Without a key, and with one of somebody else: nobody comes in.
  const foreign: Environment = { ...env, XDG_STATE_HOME: await scratchFolder() };
  const keyless = await runChat(['send', at('alice', '/bob'), 'hi'], { env: foreign });
  expect(keyless).toMatchObject({ status: 77, out: '' });
  expect(keyless.err).toContain('There is no key of alice for this server here: CHAT_KEY');
  const wrong = await runChat(['users', at('alice')], {
    env: { ...foreign, CHAT_KEY: 'x'.repeat(43) },
  });
  expect(wrong).toMatchObject({ status: 77, out: '' });
  expect(wrong.err).toContain('that key or password is not of this account');

  // The key that one door gave is good at the other: the server on this machine says that both are its own.
  const sent = await chat('send', `http://alice@localhost:${plain}/bob`, 'hi');
  expect(sent).toMatchObject({ status: 0, err: '' });
  expect(await chat('send', at('alice', '/nobody'), 'hi')).toMatchObject({ status: 67 });
  expect(await chat('send', at('alice', '/#nowhere'), 'hi')).toMatchObject({ status: 67 });

  const bob = await startChat(['connect', '--json', `http://bob@127.0.0.1:${plain}`], { env });
  await bob.until('"text":"hi"');
  bob.write('/create talk\n');
  await bob.until('"type":"created"');
  expect((await chat('users', at('alice'))).out.split('\n').toSorted()).toEqual([
    '',
    'alice',
    'bob',
  ]);
  expect(await chat('send', at('alice', '/#talk'), 'to all')).toMatchObject({ status: 0 });
  await bob.until('"room":"talk","from":"alice","text":"to all"');
  bob.write('/quit\n');
  expect((await bob.ended).status).toBe(0);
  const objects = bob.out.trimEnd().split('\n');
  expect(objects.map((line) => (JSON.parse(line) as { type: string }).type)).toContain('message');

  expect(
    (await chat('key', 'list', '--as', 'alice', '-d', 'web', '--tls', '-p', secure)).out,
  ).toMatch(/key/);
  expect((await chat('unregister', at('alice'))).out).toBe('alice is deleted.\n');
  expect((await chat('users', at('alice'))).status).toBe(77);
  await server.kill();
});

test('a user at a terminal, over TLS', async () => {
  const { server, env, secure, chat } = await served();
  const at = (user: string, path = ''): string => `https://${user}@localhost:${secure}${path}`;
  await chat('register', at('alice'), ...who);
  await chat('register', at('bob'), ...who);
  await using screen = await openChat(['connect', at('alice')], { env });
  await screen.until('You are alice.');
  await screen.until(({ cursorLine }) => cursorLine.startsWith('alice>'));
  screen.type('/msg bob are you there?\r');
  await screen.until('message 1 waits for bob');
  await chat('send', at('bob', '/alice'), 'I am\nhere');
  await screen.until(/^\d\d:\d\d bob: I am$/m);
  screen.type('/mesage\r');
  await screen.until('/mesage is no command;');
  screen.type('/cre\t');
  await screen.until(({ cursorLine }) => cursorLine.includes('/create'));
  screen.type('talk\r');
  await screen.until(({ cursorLine }) => cursorLine.startsWith('#talk>'));
  screen.type('/msg bob\r');
  await screen.until(({ cursorLine }) => cursorLine.startsWith('bob>'));
  screen.type('/quit\r');
  expect(await screen.ended).toBe(0);
  await server.kill();
});

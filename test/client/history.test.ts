// `chat history` and `chat search` as built, against a server that keeps what was said.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { exit } from '../../src/cli/exit';
import { web } from '../../src/protocol/web';
import { join, tokenFor, type WebPerson } from '../protocol/web/person';
import { runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';

let server: TestServer;
const people: WebPerson[] = [];

beforeAll(async () => {
  server = await startServer([web]);
  for (const name of ['alice', 'bob']) people.push(await join(server.port('web'), name));
  const [alice, bob] = people;
  for (let count = 1; count <= 120; count++) {
    const text = count === 7 ? 'two\nlines \u001B[31mred' : `number ${count}`;
    const [one, other] = count % 2 === 0 ? [alice, 'bob'] : [bob, 'alice'];
    await one?.ask({ do: 'send', to: other, text, key: `key number ${count}` });
  }
  await alice?.ask({ do: 'group-create', group: 'tea' });
  await alice?.ask({ do: 'say', room: 'tea', text: 'number 0 alone', key: 'said in tea' });
});
afterAll(async () => {
  for (const one of people) await one[Symbol.asyncDispose]();
  await server.stop();
});

const chat = (...args: string[]) =>
  runChat([...args, '--as', 'alice', '--web-port', String(server.port('web'))], {
    env: { CHAT_KEY: tokenFor('alice') },
  });
const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');

test('the newest page, or all of it, a line each', async () => {
  const { status, out } = await chat('history', 'bob');
  expect(status).toBe(exit.ok);
  expect(lines(out).length).toBe(100);
  expect(lines(out).at(-1)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d alice: number 120$/);
  const all = lines((await chat('history', 'bob', '--all')).out);
  expect(all.length).toBe(121);
  expect(all.slice(6, 8).map((line) => line.replace(/^.*bob/, 'bob'))).toEqual([
    'bob: two',
    String.raw`    lines \x1b[31mred`,
  ]);
  expect((await chat('history', 'bob', '--until', '1h')).out).toBe('');
});

test('the list of conversations, and everything in them as JSON', async () => {
  expect(lines((await chat('history')).out)).toEqual(['--room tea', 'bob  60 unread']);
  const { out } = await chat('history', '--all', '--json');
  const entries = lines(out).map(
    (line) => JSON.parse(line) as { serial: number; in: { name: string }; text: string },
  );
  expect(entries.length).toBe(121);
  expect(entries[0]).toMatchObject({ in: { kind: 'group', name: 'tea' }, text: 'number 0 alone' });
  expect(entries.at(-1)).toMatchObject({ in: { name: 'bob' }, own: true, door: 'web' });
});

test('words are found, page after page', async () => {
  expect(lines((await chat('search', 'alone')).out)[0]).toMatch(/ tea# alice: number 0 alone$/);
  expect(lines((await chat('search', 'number', '--with', 'bob')).out).length).toBe(100);
  expect(lines((await chat('search', 'number', '--with', 'bob', '--all')).out).length).toBe(119);
  expect(lines((await chat('search', '"number 11"', '--from', 'bob')).out).length).toBe(1);
});

test.each([
  [['history', 'nobody'], exit.noUser],
  [['history', 'bob', '--room', 'tea'], exit.usage],
  [['history', '--room', 'nowhere'], exit.noUser],
  [['history', 'bob', '--since', 'yesterday'], exit.usage],
  [['search', '!'], exit.usage],
])('%j cannot be', async (args, status) => {
  expect(await chat(...args)).toMatchObject({ status, out: '' });
});

test('nobody reads without the account’s key', async () => {
  const port = String(server.port('web'));
  const showing = (token: string) =>
    runChat(['history', 'bob', '--as', 'alice', '--web-port', port], {
      env: { CHAT_KEY: token },
    });
  expect(await showing('')).toMatchObject({ status: exit.notAllowed, out: '' });
  expect(await showing(tokenFor('bob'))).toMatchObject({ status: exit.notAllowed, out: '' });
});

test('who has registered here reads without a word of a key; another program at the port is shown none', async () => {
  const env = { XDG_STATE_HOME: await scratchFolder() };
  const data = await scratchFolder();
  const own = await startChat(
    ['serve', '--all', '-p', '0', '--host', '127.0.0.1', '--data', data],
    {
      env,
    },
  );
  const [, port = ''] = await own.until(/^mailbox +(\d+) [^]*^web .*\n/m, { on: 'err' });
  await own.until('init server');
  for (const name of ['zoe', 'yan']) {
    const who = [name, '--name', name, '--born', '01/01/1990', '-p', port];
    expect((await runChat(['register', ...who], { env })).status).toBe(exit.ok);
  }
  await runChat(['send', 'yan', 'from the terminal', '--as', 'zoe', '-p', port], { env });
  const read = (...more: string[]) => runChat(['history', 'zoe', '--as', 'yan', ...more], { env });
  expect((await read()).out).toMatch(/zoe: from the terminal\n$/);
  // Who spoke last at that host is who asks, as everywhere else.
  await runChat(['connect', 'yan', '-p', port], { env, input: 'QUIT\n' });
  expect((await runChat(['history', 'zoe'], { env })).out).toMatch(/zoe: from the terminal\n$/);
  const elsewhere = String(server.port('web'));
  expect(await read('--web-port', elsewhere)).toMatchObject({ status: exit.notAllowed, out: '' });
  await own.kill();
});

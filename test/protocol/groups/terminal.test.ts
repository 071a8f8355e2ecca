// The client as a person sees it: conversations, groups and files on real pseudo-terminals.

import { afterAll, beforeAll, expect, test } from 'bun:test';
import { readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { groups } from '../../../src/protocol/groups/index';
import { startChat } from '../../support/executable';
import { keys, openChat, type Screen } from '../../support/pty';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { GroupsPeer } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([groups]);
});
afterAll(() => server.stop());

interface Person {
  readonly screen: Screen;
  readonly folder: string;
}

async function come(name: string, port = server.port('groups')): Promise<Person & AsyncDisposable> {
  const folder = await scratchFolder();
  const screen = await openChat(['connect', `groups://${name}@127.0.0.1:${port}`], {
    columns: 100,
    cwd: folder,
  });
  await screen.until((shown) => shown.cursorLine.startsWith('chat> '));
  return { screen, folder, [Symbol.asyncDispose]: () => screen[Symbol.asyncDispose]() };
}

/** The whole screen, without the ports, which the system chooses, and without the times. */
const withoutPorts = ({ screen }: Person): string =>
  screen.everything.replace(/(127\.0\.0\.1) \d+/g, '$1 PORT').replace(/^\d\d:\d\d /gm, '');

/** Types a line and waits until it stands above the prompt. */
async function enter({ screen }: Person, line: string): Promise<void> {
  screen.type(line + keys.enter);
  await screen.until(
    (shown) => shown.everything.includes(`> ${line}`) && !shown.cursorLine.endsWith(line),
  );
}

test('two talk; an offer comes in the middle of a line, is accepted, and the line goes on', async () => {
  await using alice = await come('alice');
  await using bob = await come('bob');
  await writeFile(join(alice.folder, 'notes.txt'), 'hola');
  await enter(alice, 'chat bob');
  await enter(alice, 'hola');
  await bob.screen.until('alice: hola');
  await enter(bob, 'chat alice');
  bob.screen.type('half a li');
  await enter(alice, 'quit');
  await enter(alice, 'file notes.txt bob');
  await bob.screen.until(/alice offers notes.txt \(4 bytes\): accept f\d+ or reject f\d+/);
  const offer = /accept (f\d+)/.exec(bob.screen.everything)?.[1] ?? '';
  await bob.screen.until((shown) => shown.cursorLine === 'to alice> half a li');
  bob.screen.type('ne' + keys.enter);
  await alice.screen.until('bob: half a line');
  await enter(bob, `accept ${offer}`);
  await bob.screen.until('notes.txt from alice is saved as');
  await alice.screen.until('bob has notes.txt');
  expect(withoutPorts(alice)).toBe(
    [
      'You are in as alice; commands shows what you can do.',
      'alice 127.0.0.1 PORT',
      'chat> chat bob',
      'to bob> hola',
      'to bob> quit',
      'chat> file notes.txt bob',
      'notes.txt (4 bytes) is offered to bob (cancel o1 stops it)',
      'bob: half a line',
      '(chat bob answers; so does bob>TEXT)',
      'bob accepts notes.txt',
      'bob has notes.txt',
      'chat>',
    ].join('\n'),
  );
  expect(withoutPorts(bob)).toContain(
    [
      'alice: hola',
      '(chat alice answers; so does alice>TEXT)',
      'chat> chat alice',
      `alice offers notes.txt (4 bytes): accept ${offer} or reject ${offer}`,
      'to alice> half a line',
    ].join('\n'),
  );
  expect(await readFile(join(bob.folder, 'notes.txt'), 'utf8')).toBe('hola');
});

test('a group: its creator invites, any member leaves, and it goes on without its creator', async () => {
  await using alice = await come('alice');
  await using bob = await come('bob');
  await using carol = await come('carol');
  await enter(alice, 'group club bob carol');
  await bob.screen.until('alice asks you into the group club: join club or decline club');
  await enter(bob, 'join club');
  await enter(carol, 'join club');
  await bob.screen.until('carol has joined club');
  await enter(bob, 'chat club');
  await enter(bob, 'hello, everybody');
  await alice.screen.until('[club] bob: hello, everybody');
  await carol.screen.until('[club] bob: hello, everybody');
  await enter(bob, 'quit');
  await enter(bob, 'invite club alice');
  await bob.screen.until('alice into club: only who created the group invites');
  await enter(alice, 'leave club');
  await carol.screen.until('alice has left club');
  await enter(carol, 'chat2');
  await enter(carol, 'club>still here');
  await bob.screen.until('[club] carol: still here');
  await enter(carol, 'bob>and to you alone');
  await bob.screen.until('carol: and to you alone');
  expect(alice.screen.everything).not.toContain('still here');
});

test('a file on its way is shown with a bar, while the user goes on typing', async () => {
  await using bob = await come('bob');
  const port = server.port('groups');
  await using dan = await GroupsPeer.connect(port);
  await dan.send('Req.Connect User=dan');
  await dan.read();
  await dan.send('File_transfer To=bob Id=1 Status=offer File-Name=big.bin File-Size=4000000');
  await bob.screen.until(/accept f\d+/);
  await enter(bob, /accept f\d+/.exec(bob.screen.everything)?.[0] ?? '');
  let message = await dan.read();
  while (message.token === undefined) message = await dan.read();
  await using connection = await GroupsPeer.connect(port);
  await connection.send(`File_transfer Id=1 Status=data Token=${message.token}`);
  for (let sent = 0; sent < 4_000_000; sent += 50_000) {
    await connection.send({
      action: 'file',
      id: '1',
      status: 'data',
      body: new Uint8Array(50_000),
    });
  }
  bob.screen.type('meanwhile');
  await bob.screen.until('big.bin from dan is saved as big.bin');
  await bob.screen.until((shown) => shown.cursorLine === 'chat> meanwhile');
  expect((await readFile(join(bob.folder, 'big.bin'))).length).toBe(4_000_000);
});

test('a file that is sent is shown with a bar', async () => {
  await using alice = await come('alice');
  await using bob = await come('bob');
  await writeFile(join(alice.folder, 'big.bin'), '');
  await truncate(join(alice.folder, 'big.bin'), 200_000_000);
  await enter(alice, 'file big.bin bob');
  await bob.screen.until(/accept f\d+/);
  bob.screen.type(`${/accept f\d+/.exec(bob.screen.everything)?.[0]}${keys.enter}`);
  await alice.screen.until(/big\.bin .*%/);
  await bob.screen.until(/big\.bin .*%/);
  await alice.screen.until('bob has big.bin');
});

test('one person is asked once, whether as a port, by name or in a group', async () => {
  await using alice = await come('alice');
  await using bob = await come('bob');
  await writeFile(join(alice.folder, 'x.txt'), 'hola');
  await enter(alice, 'group duo bob');
  await bob.screen.until('asks you into the group duo');
  await enter(bob, 'join duo');
  await alice.screen.until('bob has joined duo');
  await enter(alice, 'users');
  const port = await alice.screen
    .until(/bob 127\.0\.0\.1 (\d+)/)
    .then(() => /bob 127\.0\.0\.1 (\d+)/.exec(alice.screen.everything)?.[1]);
  await enter(alice, `file x.txt ${port} bob duo`);
  await bob.screen.until(/accept f\d+/);
  await enter(bob, /accept f\d+/.exec(bob.screen.everything)?.[0] ?? '');
  await alice.screen.until('bob has x.txt');
  expect(alice.screen.everything.match(/is offered to/g)).toHaveLength(1);
  expect(bob.screen.everything.match(/offers x\.txt/g)).toHaveLength(1);
});

test('pasted lines go where they belong, each under its own prompt', async () => {
  await using alice = await come('alice');
  await using bob = await come('bob');
  alice.screen.type('\x1b[200~chat bob\nfirst\nsecond\nquit\nusers\x1b[201~\r');
  await bob.screen.until('alice: second');
  await alice.screen.until('chat> users');
  expect(withoutPorts(alice)).toContain(
    ['chat> chat bob', 'to bob> first', 'to bob> second', 'to bob> quit', 'chat> users'].join('\n'),
  );
});

test('commands lists them all', async () => {
  await using alice = await come('alice');
  await enter(alice, 'commands');
  for (const command of ['commands', 'chat NAME', 'chat2', 'quit', 'users', 'group NAME USER...']) {
    await alice.screen.until(command);
  }
});

test('a server that is killed: the line being typed stays to be read', async () => {
  const killed = await startChat(['serve', '--groups', '0', '--memory']);
  const [, port] = await killed.until(/groups +(\d+)/, { on: 'err' });
  await using alice = await come('alice', Number(port));
  alice.screen.type('chat bob, I wanted to s');
  await alice.screen.until('wanted to s');
  await killed.kill('SIGKILL');
  await alice.screen.until(`No connection to the server 127.0.0.1:${port} could be established.`);
  await alice.screen.until((shown) => shown.cursorLine === 'out> chat bob, I wanted to s');
  alice.screen.type(keys.enter);
  await alice.screen.until(/established\.\n(.*\n)*No connection/);
  alice.screen.type(`quit${keys.enter}`);
  expect(await alice.screen.ended).toBe(69);
});

test('a server that comes back: so does the session by itself, into its conversation', async () => {
  const first = await startServer([groups]);
  const port = first.port('groups');
  await using alice = await come('alice', port);
  // Nobody is called so yet: it is typed twice.
  await enter(alice, 'chat alice2');
  await alice.screen.until('type it again');
  await enter(alice, 'chat alice2');
  await alice.screen.until((shown) => shown.cursorLine === 'to alice2> ');
  await first.stop();
  await alice.screen.until((shown) => shown.cursorLine === 'out> ');
  const second = await startChat(['serve', '--groups', `${port}`, '--memory']);
  await alice.screen.until((shown) => shown.cursorLine === 'to alice2> ');
  await second.kill();
});

test('a server that comes back: the next line connects, and the conversation goes on', async () => {
  const folder = await scratchFolder();
  const first = await startServer([groups], { folder });
  const port = first.port('groups');
  await using alice = await come('alice', port);
  // Nobody is called so yet: it is typed twice.
  await enter(alice, 'chat alice2');
  await alice.screen.until('type it again');
  await enter(alice, 'chat alice2');
  await alice.screen.until((shown) => shown.cursorLine === 'to alice2> ');
  await first.stop();
  await alice.screen.until((shown) => shown.cursorLine === 'out> ');
  const second = await startChat(['serve', '--groups', `${port}`, '--memory']);
  await second.until('groups', { on: 'err' });
  await using alice2 = await come('alice2', port);
  alice.screen.type(`here again${keys.enter}`);
  await alice2.screen.until('alice: here again');
  await alice.screen.until((shown) => shown.cursorLine === 'to alice2> ');
  await second.kill();
});

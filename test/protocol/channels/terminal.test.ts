// The client as a user sees it: the source's two sessions on real pseudo-terminals, line for line.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels/index';
import { startChat } from '../../support/executable';
import { keys, openChat, type Screen } from '../../support/pty';
import { startServer, type TestServer } from '../../support/server';
import { ChannelsPeer } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([channels]);
});
afterAll(() => server.stop());

/** `chat connect` on a terminal wide enough for every line of the source. */
async function client(name: string, port = server.port('channels')): Promise<Screen> {
  const screen = await openChat(['connect', '--plain', `channels://${name}@127.0.0.1:${port}`], {
    columns: 120,
  });
  await screen.until('[Me]');
  return screen;
}

/** Types a line and waits until the prompt stands below it, or below what came in answer. */
async function enter(screen: Screen, line: string): Promise<void> {
  screen.type(line + keys.enter);
  await screen.until((shown) => shown.everything.includes(`[Me] ${line}\n`));
}

test('the two sessions of the source', async () => {
  await using alone = await startServer([channels]);
  const port = alone.port('channels');
  await using panda = await openChat(['connect', '--plain', `channels://Panda@127.0.0.1:${port}`], {
    columns: 120,
  });
  await panda.until('[Me]');
  await enter(panda, 'Hello world!');
  await panda.until('Not currently in any channel.');
  await enter(panda, '/list');
  await enter(panda, '/create 168_tas');
  await enter(panda, '/list');
  await panda.until('\n168_tas\n');
  await enter(panda, 'Hello world!');

  await using alice = await openChat(
    ['connect', '--plain', 'Alice', '-d', 'channels', '-s', '127.0.0.1', '-p', `${port}`],
    { columns: 120 },
  );
  await alice.until('[Me]');
  await enter(alice, '/list');
  await alice.until('168_tas');
  await enter(alice, '/join 168_tas');
  await enter(alice, "Hi everyone! Does anyone know what we're doing on the first day of lecture?");
  await panda.until('[Alice] Hi everyone!');
  await panda.until((screen) => screen.cursorLine === '[Me] ');
  expect(panda.everything).toBe(
    [
      '[Me] Hello world!',
      'Not currently in any channel. Must join a channel before sending messages.',
      '[Me] /list',
      '[Me] /create 168_tas',
      '[Me] /list',
      '168_tas',
      '[Me] Hello world!',
      'Alice has joined',
      "[Alice] Hi everyone! Does anyone know what we're doing on the first day of lecture?",
      '[Me]',
    ].join('\n'),
  );
  expect(panda.cursor.column).toBe(5);

  panda.type(keys.control('c'));
  expect(await panda.ended).toBe(130);
  await alice.until('Panda has left');
  await alice.until((screen) => screen.cursorLine === '[Me] ');
  expect(alice.everything).toBe(
    [
      '[Me] /list',
      '168_tas',
      '[Me] /join 168_tas',
      "[Me] Hi everyone! Does anyone know what we're doing on the first day of lecture?",
      'Panda has left',
      '[Me]',
    ].join('\n'),
  );
});

test('what comes wipes the prompt, and what was being typed stays, cursor included', async () => {
  await using panda = await client('Panda');
  await enter(panda, '/create typing');
  await using alice = new ChannelsPeer(server.port('channels'));
  panda.type('half a line');
  panda.type(keys.left + keys.left);
  await panda.until((screen) => screen.cursorLine === '[Me] half a line');
  alice.send('Alice', '/join typing', 'Hi!');
  await panda.until('[Alice] Hi!');
  await panda.until((screen) => screen.cursorLine === '[Me] half a line');
  expect(panda.lines.slice(0, 4)).toEqual([
    '[Me] /create typing',
    'Alice has joined',
    '[Alice] Hi!',
    '[Me] half a line',
  ]);
  expect(panda.cursor.column).toBe('[Me] half a li'.length);
  panda.type(keys.end + keys.enter);
  expect(await alice.read()).toBe('[Panda] half a line');
});

test('what others say moves nothing on the terminal', async () => {
  await using panda = await client('Panda');
  await enter(panda, '/create hostile');
  // It is there before anybody joins it.
  await enter(panda, '/list');
  await panda.until(/^hostile$/m);
  await using eve = new ChannelsPeer(server.port('channels'));
  eve.send('Eve', '/join hostile', '\x1b[2J\x1b]0;title\x07\rAlice has left');
  await panda.until('[Eve]');
  expect(panda.everything).toContain('[Eve] \\x1b[2J\\x1b]0;title\\x07\\x0dAlice has left');
  expect(panda.lines[0]).toBe('[Me] /create hostile');
});

test('a server that goes away is told in the words of the source, and the session comes back', async () => {
  const passing = await startServer([channels]);
  const port = passing.port('channels');
  await using panda = await client('Panda', port);
  await enter(panda, '/create tea');
  await enter(panda, '/list');
  await panda.until(/^tea$/m);
  await passing.stop();
  await panda.until(`Server at 127.0.0.1:${port} has disconnected`);
  const again = await startChat(['serve', '--channels', `${port}`, '--memory']);
  await panda.until('Connected again.');
  // The channel is made anew behind the refusal to join it, which nobody sees.
  for (let asked = 2; !/^tea$[^]*^tea$/m.test(panda.everything); asked++) {
    panda.type(`/list${keys.enter}`);
    await panda.until((shown) => shown.everything.split('[Me] /list').length > asked);
  }
  expect(panda.everything).not.toContain('No channel named');
  await again.kill();
});

test('--once ends the session with its server', async () => {
  const passing = await startServer([channels]);
  const port = passing.port('channels');
  await using panda = await openChat([
    'connect',
    '--plain',
    `channels://Panda@127.0.0.1:${port}`,
    '--once',
  ]);
  await panda.until('[Me]');
  await passing.stop();
  expect(await panda.ended).toBe(69);
  expect(panda.everything).toEndWith(`Server at 127.0.0.1:${port} has disconnected`);
});

test('a server that is not there is told in the words of the source', async () => {
  const { port } = await (async () => {
    const passing = await startServer([channels]);
    const free = passing.port('channels');
    await passing.stop();
    return { port: free };
  })();
  await using panda = await openChat(['connect', '--plain', `channels://Panda@localhost:${port}`]);
  expect(await panda.ended).toBe(69);
  expect(panda.everything).toBe(`Unable to connect to localhost:${port}`);
});

test('behind pipes it prints what comes, as the course reads it', async () => {
  const url = (name: string): string => `channels://${name}@127.0.0.1:${server.port('channels')}`;
  const alice = await startChat(['connect', url('Alice')]);
  const kay = await startChat(['connect', url('Kay')]);
  alice.write('/create tas\n/list\n');
  await alice.until(/^tas$/m);
  kay.write('/join tas\n');
  await alice.until('Kay has joined\n');
  kay.write('Hi!\n');
  await alice.until('[Kay] Hi!\n');
  alice.write('Hello!\n');
  await kay.until('[Alice] Hello!\n');
  alice.end();
  const ended = await alice.ended;
  expect(ended.status).toBe(0);
  await kay.until('Alice has left\n');
  kay.write('/join nowhere\n');
  kay.end();
  const failed = await kay.ended;
  expect(failed.out).toEndWith("No channel named nowhere exists. Try '/create nowhere'?\n");
  expect(failed.status).toBe(67);
});

test('a person without a name is told so, sees their channel in the prompt, and gets help', async () => {
  await using alone = await startServer([channels]);
  const place = `127.0.0.1:${alone.port('channels')}`;
  await using nameless = await openChat(['connect', `channels://${place}`], { columns: 120 });
  await nameless.until('You are guest (you gave no name;');
  await nameless.until((shown) => shown.cursorLine === 'no channel> ');
  nameless.type(`/help${keys.enter}`);
  await nameless.until('/create NAME   make one');
  nameless.type(`/create tea${keys.enter}`);
  await nameless.until((shown) => shown.cursorLine === 'tea> ');
  await using alice = await openChat(['connect', `channels://Alice@${place}/tea`], {
    columns: 120,
  });
  await alice.until('You are Alice in tea.');
  alice.type(`hello guest${keys.enter}`);
  await nameless.until(/^\d\d:\d\d \[Alice\] hello guest$/m);
  nameless.type(`/quit${keys.enter}`);
  expect(await nameless.ended).toBe(0);
});

// The client as a user sees it: the source's transcripts on real pseudo-terminals, line for line.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { market } from '../../../src/protocol/market/index';
import { runChat, startChat } from '../../support/executable';
import { keys, openChat, type Screen } from '../../support/pty';
import { startServer, type TestServer } from '../../support/server';
import { Conversation } from './conversation';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([market]);
});
afterAll(() => server.stop());

const url = (name: string, of = server): string =>
  `market://${name}@127.0.0.1:${of.port('market')}`;

/** A user at a terminal who has entered. */
async function inside(
  name: string,
  balance: number,
  of = server,
  ...more: string[]
): Promise<Screen> {
  const screen = await openChat(['connect', url(name, of), '--plain', ...more], { columns: 120 });
  await screen.until('What is your balance?');
  screen.type(`${balance}${keys.enter}`);
  await screen.until((shown) => shown.cursorLine === 'Me: ');
  return screen;
}

async function enter(screen: Screen, line: string): Promise<void> {
  screen.type(line + keys.enter);
  await screen.until((shown) => shown.everything.includes(`Me: ${line}\n`));
}

const entrance = (balance: number): string[] => [
  'Welcome to the best chat in the universe!',
  '[SERVER] Client: What is your balance?',
  `${balance}`,
  `[SERVER] Client: The balance of ${balance} has been set to your account.`,
];

test("the source's balance dialogue", async () => {
  await using screen = await inside('Identifier1', 50_000);
  expect(screen.everything).toBe([...entrance(50_000), 'Me:'].join('\n'));
  expect(screen.cursor.column).toBe(4);
});

test("the source's client terminal 2", async () => {
  await using alone = await startServer([market]);
  await using two = await inside('Identifier2', 5, alone);
  await using three = await inside('Identifier3', 5, alone);
  await enter(three, 'Hola!');
  await two.until('<Identifier3>: Hola!');
  await enter(two, 'Hola!');
  await three.until('<Identifier2>: Hola!');
  three.type(keys.control('d'));
  expect(await three.ended).toBe(0);
  await two.until('<Identifier3> disconnected!');
  await enter(two, 'uwu');
  two.type(keys.control('d'));
  expect(await two.ended).toBe(0);
  expect(two.everything).toBe(
    [
      ...entrance(5),
      '[SERVER] Client: <Identifier3> connected!',
      '<Identifier3>: Hola!',
      'Me: Hola!',
      '[SERVER] Client: <Identifier3> disconnected!',
      'Me: uwu',
      'You have been disconnected from the best chat in the universe!',
    ].join('\n'),
  );
});

test("the source's transfer beyond one's funds", async () => {
  await using alone = await startServer([market]);
  await using one = await inside('Identifier1', 3000, alone);
  await using two = await inside('Identifier2', 0, alone);
  await one.until('<Identifier2> connected!');
  await enter(one, ':funds');
  await one.until('You have 3000 dollars.');
  await enter(one, ':t - <Identifier2> - 10000');
  await one.until('sufficient funds');
  one.type(`:q${keys.enter}`);
  expect(await one.ended).toBe(0);
  expect(one.everything).toBe(
    [
      ...entrance(3000),
      '[SERVER] Client: <Identifier2> connected!',
      'Me: :funds',
      '[SERVER] Client: You have 3000 dollars.',
      'Me: :t - <Identifier2> - 10000',
      "[SERVER] Client: You don't have sufficient funds for the transaction.",
      'Me: :q',
      'You have been disconnected from the best chat in the universe!',
    ].join('\n'),
  );
  await two.until('<Identifier1> disconnected!');
});

test('what is being typed stays while others speak, cursor included', async () => {
  await using alone = await startServer([market]);
  await using ann = await inside('ann', 5, alone);
  await using conversation = new Conversation(alone.port('market'));
  ann.type(`half a line${keys.left}${keys.left}`);
  await ann.until((screen) => screen.cursorLine === 'Me: half a line');
  await conversation.play('bob enters with 1\nbob > hi\\rMe: forged \x1b[2J');
  await ann.until('<bob>: Me: forged');
  await ann.until((screen) => screen.cursorLine === 'Me: half a line');
  expect(ann.everything).toBe(
    [
      ...entrance(5),
      '[SERVER] Client: <bob> connected!',
      '<bob>: hi',
      '<bob>: Me: forged [2J',
      'Me: half a line',
    ].join('\n'),
  );
  expect(ann.cursor.column).toBe('Me: half a li'.length);
  ann.type(keys.end + keys.enter);
  await conversation.play('bob < <ann>: half a line');
});

test('a name in use is told, and another may be typed', async () => {
  await using conversation = new Conversation(server.port('market'));
  await conversation.play('taken enters with 1');
  await using screen = await openChat(['connect', url('taken')], { columns: 120 });
  await screen.until('<taken> is already in use.');
  screen.type(`other${keys.enter}`);
  await screen.until(/balance\?\n.*\nother\n.*balance\?/);
  screen.type(`5${keys.enter}`);
  await conversation.play('taken < [SERVER] Client: <other> connected!');
});

test('Tab completes whom one has heard of', async () => {
  await using conversation = new Conversation(server.port('market'));
  await using ann = await inside('tabby', 5);
  await conversation.play('barbara enters with 1');
  await ann.until('<barbara> connected!');
  ann.type(`:t - <bar${keys.tab}- 2${keys.enter}`);
  await conversation.play('barbara < [SERVER] Client: <tabby> transferred 2 dollars to you.');
});

test('a server that stops says goodbye; one that is not there is told', async () => {
  const passing = await startServer([market]);
  const there = url('ann', passing);
  await using screen = await inside('ann', 5, passing, '--once');
  await passing.stop();
  expect(await screen.ended).toBe(69);
  expect(screen.everything).toEndWith(
    'You have been disconnected from the best chat in the universe!',
  );
  const absent = await runChat(['connect', there]);
  expect(absent.status).toBe(69);
  expect(absent.err).toContain(`Unable to connect to 127.0.0.1:${new URL(there).port}`);
});

test('a script: its answers are waited for, its first refusal is its status', async () => {
  await using conversation = new Conversation(server.port('market'));
  await conversation.play('listener enters with 0');
  const input = '100\nhola\n:t - <listener> - 40\n:t - <listener> - 400\n:funds\n';
  const { status, out } = await runChat(['connect', url('script')], { input });
  expect(out).toBe(
    [
      'Welcome to the best chat in the universe!',
      '[SERVER] Client: What is your balance?',
      '[SERVER] Client: The balance of 100 has been set to your account.',
      '[SERVER] Client: You transferred 40 dollars to <listener>.',
      "[SERVER] Client: You don't have sufficient funds for the transaction.",
      '[SERVER] Client: You have 60 dollars.',
      'You have been disconnected from the best chat in the universe!',
      '',
    ].join('\n'),
  );
  expect(status).toBe(77);
});

test('a bot gets objects, and a script whose name is in use says nothing', async () => {
  const bot = await startChat(['connect', url('bot'), '--json', '--once']);
  bot.write('5\n');
  await bot.until('{"type":"balance","amount":5}\n');
  const second = await runChat(['connect', url('bot')], { input: '5\nhola\n' });
  expect(second.status).toBe(77);
  expect(second.out).toContain('<bot> is already in use.');
  await using conversation = new Conversation(server.port('market'));
  await conversation.play('ann enters with 10\nann > hi\nann > :t - bot - 3');
  await bot.until(
    /\{"type":"message","from":"ann","text":"hi","at":".*"\}\n\{"type":"paid","from":"ann","amount":3,"at":".*"\}\n/,
  );
  expect(bot.out).not.toContain('hola');
  bot.end();
  expect((await bot.ended).status).toBe(0);
});

test('chat send changes no balance', async () => {
  await using conversation = new Conversation(server.port('market'));
  await conversation.play(`
    thrifty enters with 500
    thrifty > :q
    thrifty < You have been disconnected from the best chat in the universe!
    thrifty |
  `);
  expect(await runChat(['send', url('thrifty'), 'hola'])).toMatchObject({ status: 0 });
  await using peer = new Conversation(server.port('market'));
  await peer.play(`
    thrifty connects
    thrifty > thrifty
    thrifty < [SERVER] Client: What is your balance?
    thrifty > :funds
    thrifty < [SERVER] Client: You have 500 dollars.
    thrifty < [SERVER] Client: What is your balance?
  `);
});

test('a person sees what is private, keeps their name at a mistyped balance, and gets help', async () => {
  await using alone = await startServer([market]);
  await using conversation = new Conversation(alone.port('market'));
  await using ann = await openChat(['connect', url('ann', alone)], { columns: 120 });
  await ann.until('(you are <ann>; a whole number of dollars)');
  ann.type(`lots${keys.enter}`);
  await ann.until('The balance must be a whole number.');
  ann.type(`5${keys.enter}`);
  await ann.until((shown) => shown.cursorLine === 'Me: ');
  await conversation.play('bob enters with 1\nbob > :p - ann - psst\nbob > aloud');
  await ann.until(/^\d\d:\d\d <bob>: aloud$/m);
  expect(ann.everything).toMatch(/^\d\d:\d\d \[PRIVATE\] <bob>: psst$/m);
  ann.type(`/help${keys.enter}`);
  await ann.until('/help                 this page');
  await conversation.play(
    'bob > :u\nbob < [SERVER] Client: Connected users:\nbob < <ann>\nbob < <bob>',
  );
});

test('chat send: to one, to an unknown user, to all', async () => {
  await using conversation = new Conversation(server.port('market'));
  await conversation.play('reader enters with 0');
  const send = (path: string, text: string) => runChat(['send', `${url('sender')}${path}`, text]);
  expect(await send('/reader', 'psst :smile')).toMatchObject({ status: 0 });
  expect(await send('/nobody', 'psst')).toMatchObject({
    status: 67,
    err: expect.stringContaining('<nobody> is not connected.') as string,
  });
  expect(await send('', 'hola\n:q')).toMatchObject({ status: 0 });
  await conversation.play(`
    reader < [SERVER] Client: <sender> connected!
    reader < <sender>: psst :~)
    reader < [SERVER] Client: <sender> disconnected!
    reader < [SERVER] Client: <sender> connected!
    reader < [SERVER] Client: <sender> disconnected!
    reader < [SERVER] Client: <sender> connected!
    reader < <sender>: hola
    reader < <sender>:  :q
    reader < [SERVER] Client: <sender> disconnected!
  `);
});

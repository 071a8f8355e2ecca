// Lost clients and lost servers, as the source's diagrams tell them: killed, and cut off on a real network.

import { test } from 'bun:test';

import { type Chat, startChat } from '../../support/executable';
import { canMakeHosts, type Host, makeHosts } from '../../support/hosts';

/** What the wire page allows from a loss without a word to its being told, in ms; and a test its end. */
const noticedMs = 30_000;
const testMs = 3 * noticedMs;

const port = 9001;

/** A server, and where clients find it. */
async function serve(host?: Host): Promise<{ server: Chat; where: string }> {
  const within = host && { within: host.command };
  const server = await startChat(['serve', '--groups', `${host ? port : 0}`, '--memory'], within);
  const [, taken] = await server.until(/groups +(\d+)/, { on: 'err' });
  return { server, where: `${host?.address ?? '127.0.0.1'}:${taken}` };
}

/** A user in a session whose standard input stays open, so that it waits for messages. */
async function connect(name: string, address: string, host?: Host): Promise<Chat> {
  const within = host && { within: host.command };
  const chat = await startChat(['connect', `groups://${name}@${address}`], within);
  await chat.until(`You are in as ${name}`);
  return chat;
}

/** `one` and `other` have talked, and everything said was confirmed. */
async function talk(one: Chat, name: string, other: Chat, to: string): Promise<void> {
  one.write(`chat ${to}\nhola\nquit\n`);
  await other.until(`${name}: hola`);
  await one.until(`delivered to ${to}`);
}

test('that a client is killed is told at once to those who talked with it', async () => {
  const { server, where } = await serve();
  const alice = await connect('alice', where);
  const bob = await connect('bob', where);
  await talk(alice, 'alice', bob, 'bob');
  await bob.kill('SIGKILL');
  await alice.until('bob has disconnected');
  alice.write('chat bob\nstill there?\n');
  await alice.until('not delivered to bob: unknown user');
  await Promise.all([alice.kill(), server.kill()]);
});

test('a server that is killed is told by every client, whether it writes or waits', async () => {
  const { server, where } = await serve();
  const alice = await connect('alice', where);
  const bob = await connect('bob', where);
  await server.kill('SIGKILL');
  for (const chat of [alice, bob]) {
    await chat.until(`No connection to the server ${where} could be established.`, { on: 'err' });
    await chat.kill();
  }
});

test.skipIf(!canMakeHosts())(
  'a client that is cut off is noticed, whether it is written to or not; so is the server',
  async () => {
    await using network = await makeHosts(4);
    const [atServer, atAlice, atBob, atCarol] = network.hosts as [Host, Host, Host, Host];
    const { server, where } = await serve(atServer);
    const alice = await connect('alice', where, atAlice);
    const bob = await connect('bob', where, atBob);
    const carol = await connect('carol', where, atCarol);
    await talk(alice, 'alice', bob, 'bob');
    await talk(alice, 'alice', carol, 'carol');

    await Promise.all([atBob.setCable(false), atCarol.setCable(false)]);
    alice.write('chat carol\nare you there?\n');
    const soon = { withinMs: noticedMs };
    await alice.until('bob has disconnected', soon);
    await alice.until('not delivered to carol: disconnected', soon);
    await alice.until('carol has disconnected', soon);
    // The ones cut off have noticed as well.
    const lost = { on: 'err', withinMs: noticedMs } as const;
    const told = `No connection to the server ${where} could be established.`;
    for (const cut of [bob, carol]) await cut.until(told, lost);

    await atServer.setCable(false);
    await alice.until(told, lost);
    await Promise.all([alice, bob, carol, server].map((chat) => chat.kill()));
  },
  testMs,
);

// Sessions on a network that is cut without a word: each notices in time, says so, and comes back by itself.

import { expect, test } from 'bun:test';

import { type Chat, isolatedEnvironment, runChat, startChat } from '../support/executable';
import { canMakeHosts, makeHosts } from '../support/hosts';

/** What a cut may take to be noticed, and what the comeback may take, in ms. */
const noticedMs = 30_000;
const testMs = 4 * noticedMs;

const doors = ['channels', 'market', 'relay', 'groups'] as const;

test.skipIf(!canMakeHosts())(
  'the cable is out for a while: every session comes back, whether it had something to say or not',
  async () => {
    await using network = await makeHosts(2);
    const [host, away] = network.hosts;
    if (host === undefined || away === undefined) throw new Error('no hosts');
    const flags = doors.flatMap((door, index) => [`--${door}`, `${9001 + index}`]);
    const server = await startChat(['serve', ...flags, '--memory'], { within: host.command });
    await server.until(/groups +\d+/, { on: 'err' });

    const sessions: Chat[] = [];
    const open = async (url: string): Promise<Chat> => {
      const chat = await startChat(['connect', url, '--json'], { within: away.command });
      sessions.push(chat);
      return chat;
    };
    const quiet = await open(`channels://Quiet@${host.address}:9001`);
    quiet.write('/create tea\n/list\n');
    await quiet.until('tea');
    const busy = await open(`channels://Busy@${host.address}:9001/tea`);
    await quiet.until('Busy');
    const market = await open(`market://Mara@${host.address}:9002`);
    await market.until('"');
    const relay = await open(`relay://7@${host.address}:9003`);
    await relay.until('You are emitter 7', { on: 'err' });
    const group = await open(`groups://Gabi@${host.address}:9004`);
    await group.until('connected');

    await away.setCable(false);
    const cutAt = performance.now();
    busy.write('is anybody there?\n');
    await Promise.all(
      sessions.map((chat) => chat.until('trying again', { on: 'err', withinMs: noticedMs })),
    );
    expect(performance.now() - cutAt).toBeLessThan(noticedMs);
    await away.setCable(true);
    await Promise.all(
      sessions.map((chat) => chat.until('Connected again.', { on: 'err', withinMs: noticedMs })),
    );

    // Both are in their channel again; either may have come first.
    await Promise.race([quiet.until(/"Busy"[^]*"Busy"/), busy.until('"Quiet"')]);
    busy.write('now?\n');
    await quiet.until('now?');
    await Promise.all([...sessions, server].map((chat) => chat.kill()));
  },
  testMs,
);

/** A server of the mailbox alone on a host, with two users, and a session of the second on another host. */
async function withMailbox(
  cut: (on: {
    readonly session: Chat;
    readonly setCable: (plugged: boolean) => Promise<void>;
    readonly send: (text: string) => Promise<unknown>;
  }) => Promise<void>,
  ...flags: readonly string[]
): Promise<void> {
  await using network = await makeHosts(2);
  const [host, away] = network.hosts;
  if (host === undefined || away === undefined) throw new Error('no hosts');
  const within = host.command;
  const env = await isolatedEnvironment();
  const server = await startChat(['serve', '-p', '8888', '--memory'], { within });
  await server.until('8888');
  const at = ['-s', host.address, '-p', '8888'];
  for (const [name, by] of [
    ['alice', host],
    ['bob', away],
  ] as const) {
    const full = ['--name', name, '--born', '04/05/1852'];
    await runChat(['register', name, ...full, ...at], { within: by.command, env });
  }
  const session = await startChat(['connect', 'bob', ...at, '--json', ...flags], {
    within: away.command,
    env,
  });
  await session.until('CONNECT');
  await cut({
    session,
    setCable: (plugged) => away.setCable(plugged),
    send: (text) => runChat(['send', 'bob', text, '--as', 'alice', ...at], { within, env }),
  });
  await Promise.all([session.kill(), server.kill()]);
}

test.skipIf(!canMakeHosts())(
  'the mailbox: a user who is written to while cut off gets it without doing anything',
  async () => {
    await withMailbox(async ({ session, setCable, send }) => {
      await setCable(false);
      await send('you missed this');
      await session.until('trying again', { on: 'err', withinMs: noticedMs });
      await setCable(true);
      await session.until('you missed this', { withinMs: noticedMs });
      await session.until('connected again', { on: 'err' });
      await send('and not this');
      await session.until('and not this');
    });
  },
  testMs,
);

test.skipIf(!canMakeHosts())(
  'the mailbox: --once ends where the server is lost',
  async () => {
    await withMailbox(async ({ session, setCable }) => {
      await setCable(false);
      expect((await session.ended).status).toBe(69);
    }, '--once');
  },
  testMs,
);

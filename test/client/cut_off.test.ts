// Sessions on a network that is cut without a word: each notices in time, says so, and comes back by itself.

import { expect, test } from 'bun:test';

import { type Chat, startChat } from '../support/executable';
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

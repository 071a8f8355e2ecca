// Many clients at once, and one that does not read.

import { expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { market } from '../../../src/protocol/market/index';
import { readRates } from '../../../src/server/quota/flag';
import { HandClock } from '../../support/hand_clock';
import { startServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { isOverTls } from '../../support/tls';
import { Conversation } from './conversation';

/** Over TLS fewer: all their handshakes are this process's, on both sides. */
const crowd = isOverTls ? 300 : 1000;

test('a thousand clients enter at once and all hear what one says', async () => {
  await using server = await startServer([market]);
  const port = server.port('market');
  const clients = await Promise.all(
    Array.from({ length: crowd }, async (_, index) => {
      const peer = await connectTcp(port);
      await peer.send(`c${index}\n${index}\n`);
      return peer;
    }),
  );
  await server.console.until(({ lines }) => lines.length === clients.length);
  const [first] = clients;
  await first?.send('hola\n');
  const heard = await Promise.all(clients.slice(1).map((client) => client.readTo('<c0>: hola\n')));
  // Who entered before was told of all who entered after.
  const told = heard.join('').match(/connected!/g)?.length ?? 0;
  await first?.send(':u\n');
  const list = await first?.readTo('Connected users:\n');
  const before = list?.match(/connected!/g)?.length ?? 0;
  expect(told + before).toBe((crowd * (crowd - 1)) / 2);
  const users = new Set<string>();
  while (users.size < crowd) users.add((await first?.readTo('\n')) ?? '');
  expect(users).toContain(`<c${crowd - 1}>\n`);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
}, 60_000);

test('a reader that reads nothing stays while others flood, and goes in time, alone', async () => {
  const clock = new HandClock();
  const rates = { perSecond: readRates('requests=off') };
  await using server = await startServer([market], { bounds: { clock, rates } });
  await using conversation = new Conversation(server.port('market'));
  await conversation.play('ann enters with 1');
  const sloth = await connectTcp(server.port('market'));
  await sloth.send('sloth\n1\n');
  await conversation.play('ann < [SERVER] Client: <sloth> connected!');
  sloth.stopReading();
  await conversation.play('bob enters with 1\nann < [SERVER] Client: <bob> connected!');
  const text = 'x'.repeat(1000);
  const farewell = '[SERVER] Client: <sloth> disconnected!\n';
  // More than the system's buffers and ours hold for the one that does not read.
  for (let batch = 0; batch < 80; batch++) {
    await conversation.peer('ann').send(`${text}\n`.repeat(200));
    for (let line = 0; line < 200; line++)
      expect(await conversation.peer('bob').readTo('\n')).toBe(`<ann>: ${text}\n`);
  }
  clock.pass(limits.net.stalledMs);
  await conversation.readsLines('bob', farewell);
  await conversation.readsLines('ann', farewell);
  await sloth[Symbol.asyncDispose]();
}, 60_000);

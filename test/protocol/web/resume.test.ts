// Connections that break at random points: no message is lost, and none is sent or received twice.

import { expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { cuttingProxy } from '../../support/cutting_proxy';
import { seeded } from '../../support/random';
import { startServer } from '../../support/server';
import { join, tokenFor, WebPerson } from './person';

test.each([1, 2, 3, 4, 5, 6])('seed %i', async (seed) => {
  await using server = await startServer([web]);
  const chance = seeded(seed);
  const cuts = { left: 30 };
  const proxy = cuttingProxy(server.port('web'), chance, cuts);
  try {
    await using before = await join(server.port('web'), 'bob');
    await before.register('alice');
    before.client.leave();
    await using alice = new WebPerson(() => proxy.port);
    await using bob = new WebPerson(() => proxy.port);
    alice.client.enter('alice', tokenFor('alice'));
    bob.client.enter('bob', tokenFor('bob'));

    const texts = Array.from({ length: 40 }, (_, index) => `message ${index} of seed ${seed}`);
    const sent = texts.flatMap((text, index) => [
      alice.insist({ do: 'send', to: 'bob', text, key: `alice-${index}-${seed}` }),
      bob.insist({ do: 'send', to: 'alice', text, key: `bob-${index}-${seed}-` }),
    ]);
    const ids = (await Promise.all(sent)).map(({ id }) => id);
    await alice.until(({ messages }) => messages.length >= texts.length);
    await bob.until(({ messages }) => messages.length >= texts.length);

    // In order, each once; and each sender's ids count every message once.
    expect(alice.messages.map(({ text }) => text)).toEqual(texts);
    expect(bob.messages.map(({ text }) => text)).toEqual(texts);
    expect(ids.toSorted((a, b) => a - b)).toEqual(texts.flatMap((_, i) => [i + 1, i + 1]));
    expect(alice.dials + bob.dials).toBeGreaterThan(10);
    expect(server.console.warnings).toEqual([]);
  } finally {
    proxy.stop(true);
  }
});

// Connections that break at random points: no message is lost, and none is sent or received twice.

import { expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { seeded } from '../../support/random';
import { startServer } from '../../support/server';
import { join, tokenFor, WebPerson } from './person';

interface Ends {
  other: Bun.Socket<Ends> | undefined;
  readonly waiting: Uint8Array[];
  left: number;
}

/** A proxy that passes bytes in both directions, and breaks each connection after some of them, `cuts.left` times in all. */
function cuttingProxy(port: number, chance: () => number, cuts: { left: number }) {
  const pass = (from: Bun.Socket<Ends>, bytes: Uint8Array): void => {
    const { data } = from;
    let piece = bytes;
    if (cuts.left > 0 && (data.left -= bytes.length) < 0) {
      cuts.left--;
      piece = bytes.subarray(0, bytes.length + data.left);
    }
    if (data.other) data.other.write(piece);
    else data.waiting.push(piece.slice());
    if (piece.length === bytes.length) return;
    data.other?.flush();
    data.other?.end();
    from.terminate();
  };
  const handlers = {
    data: pass,
    close: ({ data }: Bun.Socket<Ends>) => void data.other?.end(),
    error: () => {},
  };
  const ends = (): Ends => ({
    other: undefined,
    waiting: [],
    // The answer to the upgrade alone has some hundred bytes.
    left: 200 + Math.floor(chance() * 1500),
  });
  return Bun.listen<Ends>({
    hostname: '127.0.0.1',
    port: 0,
    socket: {
      ...handlers,
      open(near) {
        near.data = ends();
        void Bun.connect<Ends>({
          hostname: '127.0.0.1',
          port,
          data: { ...ends(), other: near },
          socket: {
            ...handlers,
            open(far) {
              near.data.other = far;
              for (const bytes of near.data.waiting.splice(0)) far.write(bytes);
            },
          },
        });
      },
    },
  });
}

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

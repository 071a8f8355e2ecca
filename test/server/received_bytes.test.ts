// The total of what was received and not taken: above it the greediest address loses its oldest half messages.

import { expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market';
import { type Holder, ReceivedBytes } from '../../src/server/net/received_bytes';
import { startServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

const total = limits.net.inboxBytesInAll;
const each = limits.market.lineBytes;

class FakeHolder implements Holder {
  isDropped = false;
  readonly network: string;
  readonly isUnfinished: boolean;

  constructor(network: string, isUnfinished = true) {
    this.network = network;
    this.isUnfinished = isUnfinished;
  }

  drop(): void {
    this.isDropped = true;
  }
}

test('up to the total nobody is dropped, above it the address with the most, oldest first', () => {
  const received = new ReceivedBytes();
  const modest = new FakeHolder('modest');
  received.set(modest, each);
  const greedy = Array.from({ length: total / each - 1 }, () => new FakeHolder('greedy'));
  for (const holder of greedy) received.set(holder, each);
  const dropped = (): boolean[] => [modest, ...greedy].map(({ isDropped }) => isDropped);
  expect(dropped()).not.toContain(true);
  received.set(new FakeHolder('late'), 1);
  const count = greedy.filter(({ isDropped }) => isDropped).length;
  expect(modest.isDropped).toBe(false);
  expect(count).toBeGreaterThanOrEqual(total / each / 4);
  expect(count).toBeLessThan(total / each / 2);
  expect(greedy.slice(0, count).every(({ isDropped }) => isDropped)).toBe(true);
});

test('half messages go before what waits for its turn', () => {
  const received = new ReceivedBytes();
  const waiting = new FakeHolder('one', false);
  received.set(waiting, total / 2);
  const half = new FakeHolder('one');
  received.set(half, total / 2 + 1);
  expect([waiting.isDropped, half.isDropped]).toEqual([false, true]);
});

test('what was taken does not count any more', () => {
  const received = new ReceivedBytes();
  const holder = new FakeHolder('one');
  for (let count = 0; count < 10; count++) {
    received.set(holder, total / 2);
    received.set(holder, 0);
  }
  expect(holder.isDropped).toBe(false);
});

test('at a real door: half lines of many peers are bounded, and a whole one is still taken', async () => {
  await using server = await startServer([market]);
  const half = 'x'.repeat(each);
  const peers: TcpPeer[] = [];
  // Each line is as long as a line may be, and has no end.
  for (let count = 0; count <= total / each; count++) {
    const peer = await connectTcp(server.port('market'));
    peers.push(peer);
    await peer.send(`u${count}\n${half}`);
  }
  await peers[0]?.readToEnd().catch(() => {});
  const modest = await connectTcp(server.port('market'));
  await modest.send('modest\n5\n');
  expect(await modest.readTo('set to your account.')).not.toBe('');
});

// The total of what was received and not taken: above it the greediest address loses its oldest half messages.

import { expect, test } from 'bun:test';

import { HeldBytes, type Holder } from '../../src/net/held_bytes';
import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market';
import { HandClock } from '../support/hand_clock';
import { startServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

const total = limits.net.inboxBytesInAll;
const each = limits.market.lineBytes;

class FakeHolder implements Holder {
  isDropped = false;
  readonly network: string;
  readonly isIdle: boolean;

  constructor(network: string, isIdle = true) {
    this.network = network;
    this.isIdle = isIdle;
  }

  drop(): void {
    this.isDropped = true;
  }
}

test('up to the total nobody is dropped, above it the address with the most, oldest first', () => {
  const received = new HeldBytes(total);
  const modest = new FakeHolder('modest');
  received.set(modest, each);
  const greedy = Array.from({ length: total / each - 1 }, () => new FakeHolder('greedy'));
  for (const holder of greedy) received.set(holder, each);
  const dropped = (): boolean[] => [modest, ...greedy].map(({ isDropped }) => isDropped);
  expect(dropped()).not.toContain(true);
  received.set(new FakeHolder('late'), 2 * each);
  expect(modest.isDropped).toBe(false);
  expect(greedy.map(({ isDropped }) => isDropped)).toEqual(greedy.map((_, at) => at < 2));
  expect(received.total).toBe(total);
});

test('those who hold as much take turns, and no others lose anything', () => {
  const received = new HeldBytes(total);
  const modest = new FakeHolder('modest');
  received.set(modest, each);
  const names = ['one', 'two', 'three', 'four'];
  const holders = names.map((name) => {
    const own = Array.from({ length: total / each / 4 }, () => new FakeHolder(name));
    for (const holder of own) received.set(holder, each);
    return own;
  });
  for (let count = 0; count < 8; count++) received.set(new FakeHolder(`late ${count}`), each);
  const lost = holders.map((own) => own.filter(({ isDropped }) => isDropped).length);
  // The modest one came first, so one had to go for it.
  expect(lost.toSorted((one, other) => one - other)).toEqual([2, 2, 2, 3]);
  expect(modest.isDropped).toBe(false);
});

test('whom to drop costs the same however many there are', () => {
  const steps = (networks: number): number => {
    const received = new HeldBytes(networks);
    let looks = 0;
    const holder = (at: number): Holder => ({
      network: `${at}`,
      get isIdle() {
        looks++;
        return true;
      },
      drop() {},
    });
    for (let at = 0; at < networks; at++) received.set(holder(at), 1);
    looks = 0;
    for (let at = 0; at < 100; at++) received.set(holder(networks + at), 1);
    return looks;
  };
  expect(steps(10_000)).toBe(steps(10));
});

test('half messages go before what waits for its turn', () => {
  const received = new HeldBytes(total);
  const waiting = new FakeHolder('one', false);
  received.set(waiting, total / 2);
  const half = new FakeHolder('one');
  received.set(half, total / 2 + 1);
  expect([waiting.isDropped, half.isDropped]).toEqual([false, true]);
});

test('what was taken does not count any more', () => {
  const received = new HeldBytes(total);
  const holder = new FakeHolder('one');
  for (let count = 0; count < 10; count++) {
    received.set(holder, total / 2);
    received.set(holder, 0);
  }
  expect(holder.isDropped).toBe(false);
});

test('at a real door: half lines of many peers are bounded, and a whole one is still taken', async () => {
  const clock = new HandClock();
  await using server = await startServer([market], {
    bounds: { clock, rates: { exemptLoopback: true } },
  });
  const half = 'x'.repeat(each);
  const peers: TcpPeer[] = [];
  // Each line is as long as a line may be, and has no end.
  for (let count = 0; count <= (1.1 * total) / each; count++) {
    const peer = await connectTcp(server.port('market'));
    peers.push(peer);
    await peer.send(`u${count}\n${half}`);
  }
  const modest = await connectTcp(server.port('market'));
  await modest.send('modest\n');
  const isDropped = (): boolean => peers.some(({ closed }) => closed);
  // Nobody outside knows when the server has read all of it, so it is sent until there is too much.
  while (!isDropped()) {
    await modest.readTo('balance?\n');
    await modest.send('lots\n');
    clock.pass(limits.net.frozenMs);
    for (const peer of peers) await peer.send(half).catch(() => {});
  }
  await modest.send('5\n');
  expect(await modest.readTo('set to your account.')).not.toBe('');
});

test('from one address, who holds little goes on, however long they have held it', () => {
  const received = new HeldBytes(total);
  const modest = Array.from({ length: 200 }, () => new FakeHolder('one'));
  for (const holder of modest) received.set(holder, 10);
  const greedy = Array.from({ length: 2 * (total / each) }, () => new FakeHolder('one'));
  for (const holder of greedy) received.set(holder, each);
  expect(modest.filter(({ isDropped }) => isDropped).length).toBeLessThanOrEqual(4);
  expect(greedy.filter(({ isDropped }) => isDropped).length).toBeGreaterThan(total / each / 2);
});

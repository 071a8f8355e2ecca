// A connection's flow: what is held back, when reading stops, and that an end comes behind all that was sent.

import { describe, expect, test } from 'bun:test';

import { HeldBytes } from '../../src/net/held_bytes';
import type { Socket } from '../../src/net/socket';
import type { Inbox } from '../../src/protocol/bytes/inbox';
import type { Session } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import { type Direct, type Name, ok, type Said } from '../../src/protocol/model';
import { ConnectionHost, type ConnectionHostDeps } from '../../src/server/net/connection_host';
import { Turns } from '../../src/server/net/turns';
import { Rates } from '../../src/server/quota/rates';
import { HandClock } from '../support/hand_clock';
import { hostDeps } from '../support/host_deps';

/** Turns whose next round is in the test's hands. */
function handTurns() {
  const soon: (() => void)[] = [];
  const turns = new Turns({ monotonicNow: () => 0, soon: (step) => void soon.push(step) });
  return { turns, nextRound: () => soon.shift()?.() };
}

/** A connection whose session submits one command a byte. The test gives the outcomes. */
function connected({ turns } = handTurns(), asks = true, own: Partial<ConnectionHostDeps> = {}) {
  const told: string[] = [];
  const answers: (() => void)[] = [];
  const socket: Socket = {
    host: '127.0.0.1',
    remote: { host: '127.0.0.1', port: 1 },
    local: { host: '127.0.0.1', port: 2 },
    queued: 0,
    room: Infinity,
    write() {},
    end: () => void told.push('we end'),
    abort: () => void told.push('abort'),
    keepAlive() {},
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
  };
  const host = new ConnectionHost(
    socket,
    hostDeps({
      turns,
      owe: (command, done) => {
        told.push(`owed: ${command.do}`);
        answers.push(done);
      },
      submit: (_, done) => void answers.push(() => done(ok(undefined) as never)),
      closed: () => void told.push('closed'),
      ...own,
    }),
  );
  let taken = 0;
  const session: Session = {
    takeNext(inbox: Inbox) {
      if (!inbox.take(1)) return 'more';
      taken++;
      if (asks) host.submit({ do: 'watch', session: host.session }, () => {});
      return 'taken';
    },
    ended: () => void told.push(`end after ${taken}`),
    lost: (why) => void told.push(`lost: ${why}`),
    deliver: (_, settle) => settle('delivered'),
    tell: ({ is }) => void told.push(is),
    tellAll: (run) => void told.push(`${run.length} said`),
  };
  const answer = (count = Infinity): void => {
    for (; count > 0 && answers.length > 0; count--) answers.shift()?.();
  };
  return { host, session, told, answer, taken: () => taken };
}

const most = limits.net.outstandingRequests;

test('a full window that leaves nothing behind stops no reading', () => {
  const { host, session, told, answer, taken } = connected();
  host.start(session);
  host.data(new Uint8Array(most));
  answer();
  host.data(new Uint8Array(most));
  answer();
  expect(taken()).toBe(2 * most);
  expect(told).toEqual([]);
});

test('more than a window stops reading until all of it is answered', () => {
  const { host, session, told, answer, taken } = connected();
  host.start(session);
  host.data(new Uint8Array(most + 10));
  expect(taken()).toBe(most);
  expect(told).toEqual(['pause']);
  answer(most - 1);
  expect(told).toEqual(['pause']);
  answer(1);
  expect(told).toEqual(['pause', 'resume']);
  expect(taken()).toBe(most + 10);
});

test('what comes while a window is full is held back, and stops reading', () => {
  const { host, session, told, answer, taken } = connected();
  host.start(session);
  host.data(new Uint8Array(most));
  host.data(new Uint8Array(1));
  expect(taken()).toBe(most);
  expect(told).toEqual(['pause']);
  answer();
  expect(taken()).toBe(most + 1);
});

test('an end comes behind all that was sent before it', () => {
  const { host, session, told, answer } = connected();
  host.start(session);
  host.data(new Uint8Array(3 * most));
  host.ended();
  expect(told).toEqual(['pause']);
  answer();
  expect(told.at(-1)).toBe(`end after ${3 * most}`);
});

test('a peer that waits for its turn may send and end before it comes', () => {
  const { host, session, told, taken } = connected();
  host.data(new Uint8Array(5));
  host.ended();
  expect(told).toEqual([]);
  host.start(session);
  expect(taken()).toBe(5);
  expect(told).toEqual(['end after 5']);
});

test('requests that need no hub are taken in turns, and an end comes behind them', () => {
  const hand = handTurns();
  const flooder = connected(hand, false);
  const other = connected(hand, false);
  flooder.host.start(flooder.session);
  other.host.start(other.session);
  const turn = limits.net.turnRequests;
  flooder.host.data(new Uint8Array(3 * turn));
  flooder.host.ended();
  expect(flooder.taken()).toBe(turn);
  expect(flooder.told).toEqual(['pause']);
  other.host.data(new Uint8Array(1));
  expect(other.taken()).toBe(1);
  hand.nextRound();
  expect(flooder.taken()).toBe(2 * turn);
  hand.nextRound();
  expect(flooder.taken()).toBe(3 * turn);
  hand.nextRound();
  expect(flooder.told).toEqual(['pause', 'resume', `end after ${3 * turn}`]);
});

test('a round of many who flood is bounded, and everybody gets a turn in the next ones', () => {
  const hand = handTurns();
  const turn = limits.net.turnRequests;
  const inRound = limits.net.roundRequests / turn;
  const flooders = Array.from({ length: 2 * inRound }, () => connected(hand, false));
  const all = () => flooders.reduce((sum, { taken }) => sum + taken(), 0);
  for (const { host, session } of flooders) {
    host.start(session);
    host.data(new Uint8Array(10 * turn));
  }
  expect(all()).toBe(inRound * turn);
  hand.nextRound();
  hand.nextRound();
  expect(flooders.map(({ taken }) => taken() > 0)).not.toContain(false);
});

test('who says a word now and then does not wait behind those who flood', () => {
  const hand = handTurns();
  const turn = limits.net.turnRequests;
  const flooders = Array.from({ length: 100 }, () => connected(hand, false));
  const quiet = connected(hand, false);
  for (const { host, session } of [...flooders, quiet]) host.start(session);
  for (const { host } of flooders) host.data(new Uint8Array(10 * turn));
  while (flooders.some(({ taken }) => taken() === 0)) hand.nextRound();
  for (let word = 1; word <= 20; word++) {
    quiet.host.data(new Uint8Array(1));
    expect(quiet.taken()).toBe(word - 1);
    hand.nextRound();
    expect(quiet.taken()).toBe(word);
    // What is flooded in pieces of a turn each is flooded, too.
    for (const { host } of flooders) host.data(new Uint8Array(turn / 4));
  }
});

test('a turn ends when it has lasted long', () => {
  let now = 0;
  const turns = new Turns({ monotonicNow: () => now++, soon() {} });
  const slow = connected({ turns, nextRound() {} }, false);
  slow.host.start(slow.session);
  slow.host.data(new Uint8Array(limits.net.turnRequests));
  expect(slow.taken()).toBe(limits.net.clockRequests * (1 + limits.net.turnMs));
});

test('what waits for its turn on a connection that ended meanwhile is thrown away', () => {
  const hand = handTurns();
  const { host, session, told, taken } = connected(hand, false);
  host.start(session);
  host.data(new Uint8Array(2 * limits.net.turnRequests));
  host.ended();
  host.end();
  hand.nextRound();
  expect(taken()).toBe(limits.net.turnRequests);
  expect(told.at(-1)).toBe(`end after ${limits.net.turnRequests}`);
});

describe('a session that ends its side', () => {
  const name = 'ann' as Name;
  const said = { is: 'said', from: name, text: 'hi' } as Said;

  function entered() {
    const all = connected();
    const { host, session } = all;
    host.start(session);
    const { machine, remote: address } = host;
    const wanted = { name };
    const asks = { session: host.session, dialect: 'test', machine, address, wanted } as const;
    host.submit({ do: 'enter', collision: 'refuse', ...asks }, () => {});
    all.answer();
    return all;
  }

  test('leaves then, and not again when the connection is gone', () => {
    const { host, told, answer } = entered();
    host.end();
    expect(told).toEqual(['we end', 'resume', 'owed: leave']);
    answer();
    host.lost('closed');
    expect(told.slice(3)).toEqual(['lost: closed', 'closed']);
  });

  test('is known to delivery until it has left', () => {
    const { host, told, answer } = entered();
    host.end();
    host.lost('closed');
    expect(told).not.toContain('closed');
    answer();
    expect(told.at(-1)).toBe('closed');
  });

  test('is told nothing more, and gets no message', () => {
    const { host, told } = entered();
    const results: string[] = [];
    const deliver = (): void => host.deliver({} as Direct, (result) => results.push(result));
    deliver();
    host.tell(said);
    host.end();
    told.length = 0;
    deliver();
    host.tell(said);
    expect(host.tellAll([said, said])).toBe(true);
    expect(told).toEqual([]);
    expect(results).toEqual(['delivered', 'failed']);
  });
});

test('a session that never entered leaves nothing', () => {
  const { host, session, told } = connected();
  host.start(session);
  host.end();
  host.lost('closed');
  expect(told).toEqual(['we end', 'resume', 'lost: closed', 'closed']);
});

test('a connection that is lost while it waits for its turn is told nothing more', () => {
  const hand = handTurns();
  const { host, session, told, taken } = connected(hand, false);
  host.start(session);
  host.data(new Uint8Array(2 * limits.net.turnRequests));
  host.ended();
  host.lost('closed');
  const after = [...told];
  hand.nextRound();
  expect(told).toEqual(after);
  expect(taken()).toBe(limits.net.turnRequests);
});

test('who asks too often is read later, and loses nothing', () => {
  const clock = new HandClock();
  const { burst, perSecond } = limits.quota.rates.requests.connection;
  const rates = new Rates(() => clock.monotonicNow());
  const turns = handTurns();
  const { host, session, told, taken } = connected(turns, false, { clock, rates });
  host.start(session);
  for (let count = 0; count < 2 * burst; count += 100) host.data(new Uint8Array(100));
  for (let rounds = 0; rounds < 100; rounds++) turns.nextRound();
  const atOnce = taken();
  expect(atOnce).toBeGreaterThanOrEqual(burst);
  expect(atOnce).toBeLessThanOrEqual(burst + limits.net.turnRequests);
  expect(told).toEqual(['pause']);
  for (let ms = 0; ms < 1_000; ms += 10) {
    clock.pass(10);
    turns.nextRound();
  }
  expect(taken()).toBeLessThanOrEqual(burst + perSecond + limits.net.turnRequests);
  clock.pass((burst / perSecond) * 1_000);
  for (let rounds = 0; rounds < 1_000; rounds++) {
    clock.pass(10);
    turns.nextRound();
  }
  expect([taken(), told.at(-1)]).toEqual([2 * burst, 'resume']);
});

test('who holds memory that others need is no longer read, and dropped in the end', () => {
  const clock = new HandClock();
  const received = new HeldBytes(1_000);
  const { host, session, told } = connected(undefined, false, { clock, received });
  host.start({ ...session, takeNext: () => 'more' });
  host.data(new Uint8Array(1_001));
  expect([received.total, told]).toEqual([0, ['pause']]);
  host.data(new Uint8Array(1_001));
  expect(received.total).toBe(0);
  clock.pass(limits.net.frozenMs - 1);
  expect(told).not.toContain('abort');
  clock.pass(limits.net.sweepMs);
  expect(told).toContain('abort');
});

test('what comes after our end is not read as fast as it comes', () => {
  const clock = new HandClock();
  const { host, session, told } = connected(undefined, false, { clock });
  host.start(session);
  host.end();
  told.length = 0;
  host.data(new Uint8Array(limits.net.thrownBytes - 1));
  expect(told).toEqual([]);
  host.data(new Uint8Array(1));
  expect(told).toEqual(['pause']);
  clock.pass(limits.quota.restMs);
  expect(told).toEqual(['pause', 'resume']);
});

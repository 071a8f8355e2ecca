// Delivery: one message at a time per recipient, settled once, nothing told twice, retries, call-backs.

import { describe, expect, test } from 'bun:test';

import type { Callback, ConnectionEvents, Settle } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import type { Direct, Notice, RecipientId } from '../../src/protocol/model';
import { CallbackOutlet } from '../../src/server/delivery/callback_outlet';
import { Delivery } from '../../src/server/delivery/delivery';
import type { Outlet } from '../../src/server/delivery/outlet';
import type { Settled } from '../../src/server/delivery/recipient';
import type { CallbackAddress } from '../../src/server/hub/events';
import { named, roomNamed, sessionOf } from '../support/journal';

const bob = 'a2' as RecipientId;

const message = (serial: number, text = `text ${serial}`): Direct => ({
  is: 'direct',
  serial,
  id: serial,
  from: named('alice'),
  to: named('bob'),
  text,
  origin: 'test',
  at: 0,
});

/** An outlet whose settlements are in the test's hands. */
class Hand implements Outlet {
  readonly dialect: string;
  readonly got: Direct[] = [];
  readonly told: Notice[] = [];
  readonly settles: Settle[] = [];
  constructor(dialect = 'test') {
    this.dialect = dialect;
  }
  deliver(direct: Direct, settle: Settle): void {
    this.got.push(direct);
    this.settles.push(settle);
  }
  tell(notice: Notice): void {
    this.told.push(notice);
  }
  settle(result: 'delivered' | 'failed' | 'refused'): void {
    const settle = this.settles.shift();
    if (!settle) throw new Error('nothing to settle');
    settle(result);
  }
  get serials(): number[] {
    return this.got.map(({ serial }) => serial);
  }
}

class World {
  stored: Direct[] = [];
  readonly outlets = new Map<string, Outlet>();
  readonly settled: (Settled & { readonly serial: number })[] = [];
  readonly timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
  called: (Outlet & { end(): void }) | undefined;
  readonly delivery = new Delivery({
    pending: (_recipient, after, most) =>
      this.stored.filter(({ serial }) => serial > after).slice(0, most),
    settle: (_recipient, serial, how) => void this.settled.push({ serial, ...how }),
    after: (ms, then) => {
      const timer = { ms, run: then, cancelled: false };
      this.timers.push(timer);
      return () => (timer.cancelled = true);
    },
    connection: (session) => this.outlets.get(session),
    callbackOutlet: () => this.called,
    released: () => {},
  });

  arrive(session: string, outlet: Outlet, recipient = bob): void {
    this.outlets.set(session, outlet);
    this.delivery.take([
      { is: 'arrived', session: sessionOf(session), recipient, name: named('bob'), deaf: false },
    ]);
  }
  /** Its connection is gone before the hub's word of it comes, as it is in the server. */
  depart(session: string, recipient = bob): void {
    this.outlets.delete(session);
    this.delivery.take([{ is: 'departed', session: sessionOf(session), recipient }]);
  }
  /** A message is committed. */
  commit(direct: Direct): void {
    this.stored.push(direct);
    this.delivery.take([{ is: 'direct', to: bob, message: direct }]);
  }
  /** The oldest settlement is committed. */
  commitSettlement(): void {
    const settlement = this.settled.shift();
    if (!settlement) throw new Error('nothing was settled');
    this.stored = this.stored.filter(({ serial }) => serial !== settlement.serial);
    settlement.done();
  }
  fire(): void {
    const timers = this.timers.splice(0);
    for (const timer of timers) if (!timer.cancelled) timer.run();
  }
}

describe('one message at a time', () => {
  test('the next one goes only when the one before is settled for good', () => {
    const deps = new World();
    const outlet = new Hand();
    deps.arrive('s', outlet);
    deps.commit(message(1));
    deps.commit(message(2));
    expect(outlet.serials).toEqual([1]);
    outlet.settle('delivered');
    expect(outlet.serials).toEqual([1]);
    expect(deps.settled[0]?.urgent).toBe(true);
    deps.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
    outlet.settle('delivered');
    expect(deps.settled[0]?.urgent).toBe(false);
  });

  test('one that was refused is not tried again, and its sender learns that it failed', () => {
    const deps = new World();
    const outlet = new Hand();
    deps.arrive('s', outlet);
    deps.commit(message(1));
    deps.commit(message(2));
    outlet.settle('refused');
    expect(deps.settled).toMatchObject([{ serial: 1, status: 'failed' }]);
    deps.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
    outlet.settle('delivered');
    expect(deps.settled).toMatchObject([{ serial: 2, status: 'delivered' }]);
  });

  test('of two outlets one may refuse what the other takes', () => {
    const deps = new World();
    const outlets = [new Hand(), new Hand()] as const;
    outlets.forEach((outlet, at) => deps.arrive(`s${at}`, outlet));
    deps.commit(message(1));
    outlets[0].settle('refused');
    expect(deps.settled).toEqual([]);
    outlets[1].settle('delivered');
    expect(deps.settled).toMatchObject([{ serial: 1, status: 'delivered' }]);
    deps.commitSettlement();
    deps.commit(message(2));
    outlets[0].settle('refused');
    outlets[1].settle('failed');
    expect(deps.settled).toMatchObject([{ serial: 2, status: 'failed' }]);
  });

  test('what waited in the store goes first, in order, and nothing twice', () => {
    const deps = new World();
    const outlet = new Hand();
    for (let serial = 1; serial <= 100; serial++) deps.stored.push(message(serial));
    deps.arrive('s', outlet);
    deps.commit(message(101));
    const expected: number[] = [];
    for (let serial = 1; serial <= 101; serial++) {
      expected.push(serial);
      outlet.settle('delivered');
      deps.commitSettlement();
    }
    expect(outlet.serials).toEqual(expected);
    expect(deps.stored).toEqual([]);
  });

  test('a message that was read from the store is not told again by its own event', () => {
    const deps = new World();
    const outlet = new Hand();
    // Two messages of one group: both are in the store before the event of the first is heard.
    deps.arrive('s', outlet);
    deps.stored.push(message(1), message(2));
    deps.delivery.take([{ is: 'direct', to: bob, message: message(1) }]);
    deps.delivery.take([{ is: 'direct', to: bob, message: message(2) }]);
    outlet.settle('delivered');
    deps.commitSettlement();
    outlet.settle('delivered');
    deps.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
  });

  test('nobody there: it stays in the store', () => {
    const deps = new World();
    deps.commit(message(1));
    expect(deps.stored.length).toBe(1);
  });

  test('a message under way on an outlet that is gone is not started on the next one meanwhile', () => {
    const deps = new World();
    const [first, second] = [new Hand(), new Hand()];
    deps.arrive('s1', first);
    deps.commit(message(1));
    deps.depart('s1');
    deps.arrive('s2', second);
    expect(second.serials).toEqual([]);
    first.settle('delivered');
    deps.commitSettlement();
    expect(second.serials).toEqual([]);
    deps.commit(message(2));
    expect(second.serials).toEqual([2]);
  });

  test('and if it failed there, it goes to the next', () => {
    const deps = new World();
    const [first, second] = [new Hand(), new Hand()];
    deps.arrive('s1', first);
    deps.commit(message(1));
    deps.depart('s1');
    deps.arrive('s2', second);
    first.settle('failed');
    deps.fire();
    expect(second.serials).toEqual([1]);
  });
});

describe('several outlets', () => {
  test('all get it, the first to settle delivers it, later ones change nothing', () => {
    const deps = new World();
    const [page, phone] = [new Hand(), new Hand()];
    deps.arrive('s1', page);
    deps.arrive('s2', phone);
    deps.commit(message(1));
    expect([page.serials, phone.serials]).toEqual([[1], [1]]);
    page.settle('failed');
    expect(deps.settled.length).toBe(0);
    phone.settle('delivered');
    expect(deps.settled.length).toBe(1);
  });

  test('a failure of all is tried again after 1, 5 and 30 s, then at the next message', () => {
    const deps = new World();
    const outlet = new Hand();
    deps.arrive('s', outlet);
    deps.commit(message(1));
    const pauses: number[] = [];
    for (let round = 0; round < 3; round++) {
      outlet.settle('failed');
      pauses.push(deps.timers.at(-1)?.ms ?? -1);
      deps.fire();
    }
    expect(pauses).toEqual([1000, 5000, 30_000]);
    outlet.settle('failed');
    expect(deps.timers.length).toBe(0);
    expect(outlet.serials).toEqual([1, 1, 1, 1]);
    deps.commit(message(2));
    expect(outlet.serials).toEqual([1, 1, 1, 1, 1]);
  });
});

describe('rooms', () => {
  const room = roomNamed('r');
  const said = (text: string, origin = 'test'): Notice => ({
    is: 'said',
    room,
    from: named('alice'),
    text,
    raw: Uint8Array.of(1),
    origin,
    at: 0,
  });

  test('everyone hears but the speaker, the mute and those who left', () => {
    const deps = new World();
    const hands = ['s1', 's2', 's3', 's4'].map((session) => {
      const hand = new Hand();
      deps.arrive(session, hand, `g${session}` as RecipientId);
      const mute = session === 's3';
      deps.delivery.take([{ is: 'room-in', room, session: sessionOf(session), mute }]);
      return hand;
    });
    deps.delivery.take([{ is: 'room-out', room, session: sessionOf('s4') }]);
    deps.delivery.take([
      { is: 'notice', to: { room, except: sessionOf('s1') }, notice: said('hi') },
    ]);
    expect(hands.map(({ told }) => told.length)).toEqual([0, 1, 0, 0]);
  });

  test('what enters another dialect has lost controls and delimiters, as one object for all', () => {
    const deps = new World();
    const [own, foreign, foreign2] = [new Hand('test'), new Hand('other'), new Hand('other')];
    for (const [session, hand] of [
      ['s1', own],
      ['s2', foreign],
      ['s3', foreign2],
    ] as const) {
      deps.arrive(session, hand, `g${session}` as RecipientId);
      deps.delivery.take([{ is: 'room-in', room, session: sessionOf(session), mute: false }]);
    }
    const notice = { ...said('a\x1b[31mb\tc\r\nd\u202e'), from: named('<al:ice>') } as Notice;
    deps.delivery.take([{ is: 'notice', to: { room, except: sessionOf('x') }, notice }]);
    expect(own.told[0]).toBe(notice);
    expect(foreign.told[0]).toMatchObject({ from: 'alice', text: 'a[31mb c\nd' });
    expect(foreign.told[0]).not.toHaveProperty('raw');
    expect(foreign2.told[0]).toBe(foreign.told[0] as Notice);
  });
});

describe('call-backs', () => {
  /** A peer at the far end of each call: what it was told, and what happens to the connection. */
  class Phone {
    readonly calls: {
      content: string;
      events: ConnectionEvents;
      settle: Parameters<Callback['call']>[3];
    }[] = [];
    readonly printed: string[] = [];
    readonly timers: { ms: number; run: () => void }[] = [];
    unreachable = 0;
    now = 0;
    refuse = false;
    readonly outlet: CallbackOutlet;

    constructor(isFresh = true) {
      const callback: Callback = {
        calls: (telling) => {
          const text = telling.is === 'direct' ? telling.text : `ack ${telling.id}`;
          return text.split('|').map((part) => Buffer.from(part));
        },
        call: (_wire, content, _memory, settle) => {
          const call = { content: Buffer.from(content).toString(), settle };
          const events: ConnectionEvents = {
            received() {},
            ended() {},
            lost: () => settle('failed'),
          };
          this.calls.push({ ...call, events });
          return events;
        },
        printed: (direct, result) => `${result} ${direct.id}`,
      };
      this.outlet = new CallbackOutlet(
        { dialect: 'test', address: { host: 'h', port: 1 }, callback, wantsFiles: false, isFresh },
        {
          dial: (_address, open) => {
            const events = open({} as never);
            if (this.refuse) events.lost('refused');
            else events.opened?.();
          },
          after: (ms, then) => {
            this.timers.push({ ms, run: then });
            return () => {};
          },
          now: () => this.now,
          unreachable: () => this.unreachable++,
          print: (line) => this.printed.push(line),
        },
      );
    }
    get said(): string[] {
      return this.calls.map(({ content }) => content);
    }
    settle(result: 'delivered' | 'failed'): void {
      this.calls.at(-1)?.settle(result);
    }
  }
  const ack = (id: number): Notice => ({
    is: 'receipt',
    id,
    by: named('bob'),
    status: 'delivered',
  });

  test('one call at a time, messages and confirmations in turns', () => {
    const phone = new Phone();
    const results: string[] = [];
    phone.outlet.tell(ack(1));
    phone.outlet.tell(ack(2));
    phone.outlet.deliver(message(7, 'm'), (result) => results.push(result));
    expect(phone.said).toEqual(['ack 1']);
    phone.settle('delivered');
    expect(phone.said).toEqual(['ack 1', 'm']);
    phone.settle('delivered');
    expect(phone.said).toEqual(['ack 1', 'm', 'ack 2']);
    expect(results).toEqual(['delivered']);
    expect(phone.printed).toEqual(['delivered 7']);
  });

  test('a long message is several calls; after an error the rest is tried, not the whole', () => {
    const phone = new Phone();
    const results: string[] = [];
    const long = message(7, 'one|two|three');
    phone.outlet.deliver(long, (result) => results.push(result));
    phone.settle('delivered');
    phone.settle('failed');
    expect(results).toEqual(['failed']);
    expect(phone.unreachable).toBe(0);
    phone.outlet.deliver(long, (result) => results.push(result));
    phone.settle('delivered');
    phone.settle('delivered');
    expect(phone.said).toEqual(['one', 'two', 'two', 'three']);
    expect(results).toEqual(['failed', 'delivered']);
  });

  test('a listener that opens late is dialled again after 50, 150 and 400 ms', () => {
    const phone = new Phone();
    const results: string[] = [];
    phone.refuse = true;
    phone.outlet.deliver(message(1, 'm'), (result) => results.push(result));
    const pauses: number[] = [];
    for (let timer = phone.timers.shift(); timer; timer = phone.timers.shift()) {
      pauses.push(timer.ms);
      phone.now += timer.ms;
      timer.run();
    }
    expect(pauses).toEqual([...limits.delivery.dialRetriesMs]);
    expect(results).toEqual(['failed']);
    expect(phone.unreachable).toBe(1);
  });

  test('later, or at an address of before a restart, the first refusal is the last', () => {
    for (const [fresh, now] of [
      [true, limits.delivery.dialGraceMs],
      [false, 0],
    ] as const) {
      const phone = new Phone(fresh);
      phone.now = now;
      phone.refuse = true;
      const results: string[] = [];
      phone.outlet.deliver(message(1, 'm'), (result) => results.push(result));
      expect(results).toEqual(['failed']);
      expect(phone.timers.length).toBe(0);
      expect(phone.unreachable).toBe(1);
      expect(phone.printed).toEqual(['failed 1']);
    }
  });

  test('after the end nothing is called any more, and what was under way still ends', () => {
    const phone = new Phone();
    const results: string[] = [];
    phone.outlet.deliver(message(1, 'm'), (result) => results.push(result));
    phone.outlet.tell(ack(1));
    phone.outlet.end();
    phone.settle('delivered');
    expect(phone.said).toEqual(['m']);
    expect(results).toEqual(['delivered']);
    phone.outlet.deliver(message(2, 'n'), (result) => results.push(result));
    expect(results).toEqual(['delivered', 'failed']);
  });

  test('confirmations that wait are bounded', () => {
    const phone = new Phone();
    for (let id = 0; id < limits.delivery.receiptsPerAddress + 10; id++) phone.outlet.tell(ack(id));
    let calls = 0;
    while (phone.calls.length > calls) {
      calls = phone.calls.length;
      phone.settle('delivered');
    }
    expect(calls).toBe(limits.delivery.receiptsPerAddress + 1);
  });

  test('an address of another machine has no outlet here', () => {
    const deps = new World();
    deps.called = undefined;
    const at: CallbackAddress = {
      recipient: bob,
      opened: 1,
      address: { host: 'h', port: 1 },
      dialect: 'test',
      machine: 'm2',
      wantsFiles: false,
    };
    deps.delivery.take([{ is: 'address', at }]);
    deps.commit(message(1));
    expect(deps.stored.length).toBe(1);
  });

  test('a late word about an older address does not end the newer one', () => {
    const deps = new World();
    const hands = [1, 2].map((opened) => {
      const hand = Object.assign(new Hand(), { end() {} });
      deps.called = hand;
      const at: CallbackAddress = {
        recipient: bob,
        opened,
        address: { host: 'h', port: opened },
        dialect: 'test',
        machine: 'm1',
        wantsFiles: false,
      };
      deps.delivery.take([{ is: 'address', at }]);
      return hand;
    });
    deps.delivery.take([{ is: 'address-gone', recipient: bob, opened: 1 }]);
    deps.commit(message(1));
    expect(hands.map(({ serials }) => serials)).toEqual([[], [1]]);
  });
});

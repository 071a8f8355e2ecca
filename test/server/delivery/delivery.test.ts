// Delivery: one message at a time per recipient, settled once, nothing told twice, retries, rooms.

import { describe, expect, test } from 'bun:test';

import type { Notice, RecipientId } from '../../../src/protocol/model';
import { named, roomNamed, sessionOf } from '../../support/journal';
import { bob, ManualOutlet, message, TestDelivery } from './test_delivery';

describe('one message at a time', () => {
  test('the next one goes only when the one before is settled for good', () => {
    const setup = new TestDelivery();
    const outlet = new ManualOutlet();
    setup.arrive('s', outlet);
    setup.commit(message(1));
    setup.commit(message(2));
    expect(outlet.serials).toEqual([1]);
    outlet.settle('delivered');
    expect(outlet.serials).toEqual([1]);
    expect(setup.settled[0]?.urgent).toBe(true);
    setup.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
    outlet.settle('delivered');
    expect(setup.settled[0]?.urgent).toBe(false);
  });

  test('a message that was refused is not tried again, and its sender learns that it failed', () => {
    const setup = new TestDelivery();
    const outlet = new ManualOutlet();
    setup.arrive('s', outlet);
    setup.commit(message(1));
    setup.commit(message(2));
    outlet.settle('refused');
    expect(setup.settled).toMatchObject([{ serial: 1, status: 'failed' }]);
    setup.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
    outlet.settle('delivered');
    expect(setup.settled).toMatchObject([{ serial: 2, status: 'delivered' }]);
  });

  test('of two outlets one may refuse what the other takes', () => {
    const setup = new TestDelivery();
    const outlets = [new ManualOutlet(), new ManualOutlet()] as const;
    outlets.forEach((outlet, at) => setup.arrive(`s${at}`, outlet));
    setup.commit(message(1));
    outlets[0].settle('refused');
    expect(setup.settled).toEqual([]);
    outlets[1].settle('delivered');
    expect(setup.settled).toMatchObject([{ serial: 1, status: 'delivered' }]);
    setup.commitSettlement();
    setup.commit(message(2));
    outlets[0].settle('refused');
    outlets[1].settle('failed');
    expect(setup.settled).toMatchObject([{ serial: 2, status: 'failed' }]);
  });

  test('what waited in the store goes first, in order, and nothing twice', () => {
    const setup = new TestDelivery();
    const outlet = new ManualOutlet();
    for (let serial = 1; serial <= 100; serial++) setup.stored.push(message(serial));
    setup.arrive('s', outlet);
    setup.commit(message(101));
    const expected: number[] = [];
    for (let serial = 1; serial <= 101; serial++) {
      expected.push(serial);
      outlet.settle('delivered');
      setup.commitSettlement();
    }
    expect(outlet.serials).toEqual(expected);
    expect(setup.stored).toEqual([]);
  });

  test('a message that was read from the store is not told again by its own event', () => {
    const setup = new TestDelivery();
    const outlet = new ManualOutlet();
    // Two messages of one group: both are in the store before the event of the first is heard.
    setup.arrive('s', outlet);
    setup.stored.push(message(1), message(2));
    setup.delivery.take([{ is: 'direct', to: bob, message: message(1) }]);
    setup.delivery.take([{ is: 'direct', to: bob, message: message(2) }]);
    outlet.settle('delivered');
    setup.commitSettlement();
    outlet.settle('delivered');
    setup.commitSettlement();
    expect(outlet.serials).toEqual([1, 2]);
  });

  test('without an outlet it stays in the store', () => {
    const setup = new TestDelivery();
    setup.commit(message(1));
    expect(setup.stored.length).toBe(1);
  });

  test('a message under way on an outlet that is gone is not started on the next one meanwhile', () => {
    const setup = new TestDelivery();
    const [first, second] = [new ManualOutlet(), new ManualOutlet()];
    setup.arrive('s1', first);
    setup.commit(message(1));
    setup.depart('s1');
    setup.arrive('s2', second);
    expect(second.serials).toEqual([]);
    first.settle('delivered');
    setup.commitSettlement();
    expect(second.serials).toEqual([]);
    setup.commit(message(2));
    expect(second.serials).toEqual([2]);
  });

  test('and if it failed there, it goes to the next', () => {
    const setup = new TestDelivery();
    const [first, second] = [new ManualOutlet(), new ManualOutlet()];
    setup.arrive('s1', first);
    setup.commit(message(1));
    setup.depart('s1');
    setup.arrive('s2', second);
    first.settle('failed');
    setup.fire();
    expect(second.serials).toEqual([1]);
  });
});

describe('several outlets', () => {
  test('all get it, the first to settle delivers it, later ones change nothing', () => {
    const setup = new TestDelivery();
    const [page, phone] = [new ManualOutlet(), new ManualOutlet()];
    setup.arrive('s1', page);
    setup.arrive('s2', phone);
    setup.commit(message(1));
    expect([page.serials, phone.serials]).toEqual([[1], [1]]);
    page.settle('failed');
    expect(setup.settled.length).toBe(0);
    phone.settle('delivered');
    expect(setup.settled.length).toBe(1);
  });

  test('a failure of all is tried again after 1, 5 and 30 s, then at the next message', () => {
    const setup = new TestDelivery();
    const outlet = new ManualOutlet();
    setup.arrive('s', outlet);
    setup.commit(message(1));
    const pauses: number[] = [];
    for (let round = 0; round < 3; round++) {
      outlet.settle('failed');
      pauses.push(setup.timers.at(-1)?.ms ?? -1);
      setup.fire();
    }
    expect(pauses).toEqual([1000, 5000, 30_000]);
    outlet.settle('failed');
    expect(setup.timers.length).toBe(0);
    expect(outlet.serials).toEqual([1, 1, 1, 1]);
    setup.commit(message(2));
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

  test('every member hears, except the speaker, mute members and those who left', () => {
    const setup = new TestDelivery();
    const hands = ['s1', 's2', 's3', 's4'].map((session) => {
      const hand = new ManualOutlet();
      setup.arrive(session, hand, `g${session}` as RecipientId);
      const mute = session === 's3';
      setup.delivery.take([{ is: 'room-in', room, session: sessionOf(session), mute }]);
      return hand;
    });
    setup.delivery.take([{ is: 'room-out', room, session: sessionOf('s4') }]);
    setup.delivery.take([
      { is: 'notice', to: { room, except: sessionOf('s1') }, notice: said('hi') },
    ]);
    expect(hands.map(({ told }) => told.length)).toEqual([0, 1, 0, 0]);
  });

  test('what enters another dialect has lost controls and delimiters, as one object for all', () => {
    const setup = new TestDelivery();
    const [own, foreign, foreign2] = [
      new ManualOutlet('test'),
      new ManualOutlet('other'),
      new ManualOutlet('other'),
    ];
    for (const [session, hand] of [
      ['s1', own],
      ['s2', foreign],
      ['s3', foreign2],
    ] as const) {
      setup.arrive(session, hand, `g${session}` as RecipientId);
      setup.delivery.take([{ is: 'room-in', room, session: sessionOf(session), mute: false }]);
    }
    const notice = { ...said('a\x1b[31mb\tc\r\nd\u202e'), from: named('<al:ice>') } as Notice;
    setup.delivery.take([{ is: 'notice', to: { room, except: sessionOf('x') }, notice }]);
    expect(own.told[0]).toBe(notice);
    expect(foreign.told[0]).toMatchObject({ from: 'alice', text: 'a[31mb c\nd' });
    expect(foreign.told[0]).not.toHaveProperty('raw');
    expect(foreign2.told[0]).toBe(foreign.told[0] as Notice);
  });
});

// Call-backs: one call at a time, a listener that opens late, addresses that are closed or of another machine.

import { describe, expect, test } from 'bun:test';

import type { Callback, CallMemory, ConnectionEvents } from '../../../src/protocol/dialect';
import { limits } from '../../../src/protocol/limits';
import type { Direct, Notice } from '../../../src/protocol/model';
import { CallbackOutlet } from '../../../src/server/delivery/callback_outlet';
import type { CallbackAddress } from '../../../src/server/hub/events';
import { named } from '../../support/journal';
import { bob, ManualOutlet, message, TestDelivery } from './test_delivery';

describe('call-backs', () => {
  /** A peer at the far end of each call: what it was told, and what happens to the connection. */
  class TestCallback {
    readonly calls: {
      content: string;
      events: ConnectionEvents;
      settle: Parameters<Callback['call']>[3];
    }[] = [];
    readonly printed: string[] = [];
    memory: CallMemory | undefined;
    readonly timers: { ms: number; run: () => void }[] = [];
    unreachable = 0;
    now = 0;
    refuse = false;
    readonly outlet: CallbackOutlet;

    constructor(isFresh = true) {
      const callback: Callback = {
        calls: (telling, wantsFiles, isProved) => {
          const file = wantsFiles && telling.file !== undefined ? ' and its file' : '';
          const text = telling.is === 'direct' ? telling.text + file : `ack ${telling.id}`;
          return (isProved ? [text] : text.split('|')).map((part) => Buffer.from(part));
        },
        call: (_wire, content, memory, settled) => {
          this.memory = memory;
          const settle: typeof settled = (result) => {
            if (result === 'delivered') memory.endsCalls = true;
            settled(result);
          };
          const call = { content: Buffer.from(content).toString(), settle };
          const events: ConnectionEvents = {
            takeNext: () => 'more',
            ended() {},
            lost: () => settle('failed'),
          };
          this.calls.push({ ...call, events });
          return events;
        },
        printed: (direct, result) => `${result} ${direct.id}`,
      };
      this.outlet = new CallbackOutlet(
        {
          dialect: 'test',
          address: { host: 'h', port: 1 },
          callback,
          wantsFiles: false,
          isOurs: false,
          isFresh,
        },
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
    const phone = new TestCallback();
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
    const phone = new TestCallback();
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

  test('a peer that wants files meanwhile is told anew at once, of a message with one', () => {
    const phone = new TestCallback();
    const results: string[] = [];
    const photo = { hash: 'h', size: 1, name: 'photo.jpg' } as unknown as Direct['file'];
    phone.outlet.deliver({ ...message(7, 'look'), ...(photo && { file: photo }) }, (result) =>
      results.push(result),
    );
    phone.outlet.wantFiles(true);
    // From a peer that asks for this, silence is no delivery: not in the call under way either.
    expect(phone.memory?.isKnown).toBe(true);
    phone.settle('failed');
    phone.settle('delivered');
    expect(phone.said).toEqual(['look', 'look and its file']);
    expect(results).toEqual(['delivered']);
    expect(phone.printed).toEqual(['delivered 7']);
  });

  test('so is a peer of another edition, whose silence still counts as it did', () => {
    const phone = new TestCallback();
    phone.outlet.deliver({ ...message(7, 'look'), fileAtSender: 'a.txt' }, () => {});
    phone.outlet.wantFiles(false);
    expect(phone.memory?.isKnown).toBe(false);
    // A file that stays with its sender is announced as well.
    phone.settle('failed');
    expect(phone.said).toEqual(['look', 'look']);
  });

  test('a listener that opens late is dialled again after 50, 150 and 400 ms', () => {
    const phone = new TestCallback();
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
      const phone = new TestCallback(fresh);
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
    const phone = new TestCallback();
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
    const phone = new TestCallback();
    for (let id = 0; id < limits.delivery.receiptsPerAddress + 10; id++) phone.outlet.tell(ack(id));
    let calls = 0;
    while (phone.calls.length > calls) {
      calls = phone.calls.length;
      phone.settle('delivered');
    }
    expect(calls).toBe(limits.delivery.receiptsPerAddress + 1);
  });

  test('an address of another machine has no outlet here', () => {
    const setup = new TestDelivery();
    setup.called = undefined;
    const at: CallbackAddress = {
      recipient: bob,
      opened: 1,
      address: { host: 'h', port: 1 },
      dialect: 'test',
      machine: 'm2',
      wantsFiles: false,
      isOurs: false,
    };
    setup.delivery.take([{ is: 'address', at }]);
    setup.commit(message(1));
    expect(setup.stored.length).toBe(1);
  });

  test('an address that speaks up again keeps its outlet, and what waits is tried at once', () => {
    const setup = new TestDelivery();
    const wanted: string[] = [];
    const outlet = Object.assign(new ManualOutlet(), {
      end: () => void wanted.push('end'),
      wantFiles: () => void wanted.push('files'),
    });
    setup.called = outlet;
    const at: CallbackAddress = {
      recipient: bob,
      opened: 1,
      address: { host: 'h', port: 1 },
      dialect: 'test',
      machine: 'm1',
      wantsFiles: false,
      isOurs: false,
    };
    setup.delivery.take([{ is: 'address', at }]);
    setup.commit(message(1));
    outlet.settle('failed');
    expect(outlet.serials).toEqual([1]);
    setup.delivery.take([{ is: 'address', at: { ...at, wantsFiles: true, isOurs: true } }]);
    expect(outlet.serials).toEqual([1, 1]);
    expect(wanted).toEqual(['files']);
  });

  test('a late word about an older address does not end the newer one', () => {
    const setup = new TestDelivery();
    const hands = [1, 2].map((opened) => {
      const hand = Object.assign(new ManualOutlet(), { end() {}, wantFiles() {} });
      setup.called = hand;
      const at: CallbackAddress = {
        recipient: bob,
        opened,
        address: { host: 'h', port: opened },
        dialect: 'test',
        machine: 'm1',
        wantsFiles: false,
        isOurs: false,
      };
      setup.delivery.take([{ is: 'address', at }]);
      return hand;
    });
    setup.delivery.take([{ is: 'address-gone', recipient: bob, opened: 1 }]);
    setup.commit(message(1));
    expect(hands.map(({ serials }) => serials)).toEqual([[], [1]]);
  });
});

// Token buckets: so much at once, so much a second, for each connection, account and address.

import { describe, expect, test } from 'bun:test';

import * as fc from 'fast-check';

import { networkOf } from '../../../src/net/address';
import { limits } from '../../../src/protocol/limits';
import type { Name } from '../../../src/protocol/model';
import { Bucket } from '../../../src/server/quota/bucket';
import { readRates } from '../../../src/server/quota/flag';
import { type Caller, Rates, type RateSettings } from '../../../src/server/quota/rates';

const { registrations } = limits.quota.rates;
const register = { do: 'register' } as const;

/** Rates whose time is in the test's hands. */
class TestRates extends Rates {
  readonly time: { now: number };

  constructor(settings?: RateSettings) {
    const time = { now: 0 };
    super(() => time.now, settings);
    this.time = time;
  }
}

/** How many registrations pass. */
const registered = (caller: Caller, times: number): number =>
  Array.from({ length: times }, () => caller.take(register)).filter((wait) => wait === 0).length;

describe('a bucket', () => {
  test('gives no more than its burst and its rate, however it is asked', () => {
    const rate = { burst: 10, perSecond: 3 };
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2000 }), fc.integer({ min: 1, max: 4 }))),
        (asked) => {
          const bucket = new Bucket(rate, 0);
          let now = 0;
          let given = 0;
          for (const [pause, cost] of asked) {
            now += pause;
            if (bucket.msUntil(cost, rate, now) > 0) continue;
            bucket.take(cost);
            given += cost;
          }
          expect(given).toBeLessThanOrEqual(rate.burst + (now * rate.perSecond) / 1000 + 1e-6);
        },
      ),
    );
  });

  test('says how long it takes, and keeps that', () => {
    const rate = { burst: 2, perSecond: 4 };
    const bucket = new Bucket(rate, 0);
    bucket.take(2);
    expect(bucket.msUntil(1, rate, 0)).toBe(250);
    expect(bucket.msUntil(1, rate, 249)).toBeGreaterThan(0);
    expect(bucket.msUntil(1, rate, 250)).toBe(0);
  });
});

describe('rates', () => {
  test('a connection has its share, its address more, another address its own', () => {
    const rates = new TestRates();
    const { connection, address } = registrations;
    expect(registered(rates.caller('10.0.0.1'), 2 * connection.burst)).toBe(connection.burst);
    let sum: number = connection.burst;
    for (let count = 0; count < 100; count++) {
      sum += registered(rates.caller('10.0.0.1'), connection.burst);
    }
    expect(sum).toBe(address.burst);
    expect(registered(rates.caller('10.0.0.2'), 1)).toBe(1);
  });

  test('come back with time', () => {
    const rates = new TestRates();
    const caller = rates.caller('10.0.0.1');
    registered(caller, registrations.connection.burst);
    const second: number = registrations.connection.perSecond;
    expect(caller.take(register)).toBe(1000 / second);
    rates.time.now += 3000;
    expect(registered(caller, 10)).toBe(3 * second);
  });

  test('an account has one share at all its addresses', () => {
    const rates = new TestRates();
    const { burst } = registrations.account;
    const passed = Array.from({ length: 10 }, (_, at) =>
      registered(rates.caller(`10.0.0.${at}`).actFor('ann' as Name), burst / 2),
    );
    expect(passed.reduce((sum, one) => sum + one, 0)).toBe(burst);
    expect(registered(rates.caller('10.0.0.1').actFor('bob' as Name), 1)).toBe(1);
  });

  test('a /64 is one address', () => {
    const rates = new TestRates();
    let sum = 0;
    for (let host = 0; host < 100; host++) {
      sum += registered(rates.caller(`2001:db8:0:1::${host.toString(16)}`), 50);
    }
    expect(sum).toBe(registrations.address.burst);
    expect(registered(rates.caller('2001:db8:0:2::1'), 1)).toBe(1);
  });

  test('a long text counts as several messages', () => {
    const rates = new TestRates();
    const caller = rates.caller('10.0.0.1');
    const long = { do: 'direct', text: 'x'.repeat(limits.hub.textBytes) } as const;
    let count = 0;
    while (caller.take(long) === 0) count++;
    const cost = 1 + limits.hub.textBytes / limits.quota.textUnit;
    expect(count).toBe(Math.floor(limits.quota.rates.messages.connection.burst / cost));
  });

  test('what has happened already, what is only asked and what is said are not counted', () => {
    const rates = new TestRates();
    const caller = rates.caller('10.0.0.1');
    const { burst } = limits.quota.rates.messages.address;
    for (const name of ['leave', 'settle', 'offer-end', 'offer-stored', 'users', 'say'] as const) {
      for (let count = 0; count <= burst; count++) expect(caller.take({ do: name })).toBe(0);
    }
  });

  test('of too many addresses the first are forgotten', () => {
    const rates = new TestRates();
    registered(rates.caller('a'), registrations.address.burst);
    for (let count = 0; count < limits.quota.subjects; count++) rates.caller(`host${count}`);
    expect(registered(rates.caller('a'), 1)).toBe(1);
  });
});

describe('the flags', () => {
  test('change a kind for all its holders, or have no bound', () => {
    const rates = new TestRates({ perSecond: readRates('registrations=4,rooms=off') });
    const caller = rates.caller('127.0.0.1');
    const { connection } = registrations;
    expect(registered(caller, 1000)).toBe(2 * connection.burst);
    for (let count = 0; count < 10_000; count++) expect(caller.take({ do: 'room-create' })).toBe(0);
    const off = new TestRates({ perSecond: readRates('off') }).caller('10.0.0.1');
    expect(registered(off, 10_000)).toBe(10_000);
  });

  test('loopback is exempted where the operator says so', () => {
    expect(registered(new TestRates().caller('127.0.0.1'), 1000)).toBeLessThan(1000);
    const rates = new TestRates({ exemptLoopback: true });
    expect(registered(rates.caller('127.0.0.1'), 1000)).toBe(1000);
    expect(registered(rates.caller('::1'), 1000)).toBe(1000);
    expect(registered(rates.caller('10.0.0.1'), 1000)).toBeLessThan(1000);
  });

  test.each(['', 'mesages=3', 'messages', 'messages=', 'messages=-1', 'messages=0', 'rooms=1e9'])(
    '%p is not understood',
    (text) => {
      expect(() => readRates(text)).toThrow('--rate');
    },
  );
});

test.each([
  ['10.1.2.3', '10.1.2.3'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['2001:DB8:0:0:ffff::', '2001:db8:0:0::/64'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
])('the network of %s is %s', (host, network) => {
  expect(networkOf(host)).toBe(network);
});

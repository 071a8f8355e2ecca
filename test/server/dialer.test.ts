// The connections that the server makes: deadlines, turns, and what becomes of them when it stops.

import { expect, test } from 'bun:test';

import type { Dial } from '../../src/net/dial';
import { FlushScheduler } from '../../src/net/flush_scheduler';
import type { SocketEvents } from '../../src/net/socket';
import { limits } from '../../src/protocol/limits';
import type { Address } from '../../src/protocol/model';
import { Dialer } from '../../src/server/net/dialer';
import { FakeSystemSocket } from '../net/fake_system_socket';
import { HandClock } from '../support/hand_clock';

function dialling() {
  const clock = new HandClock();
  const dials: { readonly host: string; readonly attempt: Dial }[] = [];
  const deps = { clock, flushes: new FlushScheduler(() => {}), budget: { blockedBytes: 0 } };
  const dialer = new Dialer(deps, ({ host }, _, attempt) => void dials.push({ host, attempt }));
  const lost: string[] = [];
  const dial = (host: string): void => {
    const address: Address = { host, port: 1 };
    dialer.dial(address, (): SocketEvents => ({
      opened: () => lost.push(`${host} opened`),
      data() {},
      ended() {},
      drained() {},
      lost: (why) => lost.push(`${host} ${why}`),
    }));
  };
  return { clock, dials, dialer, dial, lost };
}

test('a host that nobody hears from is refused after its time, and a late answer is dropped', () => {
  const { clock, dials, dial, lost } = dialling();
  dial('a');
  clock.pass(limits.net.dialMs);
  expect(lost).toEqual(['a refused']);
  const system = new FakeSystemSocket(0);
  dials[0]?.attempt.opened(system.asSystem);
  dials[0]?.attempt.failed();
  expect([lost, system.told]).toEqual([['a refused'], ['terminate']]);
});

test('beyond the bound hosts take turns, so that none waits for all calls to another', () => {
  const { dials, dial } = dialling();
  for (let count = 0; count < limits.net.calls + 100; count++) dial('busy');
  dial('a');
  dial('b');
  expect(dials).toHaveLength(limits.net.calls);
  for (let count = 0; count < 4; count++) dials[count]?.attempt.failed();
  expect(dials.slice(limits.net.calls).map(({ host }) => host)).toEqual(['busy', 'a', 'b', 'busy']);
});

test('when the server stops, dials are given up without a word against the address', () => {
  const { dials, dialer, dial, lost, clock } = dialling();
  dial('a');
  for (let count = 0; count < limits.net.calls; count++) dial('b');
  dialer.close();
  expect(lost.filter((what) => what !== 'b closed')).toEqual(['a closed']);
  expect(dials).toHaveLength(limits.net.calls);
  dial('c');
  expect(dials).toHaveLength(limits.net.calls);
  clock.pass(limits.net.dialMs);
  expect(lost.some((what) => what.includes('refused'))).toBe(false);
});

test('calls that are open then are dropped', () => {
  const { dials, dialer, dial, lost } = dialling();
  dial('a');
  const system = new FakeSystemSocket(0);
  dials[0]?.attempt.opened(system.asSystem);
  dialer.close();
  expect(lost).toEqual(['a opened']);
  dialer.drop();
  expect([lost, system.told]).toEqual([['a opened', 'a closed'], ['terminate']]);
});

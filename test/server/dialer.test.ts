// The connections that the server makes: deadlines, turns, and what becomes of them when it stops.

import { expect, test } from 'bun:test';

import type { Dial } from '../../src/net/dial';
import { FlushScheduler } from '../../src/net/flush_scheduler';
import { HeldBytes } from '../../src/net/held_bytes';
import type { SocketEvents } from '../../src/net/socket';
import { limits } from '../../src/protocol/limits';
import type { Address } from '../../src/protocol/model';
import { Dialer } from '../../src/server/net/dialer';
import { FakeSystemSocket } from '../net/fake_system_socket';
import { HandClock } from '../support/hand_clock';

function dialling() {
  const clock = new HandClock();
  const dials: { readonly host: string; readonly attempt: Dial }[] = [];
  const deps = {
    clock,
    flushes: new FlushScheduler(() => {}),
    waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
  };
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

/** Dials to as many hosts as there may be calls, each at its share. */
const shares = limits.net.calls / limits.net.callsPerAddress;
function fill(dial: (host: string) => void): void {
  for (let host = 0; host < shares; host++) {
    for (let count = 0; count < limits.net.callsPerAddress; count++) dial(`busy${host}`);
  }
}

test('an address has its share of the calls, however many wait for it; others do not wait', () => {
  const { dials, dial } = dialling();
  for (let count = 0; count < limits.net.calls; count++) dial('busy');
  expect(dials).toHaveLength(limits.net.callsPerAddress);
  dial('a');
  expect(dials.at(-1)?.host).toBe('a');
  dials[0]?.attempt.failed();
  expect(dials.at(-1)?.host).toBe('busy');
  expect(dials).toHaveLength(limits.net.callsPerAddress + 2);
});

test('a /64 of IPv6 is one address', () => {
  const { dials, dial } = dialling();
  for (let count = 0; count < 200; count++) dial(`2001:db8:0:1::${count.toString(16)}`);
  expect(dials).toHaveLength(limits.net.callsPerAddress);
});

test('beyond the bound addresses take turns, so that none waits for all calls to another', () => {
  const { dials, dial } = dialling();
  fill(dial);
  for (let count = 0; count < 100; count++) dial('busy0');
  dial('a');
  dial('b');
  expect(dials).toHaveLength(limits.net.calls);
  for (let count = 0; count < 4; count++) dials[count]?.attempt.failed();
  expect(dials.slice(limits.net.calls).map(({ host }) => host)).toEqual([
    'busy0',
    'a',
    'b',
    'busy0',
  ]);
});

test('when the server stops, dials are given up without a word against the address', () => {
  const { dials, dialer, dial, lost, clock } = dialling();
  dial('a');
  fill(dial);
  dial('b');
  dialer.close();
  expect(lost.filter((what) => !what.startsWith('busy'))).toEqual(['a closed']);
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

test('a program of this machine that listens on IPv4 only is called there', () => {
  const { dials, dial, lost } = dialling();
  dial('::1');
  dials[0]?.attempt.failed();
  expect(dials.map(({ host }) => host)).toEqual(['::1', '127.0.0.1']);
  expect(lost).toEqual([]);
  const system = new FakeSystemSocket(0);
  dials[1]?.attempt.opened(system.asSystem);
  expect(lost).toEqual(['::1 opened']);
});

test('where it listens on neither, that is said once', () => {
  const { dials, dial, lost } = dialling();
  dial('::1');
  for (const index of [0, 1]) dials[index]?.attempt.failed();
  expect(dials).toHaveLength(2);
  expect(lost).toEqual(['::1 refused']);
});

test('a peer that resets at once was there, also where the system says so before it tells of the connection', () => {
  const { dials, dial, lost } = dialling();
  for (const host of ['a', 'b']) dial(host);
  dials[0]?.attempt.failed(Object.assign(new Error('reset'), { code: 'ECONNRESET' }));
  dials[1]?.attempt.failed(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }));
  expect(lost).toEqual(['a reset', 'b refused']);
});

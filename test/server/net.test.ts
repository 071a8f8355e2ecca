// Links, dials, shares and the clock by themselves: what is stuck is let go, what is crowded is bounded, what stops is silent.

import { describe, expect, test } from 'bun:test';

import type { Socket } from 'bun';

import { SystemClock, type Wakeable } from '../../src/net/clock';
import { FlushQueue, type SocketEvents, TcpSocket } from '../../src/net/socket';
import { limits } from '../../src/protocol/limits';
import type { Address } from '../../src/protocol/model';
import { type Connect, Dialer } from '../../src/server/net/dial';
import { Admission } from '../../src/server/net/listen';
import { HandClock } from '../support/hand_clock';

/** A peer that takes so many bytes, and then none until it is asked to. */
class FakeSocket {
  room: number;
  readonly told: string[] = [];

  constructor(room: number) {
    this.room = room;
  }
  write(bytes: Uint8Array): number {
    const taken = Math.min(this.room, bytes.length);
    this.room -= taken;
    return taken;
  }
  end(): void {
    this.told.push('end');
  }
  shutdown(): void {
    this.told.push('shutdown');
  }
  terminate(): void {
    this.told.push('terminate');
  }
  pause(): void {}
  resume(): void {}
}

function linked(room: number, outbox = new FlushQueue(() => {}), clock = new HandClock()) {
  const socket = new FakeSocket(room);
  const told: string[] = [];
  const link = new TcpSocket(outbox, clock);
  link.attach(socket as unknown as Socket<TcpSocket>, '10.0.0.1');
  link.events = {
    data: () => told.push('data'),
    ended: () => told.push('ended'),
    drained: () => told.push('drained'),
    lost: (why) => told.push(`lost: ${why}`),
  };
  /** The peer takes so much more. */
  const take = (bytes: number): void => {
    socket.room += bytes;
    link.onDrain();
  };
  return { socket, told, link, outbox, clock, take };
}

describe('a peer that does not take what was said last', () => {
  test('is let go when it takes nothing for as long as a piece may be late', () => {
    const { link, outbox, clock, told, socket, take } = linked(10);
    link.write(new Uint8Array(100), false);
    link.end();
    outbox.flush();
    expect(clock.sleepers()).toBe(1);
    clock.pass(limits.net.pieceMs - 1);
    // It takes a little: its time begins anew.
    take(10);
    clock.pass(limits.net.pieceMs - 1);
    expect(told).toEqual([]);
    clock.pass(1);
    expect(told).toEqual(['lost: closed']);
    expect(socket.told).toEqual(['terminate']);
    expect([clock.sleepers(), outbox.stuckBytes]).toEqual([0, 0]);
  });

  test('also when it had stopped before the end was wanted', () => {
    const { link: socket, outbox, clock, told } = linked(10);
    socket.write(new Uint8Array(100), false);
    outbox.flush();
    expect(clock.sleepers()).toBe(0);
    socket.end();
    clock.pass(limits.net.pieceMs);
    expect(told).toEqual(['lost: closed']);
  });

  test('has its patience for the end once it took all', () => {
    const { link, outbox, clock, told, socket, take } = linked(10);
    link.write(new Uint8Array(100), false);
    link.end(7_000);
    outbox.flush();
    take(1_000);
    expect(socket.told).toEqual(['shutdown']);
    clock.pass(6_999);
    expect(told).toEqual([]);
    clock.pass(1);
    expect(told).toEqual(['lost: closed']);
  });

  test('may be slow for ever as long as the conversation goes on', () => {
    const { link: socket, outbox, clock, told, take } = linked(10);
    socket.write(new Uint8Array(100), false);
    outbox.flush();
    clock.pass(24 * 3_600_000);
    take(1_000);
    expect(told).toEqual(['drained']);
  });
});

describe('bytes that wait for peers who do not read', () => {
  test('of one', () => {
    const { link: socket, outbox, told } = linked(0);
    socket.write(new Uint8Array(limits.net.sendQueueBytes), false);
    outbox.flush();
    expect(told).toEqual([]);
    socket.write(new Uint8Array(1), false);
    expect(told).toEqual(['lost: slow']);
    expect(outbox.stuckBytes).toBe(0);
  });

  test('of all together: whoever has more than the least of it goes, others stay', () => {
    const outbox = new FlushQueue(() => {});
    const each = limits.net.sendQueueBytes / 2;
    const many = Array.from({ length: limits.net.sendQueueBytesInAll / each }, () =>
      linked(0, outbox),
    );
    const shared = new Uint8Array(each);
    for (const { link: socket } of many) socket.write(shared, false);
    outbox.flush();
    expect(outbox.stuckBytes).toBe(limits.net.sendQueueBytesInAll);
    const small = linked(0, outbox);
    small.link.write(new Uint8Array(100), false);
    outbox.flush();
    small.link.write(new Uint8Array(100), false);
    expect(small.told).toEqual([]);
    many[0]?.link.write(new Uint8Array(1), false);
    expect(many[0]?.told).toEqual(['lost: slow']);
    expect(outbox.stuckBytes).toBe(limits.net.sendQueueBytesInAll - each + 200);
    // Now there is room again.
    many[1]?.link.write(new Uint8Array(1), false);
    expect(many[1]?.told).toEqual([]);
    many[1]?.take(each + 1);
    expect(many[1]?.told).toEqual(['drained']);
    expect(outbox.stuckBytes).toBe(limits.net.sendQueueBytesInAll - 2 * each + 200);
  });

  test('a link that is dropped while it is stuck leaves nothing behind', () => {
    const { link: socket, outbox } = linked(0);
    socket.write(new Uint8Array(100), false);
    outbox.flush();
    expect(outbox.stuckBytes).toBe(100);
    socket.abort();
    expect(outbox.stuckBytes).toBe(0);
  });
});

describe('dialling', () => {
  function dialling() {
    const clock = new HandClock();
    const dials: { host: string; socket: TcpSocket; told: Parameters<Connect>[2] }[] = [];
    const dialer = new Dialer(new FlushQueue(() => {}), clock, ({ host }, socket, told) => {
      dials.push({ host, socket: socket, told });
    });
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
    const socket = new FakeSocket(0);
    dials[0]?.told.opened(socket as unknown as Socket<TcpSocket>);
    dials[0]?.told.failed();
    expect([lost, socket.told]).toEqual([['a refused'], ['terminate']]);
  });

  test('beyond the bound hosts take turns, so that none waits for all calls to another', () => {
    const { dials, dial } = dialling();
    for (let count = 0; count < limits.net.calls + 100; count++) dial('busy');
    dial('a');
    dial('b');
    expect(dials).toHaveLength(limits.net.calls);
    for (let count = 0; count < 4; count++) dials[count]?.told.failed();
    expect(dials.slice(limits.net.calls).map(({ host }) => host)).toEqual([
      'busy',
      'a',
      'b',
      'busy',
    ]);
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
    const socket = new FakeSocket(0);
    dials[0]?.told.opened(socket as unknown as Socket<TcpSocket>);
    dialer.close();
    expect(lost).toEqual(['a opened']);
    dialer.drop();
    expect([lost, socket.told]).toEqual([['a opened', 'a closed'], ['terminate']]);
  });
});

describe('shares of the connections', () => {
  const most = (descriptors: number, host: (index: number) => string): number => {
    const admission = new Admission(descriptors);
    let count = 0;
    while (admission.admit(host(count))) count++;
    return count;
  };

  test('in all: what the system lets us have, less what files, calls and the database need', () => {
    expect(most(20_000, (index) => `10.0.${index >> 8}.${index & 255}`)).toBe(
      20_000 - limits.net.descriptorsReserved,
    );
    expect(most(1_000, (index) => `10.0.${index >> 8}.${index & 255}`)).toBe(500);
    expect(most(0, (index) => `10.0.0.${index}`)).toBe(16);
  });

  test('of one address a quarter; loopback has no share', () => {
    expect(most(1_000, () => '10.0.0.1')).toBe(125);
    expect(most(1_000, () => '127.0.0.1')).toBe(500);
    expect(most(1_000, () => '::1')).toBe(500);
  });

  test('what is given back can be taken again', () => {
    const admission = new Admission(1_000);
    for (let count = 0; count < 125; count++) expect(admission.admit('10.0.0.1')).toBe(true);
    expect(admission.admit('10.0.0.1')).toBe(false);
    expect(admission.admit('10.0.0.2')).toBe(true);
    admission.left('10.0.0.1');
    expect(admission.admit('10.0.0.1')).toBe(true);
    expect(admission.admit('10.0.0.1')).toBe(false);
  });
});

describe('the system’s clock', () => {
  const sleeper = (woke: () => void): Wakeable => ({ woke });

  test('wakes once, and what was asked for last counts', async () => {
    const clock = new SystemClock();
    const rung: string[] = [];
    const { promise, resolve } = Promise.withResolvers<void>();
    const a = sleeper(() => rung.push('a'));
    const b = sleeper(() => {
      rung.push('b');
      resolve();
    });
    clock.wake(a, 1);
    clock.wake(a, undefined);
    clock.wake(b, 60_000);
    clock.wake(b, 5);
    await promise;
    expect(rung).toEqual(['b']);
    clock.stop();
  });

  test('once stopped it calls nobody, and keeps no process alive', async () => {
    const script = `
      const { SystemClock } = await import('${import.meta.dir}/../../src/net/clock');
      const clock = new SystemClock();
      const fail = () => process.exit(1);
      clock.after(1, fail);
      clock.wake({ ring: fail }, 1);
      clock.wake({ ring: fail }, 60_000);
      clock.stop();
      clock.after(1, fail);
      clock.wake({ ring: fail }, 60_000);`;
    const child = Bun.spawn([process.execPath, '-e', script], { stderr: 'inherit' });
    expect(await child.exited).toBe(0);
  });
});

// TCP sockets on a system that tests play: what is blocked is let go in time, and all that waits is bounded.

import { describe, expect, test } from 'bun:test';

import { FlushScheduler } from '../../src/net/flush_scheduler';
import { HeldBytes } from '../../src/net/held_bytes';
import type { SocketDeps } from '../../src/net/socket';
import { TcpSocket } from '../../src/net/tcp_socket';
import { limits } from '../../src/protocol/limits';
import { HandClock } from '../support/hand_clock';
import { FakeSystemSocket } from './fake_system_socket';

/** A socket whose peer has room for so many bytes. Nothing leaves before the test flushes. */
function connected(room: number, shared?: SocketDeps) {
  const clock = new HandClock();
  const deps = shared ?? {
    clock,
    flushes: new FlushScheduler(() => {}),
    waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
  };
  const system = new FakeSystemSocket(room);
  const told: string[] = [];
  const socket = new TcpSocket(deps);
  socket.attach(system.asSystem, '10.0.0.1');
  socket.events = {
    data: () => told.push('data'),
    ended: () => told.push('ended'),
    drained: () => told.push('drained'),
    finished: () => told.push('finished'),
    lost: (why) => told.push(`lost: ${why}`),
  };
  /** The peer takes so much more. */
  const take = (bytes: number): void => {
    system.room += bytes;
    socket.onDrain();
  };
  return { system, told, socket, deps, clock, take };
}

describe('a peer that does not take what was said last', () => {
  test('is let go when it takes nothing for as long as a piece may be late', () => {
    const { socket, deps, clock, told, system, take } = connected(10);
    socket.write(new Uint8Array(100), false);
    socket.end();
    deps.flushes.flush();
    expect(clock.timers()).toBe(1);
    clock.pass(limits.net.pieceMs - 1);
    // It takes a little: its time begins anew.
    take(10);
    clock.pass(limits.net.pieceMs - 1);
    expect(told).toEqual([]);
    clock.pass(1);
    expect(told).toEqual(['lost: closed']);
    expect(system.told).toEqual(['terminate']);
    expect([clock.timers(), deps.waiting.total]).toEqual([0, 0]);
  });

  test('also when it had stopped before the end was wanted', () => {
    const { socket, deps, clock, told } = connected(10);
    socket.write(new Uint8Array(100), false);
    deps.flushes.flush();
    clock.pass(limits.net.stalledMs - 1);
    socket.end();
    clock.pass(limits.net.pieceMs);
    expect(told).toEqual(['lost: closed']);
  });

  test('has its patience for the end once it took all', () => {
    const { socket, deps, clock, told, system, take } = connected(10);
    socket.write(new Uint8Array(100), false);
    socket.end(7_000);
    deps.flushes.flush();
    take(1_000);
    expect(system.told).toEqual(['shutdown']);
    clock.pass(6_999);
    expect(told).toEqual(['finished']);
    clock.pass(1);
    expect(told).toEqual(['finished', 'lost: closed']);
  });

  test('may be slow as long as it takes something from time to time', () => {
    const { socket, deps, clock, told, take } = connected(10);
    socket.write(new Uint8Array(100), false);
    deps.flushes.flush();
    for (let count = 0; count < 8; count++) {
      clock.pass(limits.net.stalledMs - 1);
      take(10);
    }
    expect(told).toEqual([]);
    take(1_000);
    expect(told).toEqual(['drained']);
    expect(clock.timers()).toBe(0);
  });

  test('is too slow when it takes nothing for long', () => {
    const { socket, deps, clock, told } = connected(10);
    socket.write(new Uint8Array(100), false);
    deps.flushes.flush();
    clock.pass(limits.net.stalledMs);
    expect(told).toEqual(['lost: slow']);
    expect([clock.timers(), deps.waiting.total]).toEqual([0, 0]);
  });
});

describe('bytes that wait for peers who do not read', () => {
  test('of one', () => {
    const { socket, deps, told } = connected(0);
    socket.write(new Uint8Array(limits.net.sendQueueBytes), false);
    deps.flushes.flush();
    expect(told).toEqual([]);
    socket.write(new Uint8Array(1), false);
    expect(told).toEqual(['lost: slow']);
    expect(deps.waiting.total).toBe(0);
  });

  test('of all together: over the total, the peers with the longest queues are dropped', () => {
    const { deps, clock } = connected(0);
    const each = limits.net.sendQueueBytes / 2;
    const many = Array.from({ length: limits.net.sendQueueBytesInAll / each }, () =>
      connected(0, deps),
    );
    const shared = new Uint8Array(each);
    for (const { socket } of many) socket.write(shared, false);
    deps.flushes.flush();
    expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll);
    const small = connected(0, deps);
    small.socket.write(new Uint8Array(100), false);
    deps.flushes.flush();
    small.socket.write(new Uint8Array(100), false);
    expect([small.told, many[0]?.told]).toEqual([[], []]);
    clock.pass(limits.net.idleReaderMs);
    many[0]?.socket.write(new Uint8Array(1), false);
    expect(many[0]?.told).toEqual(['lost: slow']);
    expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll - each + 200);
    // Now there is room again.
    many[1]?.socket.write(new Uint8Array(1), false);
    expect(many[1]?.told).toEqual([]);
    many[1]?.take(each + 1);
    expect(many[1]?.told).toEqual(['drained']);
    expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll - 2 * each + 200);
  });

  test('over the total goes who has been behind for the longest time, and not who reads', () => {
    const { deps, clock } = connected(0);
    const each = limits.net.sendQueueBytes / 2;
    const count = limits.net.sendQueueBytesInAll / each;
    const reader = connected(0, deps);
    const behind = (one: typeof reader): void => {
      one.socket.write(new Uint8Array(each), false);
      deps.flushes.flush();
    };
    behind(reader);
    const many = Array.from({ length: count - 1 }, () => connected(0, deps));
    many.forEach(behind);
    clock.pass(limits.net.idleReaderMs);
    // The reader has caught up, and is behind again.
    reader.take(each);
    behind(reader);
    reader.socket.write(new Uint8Array(1), false);
    expect(reader.told).toEqual(['drained']);
    expect(many.map(({ told }) => told.length)).toEqual([1, ...many.slice(1).map(() => 0)]);
  });

  test('there is room as far as the others leave it, and for the least in any case', () => {
    const { deps, socket } = connected(0);
    expect(socket.room).toBe(limits.net.sendQueueBytes);
    socket.write(new Uint8Array(100), false);
    expect(socket.room).toBe(limits.net.sendQueueBytes - 100);
    const other = { network: 'other', isIdle: true, drop() {} };
    const share = 2 * limits.net.sendQueueBytesLeast;
    const left = share * limits.net.sendQueueShares;
    deps.waiting.set(other, limits.net.sendQueueBytesInAll - left);
    expect(socket.room).toBe(share - 100);
    deps.waiting.set(other, limits.net.sendQueueBytesInAll);
    expect(socket.room).toBe(limits.net.sendQueueBytesLeast - 100);
  });

  test('a socket that is dropped while it is blocked leaves nothing behind', () => {
    const { socket, deps } = connected(0);
    socket.write(new Uint8Array(100), false);
    deps.flushes.flush();
    expect(deps.waiting.total).toBe(100);
    socket.abort();
    expect(deps.waiting.total).toBe(0);
  });
});

describe('after our end', () => {
  test('a peer has its time anew with every `linger`, and any time with Infinity', () => {
    const { socket, deps, clock, told } = connected(10);
    socket.end(1_000);
    deps.flushes.flush();
    clock.pass(999);
    socket.linger(1_000);
    clock.pass(999);
    socket.linger(Infinity);
    clock.pass(24 * 3_600_000);
    expect(told).toEqual(['finished']);
    socket.linger(1_000);
    clock.pass(1_000);
    expect(told).toEqual(['finished', 'lost: closed']);
  });

  test('what the peer still sends is told, and a close without an error is its end', () => {
    const { socket, deps, told } = connected(10);
    socket.end();
    deps.flushes.flush();
    socket.onData(new Uint8Array(1));
    socket.onClose(undefined);
    expect(told).toEqual(['finished', 'data', 'ended', 'lost: closed']);
  });

  test('a peer that has ended before us is not waited for', () => {
    const { socket, deps, system, told } = connected(10);
    socket.onEnd();
    socket.end();
    deps.flushes.flush();
    expect([told, system.told]).toEqual([['ended', 'finished'], ['end']]);
  });
});

test('a connection that closes without an end of the peer was reset', () => {
  const { socket, told } = connected(10);
  socket.onClose(undefined);
  expect(told).toEqual(['lost: reset']);
});

test('a write that meets the peer’s reset is a reset, whatever the system tells next', () => {
  const { socket, deps, system, told } = connected(10);
  system.write = () => -1;
  socket.write(new Uint8Array(1), false);
  deps.flushes.flush();
  socket.onEnd();
  expect([told, system.told]).toEqual([['lost: reset'], ['terminate']]);
});

// The socket over a WebSocket: frames, back pressure, pauses and ends, on a system that only records.

import { expect, test } from 'bun:test';

import type { ServerWebSocket } from 'bun';

import { FlushScheduler } from '../../src/net/flush_scheduler';
import { HeldBytes } from '../../src/net/held_bytes';
import type { SocketDeps, SocketEvents } from '../../src/net/socket';
import { WebSocketSocket } from '../../src/net/websocket_socket';
import { limits } from '../../src/protocol/limits';
import { HandClock } from '../support/hand_clock';

const address = { host: '127.0.0.1', port: 1 };

class Rig implements SocketEvents {
  readonly sent: string[] = [];
  readonly log: string[] = [];
  /** What `sendText` answers: more than 0 taken, less than 0 taken and full, 0 dropped. */
  answer = 1;
  /** Bytes that Bun has taken and the peer has not. */
  buffered = 0;
  readonly clock = new HandClock();
  readonly deps: SocketDeps;
  readonly socket: WebSocketSocket;

  /** `shared`: what sockets of one program share, where a test has several. */
  constructor(shared?: SocketDeps) {
    this.deps = shared ?? {
      clock: this.clock,
      flushes: new FlushScheduler(() => {}),
      waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
    };
    this.socket = new WebSocketSocket(this.deps, address, address);
    this.socket.events = this;
    this.socket.attach({
      sendText: (text: string) => {
        this.sent.push(text);
        return this.answer;
      },
      close: (code: number) => this.log.push(`close ${code}`),
      terminate: () => this.log.push('terminate'),
      getBufferedAmount: () => this.buffered,
    } as unknown as ServerWebSocket<WebSocketSocket>);
  }

  write(text: string): void {
    this.socket.write(Buffer.from(text), false);
  }
  turn(): void {
    this.deps.flushes.flush();
  }

  opened(): void {}
  data(bytes: Uint8Array): void {
    this.log.push(`data ${Buffer.from(bytes).toString()}`);
  }
  ended(): void {
    this.log.push('ended');
  }
  drained(): void {
    this.log.push('drained');
  }
  lost(why: string): void {
    this.log.push(`lost ${why}`);
  }
}

test('what one turn wrote leaves as one frame, up to the largest message', () => {
  const rig = new Rig();
  rig.write('{"a":1}\n');
  rig.write('{"b":"ñ"}\n');
  expect(rig.sent).toEqual([]);
  rig.turn();
  expect(rig.sent).toEqual(['{"a":1}\n{"b":"ñ"}\n']);
  const half = 'x'.repeat(limits.web.jsonBytes / 2 + 1);
  rig.write(half);
  rig.write(half);
  rig.turn();
  expect(rig.sent.slice(1)).toEqual([half, half]);
});

test('nothing is sent while the peer does not take what was', () => {
  const rig = new Rig();
  rig.answer = -1;
  rig.write('one\n');
  rig.turn();
  rig.write('two\n');
  rig.turn();
  expect(rig.sent).toEqual(['one\n']);
  expect(rig.log).toEqual([]);
  rig.answer = 1;
  rig.socket.onDrain();
  expect(rig.sent).toEqual(['one\n', 'two\n']);
  expect(rig.log).toEqual(['drained']);
});

test('a peer that takes nothing for too long is dropped, and holds nothing', () => {
  const rig = new Rig();
  rig.answer = -1;
  const piece = 'x'.repeat(64 * 1024);
  for (let bytes = 0; bytes <= limits.net.sendQueueBytes + piece.length; bytes += piece.length) {
    rig.write(piece);
    rig.turn();
  }
  expect(rig.log).toEqual(['lost slow', 'terminate']);
  expect(rig.socket.queued).toBe(0);
  rig.write('more\n');
  rig.turn();
  expect(rig.sent.length).toBe(1);
});

test('what many peers do not read is bounded together: the longest queues are dropped', () => {
  const { deps, clock } = new Rig();
  const each = limits.net.sendQueueBytes / 2;
  const blocked = (bytes: number): Rig => {
    const rig = new Rig(deps);
    rig.answer = -1;
    rig.write('one\n');
    rig.turn();
    rig.buffered = bytes - 4;
    rig.write('two\n');
    return rig;
  };
  const many = Array.from({ length: limits.net.sendQueueBytesInAll / each }, () => blocked(each));
  expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll);
  const small = blocked(100);
  small.write('x');
  expect(small.log).toEqual([]);
  clock.pass(limits.net.idleReaderMs);
  many[0]?.write('x');
  expect(many[0]?.log).toEqual(['lost slow', 'terminate']);
  expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll - each + 101);
  // A peer that reads on is not counted any more.
  const [, second] = many;
  if (second) second.buffered = 0;
  if (second) second.answer = 1;
  second?.socket.onDrain();
  expect(deps.waiting.total).toBe(limits.net.sendQueueBytesInAll - 2 * each + 101);
  for (const { socket } of [...many, small]) socket.abort();
  expect(deps.waiting.total).toBe(0);
});

test('a peer that does not take what was said last is let go', () => {
  const rig = new Rig();
  rig.answer = -1;
  rig.write('one\n');
  rig.turn();
  rig.socket.end();
  rig.clock.pass(limits.net.pieceMs - 1);
  expect(rig.log).toEqual([]);
  rig.clock.pass(1);
  expect(rig.log).toEqual(['lost closed', 'terminate']);
});

test('a frame that Bun dropped is the end', () => {
  const rig = new Rig();
  rig.answer = 0;
  rig.write('one\n');
  rig.turn();
  expect(rig.log).toEqual(['lost closed', 'terminate']);
});

test('a frame without a line end gets one', () => {
  const rig = new Rig();
  rig.socket.onMessage('{"a":1}');
  rig.socket.onMessage('{"b":1}\n{"c":1}\n');
  expect(rig.log).toEqual(['data {"a":1}\n', 'data {"b":1}\n{"c":1}\n']);
});

test('paused, it keeps what comes in order; too much of it is the end', () => {
  const rig = new Rig();
  rig.socket.pause();
  rig.socket.onMessage('one\n');
  rig.socket.onMessage('two\n');
  expect(rig.log).toEqual([]);
  rig.socket.resume();
  expect(rig.log).toEqual(['data one\n', 'data two\n']);
  rig.socket.pause();
  rig.socket.onMessage('x'.repeat(limits.net.inboxBytes));
  expect(rig.log.slice(2)).toEqual(['lost closed', 'terminate']);
});

test('paused again by what it got, it keeps the rest', () => {
  const rig = new Rig();
  rig.socket.pause();
  for (const text of ['one\n', 'two\n', 'three\n']) rig.socket.onMessage(text);
  const data = rig.data.bind(rig);
  rig.data = (bytes) => {
    data(bytes);
    rig.socket.pause();
  };
  rig.socket.resume();
  expect(rig.log).toEqual(['data one\n']);
  rig.socket.resume();
  rig.socket.onMessage('four\n');
  rig.socket.resume();
  rig.socket.resume();
  expect(rig.log).toEqual(['data one\n', 'data two\n', 'data three\n', 'data four\n']);
});

test('an end lets the queue leave first, and does not wait for ever', () => {
  const rig = new Rig();
  rig.answer = -1;
  rig.write('one\n');
  rig.turn();
  rig.write('last words\n');
  rig.socket.end();
  rig.write('nothing more\n');
  rig.turn();
  expect(rig.log).toEqual([]);
  rig.answer = 1;
  rig.socket.onDrain();
  expect(rig.sent).toEqual(['one\n', 'last words\n']);
  expect(rig.log).toEqual(['close 1000']);
  rig.clock.pass(limits.net.closingMs);
  expect(rig.log).toEqual(['close 1000', 'lost closed', 'terminate']);
});

test('the peer’s end is told once', () => {
  const rig = new Rig();
  rig.socket.onClose();
  rig.socket.onClose();
  rig.socket.abort();
  expect(rig.log).toEqual(['ended', 'lost closed']);
});

test('a frame of bytes is refused', () => {
  const rig = new Rig();
  rig.socket.onMessage(Buffer.from('{}'));
  expect(rig.log).toEqual(['close 1003']);
});

// What has been written and has not left: what leaves together, what apart, and what comes back.

import * as jsc from 'bun:jsc';
import { expect, test } from 'bun:test';

import { SendQueue } from '../../src/net/send_queue';

function filled(...pieces: readonly (string | readonly [string])[]): SendQueue {
  const queue = new SendQueue();
  for (const piece of pieces) {
    if (typeof piece === 'string') queue.push(Buffer.from(piece), false);
    else queue.push(Buffer.from(piece[0]), true);
  }
  return queue;
}

function writes(queue: SendQueue, buffer?: Uint8Array): string[] {
  const all: string[] = [];
  while (queue.bytes > 0) all.push(Buffer.from(queue.next(buffer)).toString());
  return all;
}

test('a piece that must stand apart leaves in a write of its own, the others together', () => {
  const queue = filled('a', 'b', ['c'], 'd', 'e');
  expect(queue.bytes).toBe(5);
  expect(writes(queue)).toEqual(['ab', 'c', 'de']);
  expect(queue.bytes).toBe(0);
});

test('no more is joined than the buffer holds, but a single piece may be longer', () => {
  expect(writes(filled('ab', 'cd', 'e'), new Uint8Array(4))).toEqual(['abcd', 'e']);
  expect(writes(filled('abc', 'de'), new Uint8Array(4))).toEqual(['abc', 'de']);
  expect(writes(filled('abcde', 'f'), new Uint8Array(4))).toEqual(['abcde', 'f']);
});

test('what did not leave comes before all that was written later', () => {
  const queue = filled('ab', 'cd');
  const bytes = queue.next();
  queue.push(Buffer.from('e'), false);
  queue.putBack(bytes.subarray(1));
  expect(queue.bytes).toBe(4);
  expect(writes(queue)).toEqual(['bcde']);
});

test('an empty queue has nothing to write', () => {
  const queue = filled('ab');
  queue.clear();
  expect([queue.bytes, queue.next().length]).toEqual([0, 0]);
});

test('many small pieces take the memory of their bytes, and leave as they came', () => {
  const queue = new SendQueue();
  const all = Buffer.from(Array.from({ length: 100_000 }, (_, n) => `${n}, `).join(''));
  const before = liveObjects();
  for (let at = 0; at < all.length; at += 7) queue.push(all.subarray(at, at + 7), at % 2 === 0);
  expect(liveObjects() - before).toBeLessThan(50_000);
  expect(queue.bytes).toBe(all.length);
  expect(writes(queue).join('')).toBe(all.toString());
});

/** Objects that are alive. */
function liveObjects(): number {
  Bun.gc(true);
  return jsc.heapStats().objectCount;
}

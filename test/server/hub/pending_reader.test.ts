// In which order delivery reads what waits: as it came where it is little, else in turns of the senders.

import { expect, test } from 'bun:test';

import type { RecipientId } from '../../../src/protocol/model';
import { readPending } from '../../../src/server/hub/state/pending_reader';
import { direct, testHub } from './commands';

const bob = 'a1' as RecipientId;

/** Messages from several senders to bob, in this order, whose texts are the senders' names and counts. */
function waiting(senders: readonly string[]) {
  const hub = testHub('bob', ...new Set(senders));
  const counts = new Map<string, number>();
  for (const sender of senders) {
    const count = (counts.get(sender) ?? 0) + 1;
    counts.set(sender, count);
    hub.must(direct(sender, 'bob', `${sender}${count}`));
  }
  const read = readPending(hub.db);
  return (most: number, after?: string) => {
    const { messages, hasMore, last } = read(bob, most, after);
    return { texts: messages.map(({ text }) => text), hasMore, last };
  };
}

const times = (count: number, sender: string): string[] =>
  Array.from({ length: count }, () => sender);

test('all of it in the order in which it came, where it is no more than was asked for', () => {
  const read = waiting(['zoe', 'zoe', 'ann', 'zoe', 'ann']);
  expect(read(5)).toEqual({
    texts: ['zoe1', 'zoe2', 'ann1', 'zoe3', 'ann2'],
    hasMore: false,
    last: '',
  });
});

test('nothing where nothing waits', () => {
  expect(waiting([])(5)).toEqual({ texts: [], hasMore: false, last: '' });
});

test('a word behind a flood is read in the first turn, and each sender’s in order', () => {
  const read = waiting([...times(100, 'mallory'), 'ann', 'eve', 'ann']);
  const { texts, hasMore } = read(8);
  expect(texts.slice(0, 5)).toEqual(['mallory1', 'ann1', 'eve1', 'mallory2', 'ann2']);
  expect(texts.slice(5)).toEqual(['mallory3', 'mallory4', 'mallory5']);
  expect(hasMore).toBe(true);
});

test('where not each sender can have a turn, the next ones begin with the others', () => {
  const senders = ['a1x', 'b2x', 'c3x', 'd4x', 'e5x'];
  const read = waiting([...senders, ...senders]);
  const first = read(2);
  const second = read(2, first.last);
  const third = read(2, second.last);
  const got = [first, second, third].flatMap(({ texts }) => texts);
  expect(new Set(got)).toEqual(new Set(senders.map((name) => `${name}1`)));
  expect([first, second, third].every(({ hasMore }) => hasMore)).toBe(true);
});

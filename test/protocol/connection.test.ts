// The loop that lets a session take one message after the other.

import { expect, test } from 'bun:test';

import { Inbox } from '../../src/protocol/bytes/inbox';
import { type ConnectionEvents, takeEach, type Taken } from '../../src/protocol/connection';
import { limits } from '../../src/protocol/limits';

const open = { isClosed: false };

/** A session that does this with what came, and how often it was asked. */
function session(takeNext: (inbox: Inbox, count: number) => Taken) {
  let count = 0;
  const events: ConnectionEvents = {
    takeNext: (inbox) => takeNext(inbox, ++count),
    ended() {},
    lost() {},
  };
  return { events, count: () => count };
}

function inboxOf(bytes: number): Inbox {
  const inbox = new Inbox();
  inbox.push(new Uint8Array(bytes));
  return inbox;
}

test('a session that takes nothing and asks for more is our bug, and ends', () => {
  const spinning = session(() => 'taken');
  expect(() => takeEach(spinning.events, inboxOf(1), open)).toThrow('takes nothing');
  expect(spinning.count()).toBe(limits.net.takesInVain);
});

test('steps without a byte between messages are none', () => {
  const inbox = inboxOf(20);
  const stepping = session((inbox, count) => {
    if (count % limits.net.takesInVain === 0) inbox.skip(1);
    return 'taken';
  });
  expect(takeEach(stepping.events, inbox, open)).toBe('taken');
  expect([inbox.size, stepping.count()]).toEqual([0, 20 * limits.net.takesInVain]);
});

// Tickets for downloads: one use, a minute, and so many at once.

import { expect, test } from 'bun:test';

import type { WaitingFile } from '../../src/protocol/commands';
import { limits } from '../../src/protocol/limits';
import type { FileHash } from '../../src/protocol/model';
import { Tickets } from '../../src/server/web/tickets';
import { HandClock } from '../support/hand_clock';

const file: WaitingFile = { hash: 'ab' as FileHash, size: 1, name: 'a', serial: 7 };

test('a ticket is good once, and for a while', () => {
  const clock = new HandClock();
  const tickets = new Tickets(clock);
  const ticket = tickets.issue('ann', file);
  expect(ticket).toMatch(/^[\w-]{32}$/);
  expect(tickets.take(ticket)).toBe(file);
  expect(tickets.take(ticket)).toBeUndefined();
  const late = tickets.issue('ann', file);
  clock.pass(limits.web.ticketMs - 1);
  const second = tickets.issue('ann', file);
  clock.pass(1);
  expect(tickets.take(late)).toBeUndefined();
  expect(tickets.take(second)).toBe(file);
});

test('of too many of one account its own first one is good no more', () => {
  const tickets = new Tickets(new HandClock());
  const others = tickets.issue('ben', file);
  const all = Array.from({ length: limits.web.tickets + 80 }, () => tickets.issue('ann', file));
  const newest = all.slice(-limits.web.ticketsPerAccount);
  expect(tickets.take(all.at(-limits.web.ticketsPerAccount - 1) ?? '')).toBeUndefined();
  expect(newest.map((ticket) => tickets.take(ticket))).toEqual(newest.map(() => file));
  expect(tickets.take(others)).toBe(file);
});

test('of too many in all the account that has the most loses its first', () => {
  const tickets = new Tickets(new HandClock());
  const friend = tickets.issue('friend', file);
  const first = Array.from({ length: limits.web.ticketsPerAccount }, () =>
    tickets.issue('greedy', file),
  );
  const rest = Array.from({ length: limits.web.tickets - first.length }, (_, at) =>
    tickets.issue(`user${at}`, file),
  );
  expect(tickets.take(friend)).toBe(file);
  expect(tickets.take(first[0] ?? '')).toBeUndefined();
  expect(tickets.take(first[1] ?? '')).toBe(file);
  expect(tickets.take(rest[0] ?? '')).toBe(file);
});

// Tickets for downloads: a minute after their last use, and so many at once.

import { expect, test } from 'bun:test';

import type { WaitingFile } from '../../src/protocol/commands';
import { limits } from '../../src/protocol/limits';
import type { FileHash } from '../../src/protocol/model';
import { Tickets } from '../../src/server/web/tickets';
import { HandClock } from '../support/hand_clock';

const file: WaitingFile = { hash: 'ab' as FileHash, size: 1, name: 'a', serial: 7 };

test('a ticket is good for a while after its last use', () => {
  const clock = new HandClock();
  const tickets = new Tickets(clock);
  const ticket = tickets.issue('ann', file);
  expect(ticket).toMatch(/^[\w-]{32}$/);
  expect(tickets.find(ticket)).toMatchObject({ account: 'ann', file });
  clock.pass(limits.web.ticketMs - 1);
  tickets.renew(ticket, { account: 'ann', file });
  clock.pass(limits.web.ticketMs - 1);
  expect(tickets.find(ticket)?.file).toBe(file);
  clock.pass(1);
  expect(tickets.find(ticket)).toBeUndefined();
  const late = tickets.issue('ann', file);
  clock.pass(limits.web.ticketMs - 1);
  const second = tickets.issue('ann', file);
  clock.pass(1);
  expect(tickets.find(late)?.file).toBeUndefined();
  expect(tickets.find(second)?.file).toBe(file);
});

test('of too many of one account its own first one is good no more', () => {
  const tickets = new Tickets(new HandClock());
  const others = tickets.issue('ben', file);
  const all = Array.from({ length: limits.web.tickets + 80 }, () => tickets.issue('ann', file));
  const newest = all.slice(-limits.web.ticketsPerAccount);
  expect(tickets.find(all.at(-limits.web.ticketsPerAccount - 1) ?? '')?.file).toBeUndefined();
  expect(newest.map((ticket) => tickets.find(ticket)?.file)).toEqual(newest.map(() => file));
  expect(tickets.find(others)?.file).toBe(file);
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
  expect(tickets.find(friend)?.file).toBe(file);
  expect(tickets.find(first[0] ?? '')?.file).toBeUndefined();
  expect(tickets.find(first[1] ?? '')?.file).toBe(file);
  expect(tickets.find(rest[0] ?? '')?.file).toBe(file);
});

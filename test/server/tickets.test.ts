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
  const ticket = tickets.issue(file);
  expect(ticket).toMatch(/^[\w-]{32}$/);
  expect(tickets.take(ticket)).toBe(file);
  expect(tickets.take(ticket)).toBeUndefined();
  const late = tickets.issue(file);
  clock.pass(limits.web.ticketMs - 1);
  const second = tickets.issue(file);
  clock.pass(1);
  expect(tickets.take(late)).toBeUndefined();
  expect(tickets.take(second)).toBe(file);
});

test('of too many at once the oldest is good no more', () => {
  const tickets = new Tickets(new HandClock());
  const all = Array.from({ length: limits.web.tickets }, () => tickets.issue(file));
  const newest = tickets.issue(file);
  expect(tickets.take(all[0] ?? '')).toBeUndefined();
  expect(tickets.take(all[1] ?? '')).toBe(file);
  expect(tickets.take(newest)).toBe(file);
});

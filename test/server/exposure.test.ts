// What the operator is told at the start: what strangers may do where doors are open to them.

import { expect, test } from 'bun:test';

import { mailbox } from '../../src/protocol/mailbox/index';
import { market } from '../../src/protocol/market/index';
import { startServer } from '../support/server';

test('beyond loopback it is said in one line, with what would change it', async () => {
  await using server = await startServer([market, mailbox], { host: '0.0.0.0' });
  expect(server.console.warnings).toEqual([
    'open beyond this machine: anybody may register, come in as a guest and act as any account that has no key; ' +
      'if not: --registration invite, --no-guests, --require-credentials, or --host 127.0.0.1',
  ]);
});

test('only what strangers may do is said, and nothing where that is nothing', async () => {
  const host = '0.0.0.0';
  const closed = { registration: 'closed', refusesGuests: true } as const;
  await using half = await startServer([mailbox], { host, bounds: { policy: closed } });
  expect(half.console.warnings).toEqual([
    'open beyond this machine: anybody may act as any account that has no key; ' +
      'if not: --require-credentials, or --host 127.0.0.1',
  ]);
  const policy = { ...closed, requiresCredentials: true };
  await using whole = await startServer([mailbox], { host, bounds: { policy } });
  expect(whole.console.warnings).toEqual([]);
});

test.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('at %s nothing is said', async (host) => {
  await using server = await startServer([mailbox], { host });
  expect(server.console.warnings).toEqual([]);
});

// What the operator is told at the start: that a door without keys is open to others.

import { expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import { mailbox } from '../../src/protocol/mailbox/index';
import { market } from '../../src/protocol/market/index';
import { startServer } from '../support/server';

const said =
  'mailbox door open beyond this machine: whoever reaches it can act as any alias without a key';

test('a mailbox door beyond loopback is said loudly, once', async () => {
  await using server = await startServer([market, mailbox], { host: '0.0.0.0' });
  const { warnings } = server.console;
  expect(warnings.filter((line) => line.startsWith(said))).toHaveLength(1);
  expect(warnings.join('\n')).toContain('--host 127.0.0.1');
});

test.each(['127.0.0.1', '127.0.0.2', '::1', 'localhost'])('at %s nothing is said', async (host) => {
  await using server = await startServer([mailbox], { host });
  expect(server.console.warnings).toEqual([]);
});

test('doors whose users prove who they are, or are guests, say nothing', async () => {
  const others = dialects.filter((dialect) => dialect !== mailbox && dialect.server);
  await using server = await startServer(others, { host: '0.0.0.0' });
  expect(server.console.warnings).toEqual([]);
});

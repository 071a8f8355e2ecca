// The suites of doors, connections and files again, over TLS: what holds over TCP holds there. CHAT_TLS_SUITES=all runs every one of
// them, else a chosen part is run, which has all transports' traps in it: half-close, lingering, back-pressure, pauses, files.

import { expect, test } from 'bun:test';

import { isOverTls } from '../support/tls';

const chosen = [
  'test/protocol/mailbox/golden.test.ts',
  'test/protocol/market/golden.test.ts',
  'test/protocol/groups/golden.test.ts',
  'test/server/front.test.ts',
  'test/server/reset.test.ts',
  'test/server/transfers.test.ts',
] as const;

const others = [
  'test/house/house.test.ts',
  'test/house/floods.test.ts',
  'test/house/names.test.ts',
  'test/protocol/channels/golden.test.ts',
  'test/protocol/groups/send.test.ts',
  'test/protocol/market/crowd.test.ts',
  'test/protocol/market/golden_end.test.ts',
  'test/protocol/relay/server.test.ts',
  'test/protocol/web/identity.test.ts',
  'test/server/attachments.test.ts',
  'test/server/attachments_fetched.test.ts',
  // Files of 2 GiB, and slow peers.
  'test/server/large_attachment.test.ts',
  'test/server/stop.test.ts',
] as const;

const all = process.env['CHAT_TLS_SUITES'] === 'all';

/** The summary of `bun test` has the failures of the files that it ran, whatever they are. */
test.skipIf(isOverTls).each(all ? [...chosen, ...others] : chosen)(
  '%s',
  async (file) => {
    const child = Bun.spawn([process.execPath, 'test', '--timeout', '60000', `./${file}`], {
      env: { ...process.env, CHAT_TEST_TLS: '1' },
      stdout: 'pipe',
      stderr: 'pipe',
    });
    const [status, said] = await Promise.all([child.exited, new Response(child.stderr).text()]);
    const failures = said.split('\n').filter((line) => !line.startsWith('(pass)'));
    expect(status === 0 ? '' : failures.join('\n')).toBe('');
    expect(said).toMatch(/^ *[1-9]\d* pass$/m);
  },
  300_000,
);

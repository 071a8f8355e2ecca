// Told to end while the server is silent: every protocol's session on a pipe ends soon, with the signal's status.

import { describe, expect, test } from 'bun:test';

import { startChat } from '../support/executable';
import { fakeServer } from './fake_server';

/** Leaving takes 2 s at most; a busy machine gets more, but less than a server gets to answer. */
const soonMs = 6_000;

const users = {
  mailbox: 'alice',
  channels: 'alice',
  market: 'alice',
  relay: '7',
  groups: 'alice',
  basic: 'alice',
} as const;

describe.each(Object.entries(users))('%s', (dialect, user) => {
  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('%s', async (signal, status) => {
    const called = Promise.withResolvers<void>();
    const server = fakeServer(() => called.resolve());
    const session = await startChat(['connect', `${dialect}://${user}@127.0.0.1:${server.port}`]);
    session.write('hello\n');
    await called.promise;
    const toldAt = performance.now();
    const ended = await session.kill(signal);
    expect(ended.status).toBe(status);
    expect(performance.now() - toldAt).toBeLessThan(soonMs);
    server.stop();
  });
});

// Who guesses a password pays for it: two users go on talking, right keys are taken at once, and guesses get few answers.

import { expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { web } from '../../../src/protocol/web/index';
import { guess, talk, Talker } from '../../support/guesses';
import { startServer } from '../../support/server';

test.each([1, 1000])('from %d addresses, beside two users who talk', async (addresses) => {
  const proxies = ['127.0.0.1'];
  await using server = await startServer([web], { bounds: { proxies }, isSecure: false });
  const port = server.port('web');
  const victim = await Talker.enter(port, 'victim');
  await victim.ask({ do: 'password', password: 'correct horse battery' });
  const stop = new AbortController();
  const guesses = guess(port, { name: 'victim', addresses, atOnce: 32, signal: stop.signal });
  const times = await talk(port, 50);
  // The address that guesses has users too.
  const key = 'victim'.padEnd(43, '-');
  const headers = { authorization: `Bearer ${key}`, 'x-forwarded-for': '10.9.0.0' };
  const answer = await fetch(`http://127.0.0.1:${port}/api/users`, { headers });
  stop.abort();
  const statuses = await guesses;
  expect(times.count).toBe(50);
  expect(answer.status).toBe(200);
  expect([...statuses.keys()].filter((status) => status !== 401 && status !== 503)).toEqual([]);
  if (addresses === 1) {
    // All others wait for the end of their pause.
    expect(statuses.get(401) ?? 0).toBeLessThanOrEqual(limits.credentials.failures.burst + 1);
  }
  victim.leave();
});

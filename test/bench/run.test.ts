// The bench itself at a few hundred operations: every answer, message and confirmation is right, and none is lost.

import { expect, test } from 'bun:test';
import { resolve } from 'node:path';

import { executable } from '../support/executable';

const bench = resolve(import.meta.dir, '../../bench/run.ts');

async function quick(figure: string): Promise<{ status: number; said: string }> {
  const run = Bun.spawn(
    [process.execPath, bench, '--quick', '--only', figure, '--server', executable()],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const [out, err] = await Promise.all([
    new Response(run.stdout).text(),
    new Response(run.stderr).text(),
  ]);
  return { status: await run.exited, said: out + err };
}

test.each([
  ['operations', 3_180],
  ['deliveries', 1_240],
  ['stream', 2_400],
  ['pending', 380],
  ['idle', 1_600],
  ['start', 8],
  ['archive', 6],
])('%s: %i checked, nothing lost or wrong', async (figure, count) => {
  const { status, said } = await quick(figure);
  expect(said).toContain(`\n${count.toLocaleString('en')} checked, nothing lost or wrong`);
  expect(status).toBe(0);
});

// Their load is a time and not a number of operations: how many frames come is the machine's.
test.each(['channels', 'latency', 'peers', 'tls'])('%s: nothing lost or wrong', async (figure) => {
  const { status, said } = await quick(figure);
  expect(said).toMatch(/\n[1-9][\d,]* checked, nothing lost or wrong/);
  expect(status).toBe(0);
});

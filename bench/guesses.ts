// Guesses beside two users who talk: `bun bench/guesses.ts [SECONDS]`. Ends with status 1 where their p99 is 3 times the quiet one.

import { resolve } from 'node:path';

import { guess, talk, Talker, type Times } from '../test/support/guesses';

const seconds = Number(process.argv[2] ?? '20');
const port = 17_893;
const messagesPerSecond = 100;
const most = 3;

const server = Bun.spawn(
  [
    resolve(import.meta.dir, '../dist/chat'),
    'serve',
    '--web',
    String(port),
    '--memory',
    '--host',
    '127.0.0.1',
    '--proxy-protocol',
    '127.0.0.1',
    '--exempt-loopback',
  ],
  { stdout: 'ignore', stderr: 'pipe' },
);
await server.stderr.getReader().read();
const victim = await Talker.enter(port, 'victim');
await victim.ask({ do: 'password', password: 'correct horse battery' });

const line = (what: string, { count, p50, p99 }: Times): void =>
  console.log(
    `${what.padEnd(28)} ${count} messages, p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms`,
  );
await talk(port, messagesPerSecond);
const quiet = await talk(port, seconds * messagesPerSecond);
line('quiet', quiet);
let isSlow = false;
for (const addresses of [1, 1000]) {
  const stop = new AbortController();
  const guesses = guess(port, { name: 'victim', addresses, atOnce: 64, signal: stop.signal });
  const times = await talk(port, seconds * messagesPerSecond);
  stop.abort();
  line(`guesses of ${addresses} addresses`, times);
  console.log(`  answers by status: ${JSON.stringify(Object.fromEntries(await guesses))}`);
  isSlow ||= times.p99 >= most * quiet.p99;
}
server.kill();
process.exit(isSlow ? 1 : 0);

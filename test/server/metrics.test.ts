// What is told to those who watch the server: figures that are right, in formats that Prometheus reads.

import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { limits } from '../../src/protocol/limits';
import { exposition } from '../../src/server/metrics/exposition';
import { Histogram, Measures } from '../../src/server/metrics/measures';
import { Watch } from '../../src/server/metrics/watch';
import { type Chat, isolatedEnvironment, runChat, startChat } from '../support/executable';

interface Serving extends AsyncDisposable {
  readonly chat: Chat;
  readonly port: number;
  readonly url: string;
}

async function serve(): Promise<Serving> {
  const chat = await startChat(['serve', '-p', '0', '--metrics', '0', '--host', '127.0.0.1']);
  await chat.until('metrics', { on: 'err' });
  const [, url = ''] = /metrics {2}(http:\S+)\/metrics/.exec(chat.err) ?? [];
  const [, port] = /mailbox +(\d+)/.exec(chat.err) ?? [];
  const end = async (): Promise<void> => {
    await chat.kill('SIGTERM');
  };
  return { chat, url, port: Number(port), [Symbol.asyncDispose]: end };
}

const valueOf = (text: string, sample: string): number =>
  Number(
    text
      .split('\n')
      .find((line) => line.startsWith(`${sample} `))
      ?.split(' ')[1],
  );

test('commands, refusals, what waits, and commits', async () => {
  await using server = await serve();
  const at = ['-s', '127.0.0.1', '-p', String(server.port)];
  // Who registers keeps a key, and shows it from then on.
  const env = await isolatedEnvironment();
  for (const name of ['ana', 'bob'])
    await runChat(['register', name, '--name', name, '--born', '01/02/2000', ...at], { env });
  await runChat(['send', 'bob', 'hi', '--as', 'ana', ...at], { env });
  await runChat(['send', 'nobody', 'hi', '--as', 'ana', ...at], { env });
  const answer = await fetch(`${server.url}/metrics`);
  expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await answer.text();
  expect(valueOf(text, 'chat_commands_total{command="register"}')).toBe(2);
  expect(valueOf(text, 'chat_commands_total{command="direct"}')).toBe(1);
  expect(valueOf(text, 'chat_refusals_total{command="direct",why="unknown-user"}')).toBe(1);
  expect(valueOf(text, 'chat_pending_messages')).toBe(1);
  expect(valueOf(text, 'chat_commit_seconds_count')).toBeGreaterThanOrEqual(3);
  expect(valueOf(text, 'chat_database_bytes{file="main"}')).toBeGreaterThan(0);
  expect(valueOf(text, 'chat_resident_memory_bytes')).toBeGreaterThan(1_000_000);
  // A text of nobody's stands in it.
  expect(text).not.toContain('ana');
  if (Bun.which('promtool') === null) return;
  const check = Bun.spawnSync(['promtool', 'check', 'metrics'], { stdin: Buffer.from(text) });
  expect([check.exitCode, check.stderr.toString()]).toEqual([0, '']);
});

test('OpenMetrics for who asks for it', async () => {
  await using server = await serve();
  const headers = { accept: 'application/openmetrics-text; version=1.0.0' };
  const answer = await fetch(`${server.url}/metrics`, { headers });
  expect(answer.headers.get('content-type')).toStartWith('application/openmetrics-text');
  const text = await answer.text();
  expect(text).toEndWith('\n# EOF\n');
  expect(text).toContain('# TYPE chat_commands counter\n');
  expect(text).toContain('# TYPE chat_build info\n');
});

test('alive, ready, and nothing else', async () => {
  await using server = await serve();
  const statusOf = async (path: string, method = 'GET'): Promise<number> =>
    (await fetch(`${server.url}${path}`, { method })).status;
  expect(await statusOf('/health/live')).toBe(200);
  expect(await statusOf('/health/ready')).toBe(200);
  expect(await statusOf('/')).toBe(404);
  expect(await statusOf('/metrics', 'POST')).toBe(404);
});

test('a port that is in use', async () => {
  await using server = await serve();
  const port = new URL(server.url).port;
  const second = await runChat(['serve', '-p', '0', '--memory', '--metrics', port]);
  expect(second.status).toBe(69);
  expect(second.err).toBe(`chat: port ${port} is in use\n`);
});

describe('ready', () => {
  const watch = (prove: (done: (outcome: { ok: boolean }) => void) => void): Watch =>
    new Watch({
      measures: new Measures(),
      dialects: () => ['mailbox', 'web', 'mailbox'],
      countPending: () => 0,
      files: () => ({ count: 0, bytes: 0 }),
      queuedCommands: () => 0,
      database: '/nowhere',
      proveCommit: prove,
      warn() {},
    });

  test('not while nothing can be stored, nor while a commit hangs', async () => {
    expect(await watch((done) => done({ ok: false })).isReady()).toBe(false);
    const start = performance.now();
    expect(await watch(() => {}).isReady()).toBe(false);
    expect(performance.now() - start).toBeGreaterThanOrEqual(limits.metrics.readyMs - 1);
  });

  test('not from the moment on that the server stops', async () => {
    const proofs: ((outcome: { ok: boolean }) => void)[] = [];
    const one = watch((done) => void proofs.push(done));
    const asked = one.isReady();
    one.stopping();
    proofs[0]?.({ ok: true });
    expect(await asked).toBe(false);
    expect(await one.isReady()).toBe(false);
    expect(proofs.length).toBe(1);
  });

  test('connections are counted by door', () => {
    const text = exposition(watch(() => {}).families(), false);
    expect(valueOf(text, 'chat_connections{door="mailbox"}')).toBe(2);
    expect(valueOf(text, 'chat_connections{door="web"}')).toBe(1);
  });
});

test('a histogram counts each duration in every bucket that it fits', () => {
  const histogram = new Histogram();
  for (const ms of [0.4, 0.5, 3, 9000]) histogram.add(ms);
  const buckets = Object.fromEntries(histogram.buckets());
  expect(buckets).toMatchObject({ '0.0005': 2, '0.0025': 2, '0.005': 3, '5': 3, '+Inf': 4 });
  expect(histogram.sum).toBeCloseTo(9.0039);
});

test('a label’s value is escaped', () => {
  const labels = { why: 'a"b\\c\nd' };
  const family = { name: 'x', type: 'gauge', help: 'X.', samples: [[labels, 1]] } as const;
  expect(exposition([family], false)).toContain('x{why="a\\"b\\\\c\\nd"} 1');
});

test.skipIf(Bun.which('promtool') === null)(
  'the alert rules are rules, and know our figures',
  async () => {
    const rules = join(import.meta.dir, '../../docs/monitoring/alerts.yml');
    const check = Bun.spawnSync(['promtool', 'check', 'rules', rules]);
    expect([check.exitCode, check.stderr.toString()]).toEqual([0, '']);
    const measures = new Measures();
    const known = exposition(
      new Watch({
        measures,
        dialects: () => [],
        countPending: () => 0,
        files: () => ({ count: 0, bytes: 0 }),
        queuedCommands: () => 0,
        database: '/nowhere',
        proveCommit() {},
        warn() {},
      }).families(),
      false,
    );
    const dashboard = join(import.meta.dir, '../../docs/monitoring/dashboard.json');
    const texts = [await Bun.file(rules).text(), JSON.stringify(await Bun.file(dashboard).json())];
    const named = new Set(texts.flatMap((text) => text.match(/chat_[a-z_]+/g) ?? []));
    expect(named.size).toBeGreaterThan(8);
    for (const name of named) {
      const family = name.replace(/_bucket$/, '');
      expect(known).toContain(`# TYPE ${family} `);
    }
  },
);

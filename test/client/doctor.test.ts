// `chat doctor`: what is wrong between this machine and a server, and what to type.

import { describe, expect, test } from 'bun:test';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { checkClock } from '../../src/client/doctor/checks';
import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import { isolatedEnvironment, runChat } from '../support/executable';
import { startServer } from '../support/server';
import { closedPort, fakeServer } from './fake_server';

interface Finding {
  readonly check: string;
  readonly is: string;
  readonly text: string;
  readonly hint?: string;
}

async function examined(
  args: readonly string[],
  env?: Record<string, string>,
): Promise<{ readonly status: number; readonly found: ReadonlyMap<string, Finding> }> {
  const { out, status } = await runChat(['doctor', ...args, '--json'], { ...(env && { env }) });
  const findings = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
  return { status, found: new Map(findings.map((finding) => [finding.check, finding])) };
}

test('all is well', async () => {
  await using server = await startServer([mailbox]);
  const { status, found } = await examined(['-p', String(server.port('mailbox'))]);
  expect(status).toBe(0);
  expect([...found.keys()]).toEqual([
    'version',
    'settings',
    'folder',
    'descriptors',
    'clock',
    'host',
    'server',
    'protocol',
  ]);
  expect(found.get('server')?.text).toMatch(/^localhost:\d+ answers after \d+ ms$/);
  expect(found.get('protocol')).toMatchObject({ is: 'ok', text: 'mailbox is spoken there' });
});

test('no server: what to type, and whether one could be opened there', async () => {
  const port = closedPort();
  const { status, found } = await examined([`mailbox://127.0.0.1:${port}`]);
  expect(status).toBe(69);
  expect(found.get('server')).toMatchObject({ is: 'fault', text: `127.0.0.1:${port} refuses` });
  expect(found.get('server')?.hint).toContain('chat serve');
  expect(found.get('port')).toMatchObject({ is: 'ok', text: `${port} is free` });
});

test('no such host', async () => {
  const { found } = await examined(['mailbox://no-such-host.invalid']);
  expect(found.get('host')).toMatchObject({ is: 'fault' });
  expect(found.has('server')).toBe(false);
});

test('a server that speaks something else', async () => {
  const server = fakeServer((call) => call.send('SSH-2.0-OpenSSH_9.2\r\n'));
  const { status, found } = await examined([`mailbox://127.0.0.1:${server.port}`]);
  server.stop();
  expect(status).toBe(69);
  expect(found.get('protocol')).toMatchObject({ is: 'fault' });
});

describe('what is the user’s own', () => {
  test('a config file with a mistake', async () => {
    const env = await isolatedEnvironment();
    const folder = join(env['XDG_CONFIG_HOME'] ?? '', 'chat');
    await mkdir(folder, { recursive: true });
    await Bun.write(join(folder, 'config.toml'), '[serve]\nreplys = "text"\n');
    const { found } = await examined([`mailbox://127.0.0.1:${closedPort()}`], env);
    expect(found.get('settings')).toMatchObject({ is: 'fault', hint: 'did you mean replies?' });
  });

  test('a folder that others can read', async () => {
    const env = await isolatedEnvironment();
    const folder = join(env['XDG_STATE_HOME'] ?? '', 'chat');
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
    const { found } = await examined([`mailbox://127.0.0.1:${closedPort()}`], env);
    expect(found.get('folder')).toMatchObject({ is: 'warning', hint: `chmod 700 ${folder}` });
  });
});

test('a clock that is behind the executable', () => {
  const built = limits.client.oldestClockMs;
  expect(checkClock(built - 1, built)).toMatchObject({ is: 'fault' });
  expect(checkClock(built, built)).toMatchObject({ is: 'ok' });
});

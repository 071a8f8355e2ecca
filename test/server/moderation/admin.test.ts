// `chat admin` and `chat audit` against a real server, over the socket in its data folder.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';

import { dialects } from '../../../src/protocol/index';
import { limits } from '../../../src/protocol/limits';
import { adminSocketIn } from '../../../src/server/admin/address';
import { openAdminSocket } from '../../../src/server/admin/socket';
import { admin } from '../../../src/server/admin_command';
import { audit } from '../../../src/server/audit_command';
import { ChannelsPeer } from '../../protocol/channels/person';
import { type CommandResult, run } from '../../support/command';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';

let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await scratchFolder();
  server = await startServer(
    dialects.filter(({ name }) => ['mailbox', 'channels'].includes(name)),
    { folder },
  );
});
afterAll(() => server.stop());

const ask = (...words: string[]): Promise<CommandResult> =>
  run(admin, [...words, '--data', folder]);
const status = async (...words: string[]): Promise<number> => (await ask(...words)).status;
const rows = async (...words: string[]): Promise<unknown[]> => {
  const { out } = await ask(...words, '--json');
  return out === ''
    ? []
    : out
        .trimEnd()
        .split('\n')
        .map((line): unknown => JSON.parse(line));
};

/** A channels client who has said who they are. */
async function client(name: string): Promise<ChannelsPeer> {
  const peer = new ChannelsPeer(server.port('channels'), name);
  peer.send(name);
  await peer.settled();
  return peer;
}

describe('chat admin', () => {
  test('is for the owner of the folder alone, and goes with the server', async () => {
    expect(statSync(adminSocketIn(folder)).mode & 0o777).toBe(0o600);
    const other = await scratchFolder();
    const one = await startServer(dialects.slice(0, 1), { folder: other });
    expect(existsSync(adminSocketIn(other))).toBe(true);
    await one.stop();
    expect(existsSync(adminSocketIn(other))).toBe(false);
    const { status: gone, err } = await run(admin, ['sessions', '--data', other]);
    expect([gone, err]).toEqual([
      69,
      expect.stringContaining(`no server works in ${other}`) as string,
    ]);
  });

  test('lists, kicks with a reason, and tells who is kicked', async () => {
    await using scott = await client('Scott');
    expect(await rows('sessions')).toMatchObject([
      { name: 'Scott', role: 'guest', door: 'channels', host: '127.0.0.1' },
    ]);
    expect(await ask('kick', 'Scott', '--reason', 'go home')).toEqual({
      status: 0,
      out: '',
      err: 'done: 1\n',
    });
    expect(await scott.read()).toBe('You were kicked: go home');
    expect(await rows('sessions')).toEqual([]);
    expect(await status('kick', 'Scott')).toBe(67);
  });

  test('mutes, bans by name, and undoes both', async () => {
    await using ann = await client('Ann');
    ann.send('/create lobby');
    expect(await status('mute', 'Ann', '--reason', 'hush', '--for', '1h')).toBe(0);
    expect(await ann.read()).toMatch(/^You may not speak until \d{4}-.* UTC: hush$/);
    ann.send('hello');
    expect(await ann.read()).toBe('You may not speak here now.');
    expect(await rows('mutes')).toMatchObject([{ name: 'Ann', reason: 'hush' }]);
    expect(await status('unmute', 'Ann')).toBe(0);
    expect(await ann.read()).toBe('You may speak again');
    expect(await status('ban', 'Ann')).toBe(0);
    expect(await ann.read()).toBe('You are banned');
    await using again = new ChannelsPeer(server.port('channels'), 'again');
    again.send('ann');
    expect(await again.read()).toBe('You are banned here.');
    expect(await status('unban', 'Ann')).toBe(0);
    await using back = await client('Ann');
    await back.settled();
  });

  test('moderates rooms, and tells everybody', async () => {
    await using ben = await client('Ben');
    ben.send('/create den');
    await ben.settled();
    expect(await status('announce', 'tea at five')).toBe(0);
    expect(await ben.read()).toBe('Announcement: tea at five');
    expect(await status('room', 'den', 'topic', 'all of it')).toBe(0);
    expect(await ben.read()).toBe('The topic of den is: all of it');
    expect(await status('room', 'den', 'mute', 'Ben')).toBe(0);
    expect(await ben.read()).toBe('You were muted in den');
    expect(await status('room', 'den', 'kick', 'Ben', '--reason', 'out')).toBe(0);
    expect(await ben.read()).toBe('You were kicked out of den: out');
    expect(await status('room', 'den', 'dance', 'Ben')).toBe(64);
    ben.send('/join den');
    expect(await ben.read()).toBe('The topic of den is: all of it');
    expect(await status('clear', 'room', 'den')).toBe(0);
    expect(await ben.read()).toBe('You were kicked out of den');
    expect(await status('clear', 'room', 'den')).toBe(67);
  });

  test('makes codes, which only who asked sees', async () => {
    const { out } = await ask('invite', 'for bob', '--for', '1h');
    expect(out).toMatch(/^[0-9a-z]{5}(-[0-9a-z]{5}){3}\n$/);
    expect(await rows('invites')).toMatchObject([{ id: 1, label: 'for bob' }]);
    expect(await status('uninvite', '1')).toBe(0);
    expect(await rows('invites')).toEqual([]);
    const log = await run(audit, ['--data', folder]);
    expect(log.out).toContain('(socket)  invite for bob');
    expect(log.out).not.toContain(out.trim());
  });

  test('says what is wrong with what was typed', async () => {
    expect(await status('frob')).toBe(64);
    expect(await status('kick')).toBe(64);
    expect(await status('ban', '10.0.0.1/99')).toBe(65);
    expect(await status('role', 'nobody', 'admin')).toBe(67);
    expect(await status('role', 'nobody', 'king')).toBe(65);
    expect(await status('audit', '--since', 'yesterday')).toBe(64);
  });
});

test('a ban by network ends what is there and lets nothing in, before a session costs anything', async () => {
  await using here = await client('Here');
  expect(await status('ban', '127.0.0.0/30')).toBe(0);
  expect(await here.read()).toBe('You are banned');
  await using refused = new ChannelsPeer(server.port('channels'), 'refused');
  refused.send('x');
  const isOver = new Promise<void>((resolve) => {
    const socket = connect(server.port('mailbox'), '127.0.0.1', () => {});
    socket.on('error', () => {});
    socket.on('close', () => resolve());
  });
  await isOver;
  expect(await rows('sessions')).toEqual([]);
  expect(await status('unban', '127.0.0.0/30')).toBe(0);
  await using back = await client('Back');
  await back.settled();
});

test('chat audit prints the log, whether the server runs or not', async () => {
  await ask('announce', 'to be found in the log');
  const { out } = await run(audit, ['--data', folder, '--json']);
  const last = JSON.parse(out.trimEnd().split('\n').at(-1) ?? '') as Record<string, unknown>;
  const detail = { text: 'to be found in the log' };
  expect(last).toMatchObject({ origin: 'socket', act: 'announce', detail });
  expect((await rows('audit')).length).toBe(out.trimEnd().split('\n').length);
  const later = await run(audit, ['--data', folder, '--since', '2999-01-01']);
  expect(later).toEqual({ status: 0, out: '', err: '' });
  expect((await run(audit, ['--data', '/nowhere'])).status).toBe(65);
});

describe('the socket', () => {
  /** What a program gets that writes this. */
  const exchange = (path: string, text: string): Promise<string> =>
    new Promise((resolve) => {
      const socket = connect(path, () => socket.end(text));
      let all = '';
      socket.setEncoding('utf8');
      socket.on('data', (piece: string) => (all += piece));
      socket.on('error', () => {});
      socket.on('close', () => resolve(all));
    });

  test('answers lines in order, and refuses what is none of its requests', async () => {
    const lines = [
      'x',
      'null',
      '7',
      '{"list":"frogs"}',
      '{"act":{"do":"kick"}}',
      '{"act":{"do":"kick","who":{"name":"#x"}}}',
      '{"act":{"do":"announce","text":"hi","more":1}}',
      '{"list":"groups"}',
    ];
    const answers = (await exchange(adminSocketIn(folder), `${lines.join('\n')}\n`)).trimEnd();
    const bad = '{"ok":false,"why":"bad-request"}';
    expect(answers.split('\n')).toEqual([
      ...lines.slice(1).map(() => bad),
      '{"ok":true,"value":{"rows":[]}}',
    ]);
  });

  test('a line without an end goes nowhere', async () => {
    const endless = 'x'.repeat(limits.admin.lineBytes + 1);
    expect(await exchange(adminSocketIn(folder), endless)).toBe('');
  });

  test('opens where the folder lies too deep for a path, and over what a killed server left', async () => {
    const deep = join(await scratchFolder(), 'a'.repeat(100), 'b'.repeat(100));
    mkdirSync(deep, { recursive: true });
    writeFileSync(adminSocketIn(deep), 'left');
    const hub = { submit: () => {} };
    const socket = await openAdminSocket(deep, hub as never);
    expect(statSync(adminSocketIn(deep)).isSocket()).toBe(true);
    socket.close();
    expect(existsSync(adminSocketIn(deep))).toBe(false);
  });
});

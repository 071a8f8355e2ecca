// The built `chat connect` as scripts and programs use it: pipes, statuses, signals, and its listener.
import { afterEach, describe, expect, test } from 'bun:test';
import { createConnection } from 'node:net';

import { channels } from '../../src/protocol/channels/index';
import { mailbox } from '../../src/protocol/mailbox/index';
import { type RunningServer, startServer as start } from '../../src/server/server';
import { executable, isolatedEnvironment, runChat, startChat } from '../support/executable';
import { KeptConsole, startServer } from '../support/server';
import { closedPort, type FakeCall, type FakeServer, fakeServer } from './fake_server';

const registration = ['--name', 'Alice Liddell', '--born', '04/05/1852'];
const serverFlags = (port: number): string[] => ['-s', '127.0.0.1', '-p', String(port)];

let fake: FakeServer | undefined;
afterEach(() => {
  fake?.stop();
  fake = undefined;
});

/** Answers each operation with 0, and gives the port that CONNECT names to `connected`. */
function acceptEverything(connected: (port: number, call: FakeCall) => void): FakeServer {
  fake = fakeServer(async (call) => {
    const [operation] = await call.fields(1);
    if (operation === 'CONNECT') {
      const [, , port] = await call.fields(3);
      connected(Number(port), call);
    }
    call.send('\0');
    call.close();
  });
  return fake;
}

/** Calls a client back, as a server does; gives how the client ended the call. */
function callBack(port: number, content: string, from = '127.0.0.1'): Promise<'ended' | 'reset'> {
  const { promise, resolve } = Promise.withResolvers<'ended' | 'reset'>();
  createConnection({ host: '127.0.0.1', port, localAddress: from })
    .on('end', () => resolve('ended'))
    .on('error', () => resolve('reset'))
    .on('close', () => resolve('reset'))
    .resume()
    .end(content);
  return promise;
}

const message = (id: number, text: string): string => `SEND_MESSAGE\0bob\0${id}\0${text}\0`;

describe('a script', () => {
  test('every operation prints its two lines, and the first that fails is the exit status', async () => {
    await using server = await startServer([mailbox]);
    const port = server.port('mailbox');
    const input = 'CONNECTEDUSERS\nSEND zed hi\nSEND alice hello\n';
    const { status, out } = await runChat(
      ['connect', 'alice', ...registration, ...serverFlags(port)],
      {
        input,
      },
    );
    const lines = out.trimEnd().split('\n');
    expect(lines).toContain('s> CONNECTED USERS (1 users connected) OK - alice');
    expect(lines).toContain('s> SEND FAIL / USER DOES NOT EXIST');
    expect(lines).toContain('s> SEND OK - MESSAGE 1');
    // The message to herself may come between the two lines of DISCONNECT, or after them.
    expect(lines).toContain('c> DISCONNECT alice');
    expect(lines).toContain('s> DISCONNECT OK');
    expect(status).toBe(67);
  });

  test('an unknown user: 67, and how to register', async () => {
    await using server = await startServer([mailbox]);
    const args = ['connect', 'alice', ...serverFlags(server.port('mailbox'))];
    const { status, out, err } = await runChat(args, { input: 'QUIT\n' });
    expect([status, out]).toEqual([67, 'c> CONNECT alice\ns> CONNECT FAIL, USER DOES NOT EXIST\n']);
    expect(err).toContain('--name');
    expect(err).toContain('--born');
  });

  test('no server listens: 69', async () => {
    const port = closedPort();
    const { status, out, err } = await runChat(['connect', 'alice', ...serverFlags(port)]);
    expect([status, out]).toEqual([69, 'c> CONNECT alice\ns> CONNECT FAIL\n']);
    expect(err).toContain(`no server answers at mailbox://127.0.0.1:${port}`);
  });

  test('Ctrl-C says goodbye first: 130', async () => {
    await using server = await startServer([mailbox]);
    const chat = await startChat([
      'connect',
      'alice',
      ...registration,
      ...serverFlags(server.port('mailbox')),
    ]);
    await chat.until('s> CONNECT OK');
    expect((await chat.kill('SIGINT')).status).toBe(130);
    expect(server.console.lines).toContain('s> DISCONNECT alice OK');
  });

  test('SIGTERM says goodbye first: 143', async () => {
    await using server = await startServer([mailbox]);
    const chat = await startChat([
      'connect',
      'alice',
      ...registration,
      ...serverFlags(server.port('mailbox')),
    ]);
    await chat.until('s> CONNECT OK');
    expect((await chat.kill('SIGTERM')).status).toBe(143);
    expect(server.console.lines).toContain('s> DISCONNECT alice OK');
  });

  test('a reader that closes the pipe ends it without a message', async () => {
    await using server = await startServer([mailbox]);
    const command = [
      executable(),
      'connect',
      'alice',
      ...registration,
      ...serverFlags(server.port('mailbox')),
    ];
    const env = await isolatedEnvironment();
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const line = `yes CONNECTEDUSERS | ${quoted} | head -1; echo \${PIPESTATUS[1]}`;
    const shell = Bun.spawn(['bash', '-c', line], { env, stdout: 'pipe', stderr: 'pipe' });
    const [out, err] = await Promise.all([
      new Response(shell.stdout).text(),
      new Response(shell.stderr).text(),
    ]);
    expect(out).toBe('c> CONNECT alice\n0\n');
    expect(err).toBe('');
    expect(server.console.lines).toContain('s> DISCONNECT alice OK');
  });
});

describe('a program', () => {
  test('gets one object a message, receipt and result, with the text unchanged', async () => {
    await using server = await startServer([mailbox]);
    const port = server.port('mailbox');
    const bot = await startChat([
      'connect',
      'alice',
      '--json',
      ...registration,
      ...serverFlags(port),
    ]);
    await bot.until('"operation":"CONNECT"');
    bot.write('SEND alice a\u001b[2J \u202e b\n');
    await bot.until('"type":"message"');
    await bot.until('"type":"receipt"');
    bot.write('QUIT\n');
    const { status, out } = await bot.ended;
    expect(status).toBe(0);
    const objects = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string });
    expect(objects.find(({ type }) => type === 'message')).toMatchObject({
      from: 'alice',
      text: 'a\u001b[2J \u202e b',
    });
  });

  test('reconnects to a server that was away', async () => {
    const open = (port: number): Promise<RunningServer> => {
      const doors = [{ dialect: channels, port }];
      const console = new KeptConsole();
      return start({ host: '127.0.0.1', doors, folder: undefined, flags: {}, console });
    };
    const first = await open(0);
    const port = first.doors[0]?.address.port ?? 0;
    const bot = await startChat(['connect', `channels://bot@127.0.0.1:${port}/`, '--json']);
    bot.write('/create a\n');
    bot.write('/list\n');
    await bot.until('"a"');
    await first.stop();
    await bot.until('trying again', { on: 'err' });
    const second = await open(port);
    bot.write('/create b\n/list\n');
    await bot.until('"b"');
    bot.end();
    expect((await bot.ended).status).toBe(0);
    await second.stop();
  });

  test('with --once it ends with its server: 69', async () => {
    const server = await startServer([channels]);
    const url = `channels://bot@127.0.0.1:${server.port('channels')}`;
    const bot = await startChat(['connect', url, '--json', '--once']);
    bot.write('/create a\n/list\n');
    await bot.until('"a"');
    await server.stop();
    expect((await bot.ended).status).toBe(69);
  });
});

describe('the listener', () => {
  test('answers its server, and no other address', async () => {
    const port = Promise.withResolvers<number>();
    const server = acceptEverything(port.resolve);
    const chat = await startChat(['connect', 'alice', ...serverFlags(server.port)]);
    const listener = await port.promise;
    expect(await callBack(listener, message(1, 'forged'), '127.0.0.2')).toBe('reset');
    expect(await callBack(listener, message(2, 'real'))).toBe('ended');
    await chat.until('s> MESSAGE 2 FROM bob\n    real\n    END\n');
    chat.end();
    expect((await chat.ended).out).not.toContain('forged');
  });

  test('shows what a server pushes before it answers CONNECT', async () => {
    const pushed = Promise.withResolvers<string>();
    fake = fakeServer(async (call) => {
      const [operation] = await call.fields(1);
      if (operation === 'CONNECT') {
        const [, , port] = await call.fields(3);
        pushed.resolve(await callBack(Number(port), message(1, 'early')));
      }
      call.send('0\0');
      call.close();
    });
    const chat = await startChat(['connect', 'alice', ...serverFlags(fake.port)]);
    expect(await pushed.promise).toBe('ended');
    await chat.until('s> CONNECT OK\n');
    await chat.until('s> MESSAGE 1 FROM bob\n    early\n    END\n');
    chat.end();
    expect((await chat.ended).status).toBe(0);
  });

  test('resets a call that is incomplete or wrong, and shows nothing of it', async () => {
    const port = Promise.withResolvers<number>();
    const server = acceptEverything(port.resolve);
    const chat = await startChat(['connect', 'alice', ...serverFlags(server.port)]);
    const listener = await port.promise;
    expect(await callBack(listener, 'SEND_MESSAGE\0half')).toBe('reset');
    expect(await callBack(listener, 'NONSENSE\0')).toBe('reset');
    expect(await callBack(listener, 'SEND_MESS_ACK\x009\0')).toBe('ended');
    await chat.until('s> SEND MESSAGE 9 OK');
    chat.end();
    expect((await chat.ended).out).not.toContain('half');
  });

  test('a message that was accepted while the user leaves is still shown', async () => {
    const port = Promise.withResolvers<number>();
    fake = fakeServer(async (call) => {
      const [operation] = await call.fields(1);
      if (operation === 'CONNECT') port.resolve(Number((await call.fields(3))[2]));
      // The client is leaving: its DISCONNECT has come, and a message crosses it.
      if (operation === 'DISCONNECT') await callBack(await port.promise, message(1, 'crossing'));
      call.send('\0');
      call.close();
    });
    const { out, status } = await runChat(['connect', 'alice', ...serverFlags(fake.port)], {
      input: 'QUIT\n',
    });
    expect(out).toContain('s> MESSAGE 1 FROM bob\n    crossing\n    END\n');
    expect(status).toBe(0);
  });

  test('hundreds of calls at once are all shown', async () => {
    const port = Promise.withResolvers<number>();
    const server = acceptEverything(port.resolve);
    const chat = await startChat(['connect', 'alice', ...serverFlags(server.port)]);
    const listener = await port.promise;
    await chat.until('s> CONNECT OK');
    const ids = Array.from({ length: 300 }, (_, index) => index + 1);
    const ends = await Promise.all(ids.map((id) => callBack(listener, message(id, `text ${id}`))));
    expect(new Set(ends)).toEqual(new Set(['ended']));
    chat.end();
    const { out } = await chat.ended;
    const shown = Array.from(out.matchAll(/MESSAGE (\d+) FROM bob/g), (match) => Number(match[1]));
    expect(shown.toSorted((a, b) => a - b)).toEqual(ids);
  });
});

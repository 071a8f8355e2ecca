// `chat send` with servers of every kind: what it sends and prints, and its exit status.
import { afterEach, beforeEach, describe, expect, jest, test } from 'bun:test';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { lastSender, rememberSender } from '../../src/client/last_sender';
import { send } from '../../src/client/send';
import type { Client } from '../../src/protocol/client';
import { limits } from '../../src/protocol/limits';
import { relay } from '../../src/protocol/relay/index';
import { type CommandResult, run, type RunOptions } from '../support/command';
import { runChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { closedPort, type FakeCall, type FakeServer, fakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

/** Sends to a server that plays `script`, as alice unless `args` say otherwise. */
function sendTo(
  script: (call: FakeCall, count: number) => void | Promise<void>,
  args: readonly string[],
  options: RunOptions = {},
): Promise<CommandResult> {
  server = fakeServer(script);
  return run(
    send,
    ['-s', '127.0.0.1', '-p', String(server.port), '--as', 'alice', ...args],
    options,
  );
}

/** Answers a SEND, or the question after a refusal, with pieces that come one by one, then closes. */
const answering =
  (...pieces: readonly string[]) =>
  async (call: FakeCall): Promise<void> => {
    const [operation] = await call.fields(1);
    await call.fields(operation === 'SEND' ? 4 : 2);
    for (const piece of pieces) {
      call.send(piece);
      // The next piece waits for the event loop, so that the client reads this one by itself.
      for (let turns = 0; turns < 5; turns++) await new Promise(setImmediate);
    }
    call.close();
  };

const stored = answering('\x007\0');

describe('what is sent and printed', () => {
  test('the request is the one of the source, and nothing is printed', async () => {
    expect(await sendTo(stored, ['bob', 'hi there'])).toEqual({ status: 0, out: '', err: '' });
    expect(server?.calls[0]?.came.toString()).toBe('SEND\0alice\0bob\0hi there\0');
  });

  test('at a terminal the line of the source is printed', async () => {
    const { out } = await sendTo(stored, ['bob', 'hi'], { isTerminal: true });
    expect(out).toBe('s> SEND OK - MESSAGE 7\n');
  });

  test('for a program one object a message', async () => {
    const { out } = await sendTo(stored, ['bob,carol', 'hi', '--json']);
    const common = {
      id: '7',
      from: 'alice',
      server: `127.0.0.1:${server?.port}`,
      status: 'stored',
    };
    expect(
      out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([
      { ...common, to: 'bob' },
      { ...common, to: 'carol' },
    ]);
  });

  test('each of several recipients gets it once', async () => {
    await sendTo(stored, ['bob, carol,bob', 'hi']);
    expect(server?.calls.map(({ came }) => came.toString().split('\0')[2])).toEqual([
      'bob',
      'carol',
    ]);
  });

  test('lines of standard input are messages', async () => {
    await sendTo(stored, ['bob', '-', '--lines'], { input: 'one\n\ntwo' });
    expect(server?.calls.map(({ came }) => came.toString().split('\0')[3])).toEqual(['one', 'two']);
  });

  test('standard input is one message, without its last line end', async () => {
    await sendTo(stored, ['bob', '-'], { input: 'one\ntwo\n' });
    expect(server?.calls.map(({ came }) => came.toString().split('\0')[3])).toEqual(['one\ntwo']);
  });

  test('a URL names the sender, the server and the recipient', async () => {
    server = fakeServer(stored);
    const url = `mailbox://al%20ice@127.0.0.1:${server.port}/bob`;
    expect((await run(send, [url, 'hi'])).status).toBe(0);
    expect(server.calls[0]?.came.toString()).toBe('SEND\0al ice\0bob\0hi\0');
  });
});

describe('servers that deviate', () => {
  test.each([
    ['the raw byte', ['\x007\0']],
    ['a digit', ['07\0']],
    ['a digit with NUL', ['0\x007\0']],
    ['every byte by itself', ['0', '\0', '1', '2', '\0']],
    ['one string too many', ['\x007\0more\0']],
  ])('%s is understood', async (_, pieces) => {
    expect((await sendTo(answering(...pieces), ['bob', 'hi'])).status).toBe(0);
  });

  test.each([
    ['1', 67, 's> SEND FAIL / USER DOES NOT EXIST'],
    ['\x01', 67, 's> SEND FAIL / USER DOES NOT EXIST'],
    ['\x02', 75, 's> SEND FAIL'],
    ['2\0', 75, 's> SEND FAIL'],
    ['x', 75, 'The server answered what is no reply of this protocol: x'],
    ['', 69, 's> SEND FAIL'],
    ['\x00', 0, 'The server gave the message no number.'],
  ])('answer %j exits with %d', async (answer, status, line) => {
    const ran = await sendTo(answering(answer), ['bob', 'hi']);
    expect(ran.status).toBe(status);
    expect(ran.out).toBe('');
    expect(ran.err.split('\n')[0]).toBe(line);
  });

  test('a reset in the middle of the answer is a server that is gone', async () => {
    const script = async (call: FakeCall): Promise<void> => {
      await call.fields(4);
      call.send('\0');
      await new Promise(setImmediate);
      call.reset();
    };
    expect((await sendTo(script, ['bob', 'hi'])).status).toBe(69);
  });

  test('a server that ends before it answers is gone too', async () => {
    expect((await sendTo((call) => call.close(), ['bob', 'hi'])).status).toBe(69);
  });

  test('no server listens', async () => {
    const port = String(closedPort());
    const err = `s> SEND FAIL\n  no server answers at mailbox://127.0.0.1:${port}\n`;
    const args = ['bob', 'hi', '--as', 'alice', '-s', '127.0.0.1', '-p', port];
    expect(await run(send, args)).toEqual({ status: 69, out: '', err });
    // The dialect's own line names the server already.
    const said = await run(send, [`channels://a@127.0.0.1:${port}/b`, 'hi']);
    expect(said.err).toBe(`Unable to connect to 127.0.0.1:${port}\n`);
  });

  test('no host of that name', async () => {
    const args = ['bob', 'hi', '--as', 'alice', '-s', 'no-such-host.invalid'];
    const { status, err } = await run(send, args);
    expect(status).toBe(69);
    expect(err).toContain('  there is no host no-such-host.invalid');
    expect(err).not.toContain('no server answers');
    const users = await runChat(['users', '-s', 'no-such-host.invalid']);
    expect(users.err).toContain('  there is no host no-such-host.invalid');
    const connect = await runChat(['connect', 'alice', '-s', 'no-such-host.invalid']);
    expect(connect.err).toContain('  there is no host no-such-host.invalid');
  });

  test('a server that never answers is waited for no longer than a request may take', async () => {
    jest.useFakeTimers();
    try {
      const asked = Promise.withResolvers<void>();
      const ran = sendTo(
        async (call) => {
          await call.fields(4);
          asked.resolve();
        },
        ['bob', 'hi'],
      );
      await asked.promise;
      jest.advanceTimersByTime(limits.net.requestMs - 1);
      let isOver = false;
      void ran.then(() => (isOver = true));
      await new Promise(setImmediate);
      expect(isOver).toBe(false);
      jest.advanceTimersByTime(1);
      expect((await ran).status).toBe(69);
    } finally {
      jest.useRealTimers();
    }
  });

  test('after a server that is gone nothing more is tried', async () => {
    const input = 'one\ntwo\n';
    await sendTo((call) => call.close(), ['bob,carol', '-', '--lines'], { input });
    expect(server?.calls).toHaveLength(1);
  });
});

describe('an unknown user', () => {
  /** Knows alice only. */
  const knowing = async (call: FakeCall): Promise<void> => {
    const [operation] = await call.fields(1);
    const fields = await call.fields(operation === 'SEND' ? 4 : 2);
    if (operation === 'SEND') call.send('\x01');
    else call.send(fields[1] === 'alice' ? '\x01' : '\x02');
    call.close();
  };

  test('is the recipient: the hint says how to register them', async () => {
    const { status, err } = await sendTo(knowing, ['bob', 'hi']);
    expect(status).toBe(67);
    expect(err).toContain('bob is not registered there');
    expect(err).toContain('chat register bob --name');
    expect(err).not.toContain('CONNECTED USERS');
  });

  test('a server that does not answer the question is not waited for long', async () => {
    jest.useFakeTimers();
    try {
      const asked = Promise.withResolvers<void>();
      const ran = sendTo(
        async (call, count) => {
          await call.fields(1);
          if (count === 1) call.send('\x01');
          else asked.resolve();
        },
        ['bob', 'hi'],
      );
      await asked.promise;
      jest.advanceTimersByTime(limits.client.farewellMs);
      const { status, err } = await ran;
      expect(status).toBe(67);
      expect(err).toContain('bob is not registered there');
    } finally {
      jest.useRealTimers();
    }
  });

  test('is a number of the relay, which nobody can register', async () => {
    const { status, err } = await sendTo(knowing, ['#1007', 'hi']);
    expect(status).toBe(67);
    expect(err).not.toContain('chat register');
    expect(err).toContain('nobody can register #1007');
  });

  test('is the sender', async () => {
    const { status, err } = await sendTo(knowing, ['bob', 'hi', '--as', 'zed']);
    expect(status).toBe(67);
    expect(err).toContain('zed is not registered there');
  });
});

describe('what is refused before anything is sent', () => {
  const refused = async (args: readonly string[], options?: RunOptions): Promise<CommandResult> => {
    const ran = await sendTo(stored, args, options);
    expect(server?.calls).toHaveLength(0);
    expect(ran.out).toBe('');
    return ran;
  };

  test('a text over 255 bytes, with what to do instead', async () => {
    const { status, err } = await refused(['bob', 'ä'.repeat(128)]);
    expect(status).toBe(65);
    expect(err).toContain('256 bytes, and mailbox takes at most 255');
    expect(err).toMatch(/--lines.*--attach/);
  });

  test('255 bytes are sent', async () => {
    expect((await sendTo(stored, ['bob', 'x'.repeat(255)])).status).toBe(0);
  });

  test('bytes that are not UTF-8', async () => {
    const { status, err } = await refused(['bob', '-'], { input: Uint8Array.of(0xff) });
    expect([status, err]).toEqual([65, 'the text is not UTF-8\n']);
  });

  test('a file that cannot be read', async () => {
    const { status } = await sendTo(stored, ['bob', 'see', '--attach', '/does/not/exist']);
    expect(status).toBe(65);
    expect(server?.calls.map(({ came }) => came.length)).not.toContain(1);
  });

  test.each([[['bob', '']], [['bob', '-']]])(
    'an empty text, more likely a variable that was never set: %j',
    async (args) => {
      const { status, err } = await refused(args);
      expect(status).toBe(65);
      expect(err).toContain('the text is empty\n  --allow-empty');
      const allowed = await sendTo(stored, [...args, '--allow-empty']);
      expect(allowed.status).toBe(0);
      expect(server?.calls[0]?.came.toString()).toBe('SEND\0alice\0bob\0\0');
    },
  );

  test.each([
    [[], 'TO is missing'],
    [['bob'], 'TEXT is missing'],
    [['bob'], '- as TEXT reads standard input'],
    [[' , ', 'hi'], 'TO names nobody'],
    [['bob', '--attach', 'x', '--lines'], 'do not go together'],
    [['bob', 'hi', 'there'], 'surplus argument there'],
    [['nowhere://x', 'hi'], 'unknown protocol nowhere'],
    [['mialbox://x', 'hi'], 'did you mean mailbox?'],
    [['mailbox://a:secret@x/bob', 'hi'], 'password'],
    [['mailbox://', 'hi'], 'mailbox://'],
  ])('%j', async (args, message) => {
    const { status, err } = await refused(args);
    expect(status).toBe(64);
    expect(err).toContain(message);
  });
});

describe('the sender', () => {
  let env: Record<string, string> = {};
  beforeEach(async () => {
    env = { XDG_STATE_HOME: await scratchFolder() };
    server = fakeServer(stored);
  });
  const sender = async (args: readonly string[] = [], more = {}): Promise<string | undefined> => {
    const where = ['-s', '127.0.0.1', '-p', String(server?.port)];
    await run(send, ['bob', 'hi', ...where, ...args], { env: { ...env, ...more } });
    return server?.calls.at(-1)?.came.toString().split('\0')[1];
  };

  test('is the flag, else the environment, else the user who connected there last', async () => {
    rememberSender(`mailbox://127.0.0.1:${server?.port}`, 'last', env);
    expect(await sender(['--as', 'flag'], { CHAT_USER: 'environment' })).toBe('flag');
    expect(await sender([], { CHAT_USER: 'environment' })).toBe('environment');
    expect(await sender()).toBe('last');
  });

  test('is not the last number that a session had (relay)', () => {
    const serverUrl = 'relay://127.0.0.1:1';
    rememberSender(serverUrl, '7', env);
    expect(lastSender({ serverUrl, client: relay.client }, env)).toBeUndefined();
    expect(lastSender({ serverUrl, client: {} as Client }, env)).toBe('7');
  });

  test('is missing if none of the three is there', async () => {
    rememberSender('mailbox://127.0.0.1:1', 'elsewhere', env);
    expect(await sender()).toBeUndefined();
  });

  test('what is remembered is bounded, and a damaged file counts as empty', async () => {
    for (let port = 1; port <= 200; port++) rememberSender(`mailbox://h:${port}`, 'x', env);
    const file = join(env['XDG_STATE_HOME'] ?? '', 'chat/last-senders.json');
    expect(Object.keys((await Bun.file(file).json()) as object)).toHaveLength(
      limits.client.rememberedServers,
    );
    await writeFile(file, '[1, {');
    expect(await sender()).toBeUndefined();
    rememberSender(`mailbox://127.0.0.1:${server?.port}`, 'again', env);
    expect(await sender()).toBe('again');
  });

  test('a state folder that cannot be written is no failure', async () => {
    const folder = env['XDG_STATE_HOME'] ?? '';
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'chat'), 'a file where the folder should be');
    expect(() => rememberSender('mailbox://h:1', 'x', env)).not.toThrow();
  });
});

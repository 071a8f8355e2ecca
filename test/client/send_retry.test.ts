// `chat send` where the server is silent, away, or comes back: how long it waits, and that nothing is sent twice.
import { afterEach, describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { type CliError, exit } from '../../src/cli/exit';
import { ReaderGone } from '../../src/cli/io';
import { runCommand } from '../../src/cli/run';
import { send } from '../../src/client/send';
import { mailbox } from '../../src/protocol/mailbox/index';
import { register } from '../protocol/mailbox/person';
import { fakeIo, run } from '../support/command';
import { executable, isolatedEnvironment, runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { connectTcp } from '../support/tcp';
import { closedPort, type FakeCall, type FakeServer, fakeServer } from './fake_server';

let fake: FakeServer | undefined;
afterEach(() => {
  fake?.stop();
  fake = undefined;
});

const as = (port: number): string[] => ['-s', '127.0.0.1', '-p', String(port), '--as', 'alice'];

/** The texts that came, in order. A client that may repeat a message asks first, without a byte, whose server it is. */
const texts = (server: FakeServer): (string | undefined)[] =>
  server.calls
    .filter(({ came }) => came.length > 0)
    .map(({ came }) => came.toString().split('\0')[3]);

/** A server that plays a script to each client that says something, and counts those. */
function serverFor(script: (call: FakeCall, count: number) => unknown): FakeServer {
  let count = 0;
  return fakeServer(async (call) => {
    void call.ended().then(
      () => call.came.length === 0 && call.close(),
      () => {},
    );
    await call.bytes(1);
    await script(call, ++count);
  });
}

const answer = async (call: FakeCall, reply: string): Promise<void> => {
  await call.fields(4);
  call.send(reply);
  call.close();
};

describe('--timeout', () => {
  test('ends the program, whatever the server goes on to not say', async () => {
    fake = fakeServer(async (call) => void (await call.fields(4)));
    const { status, err } = await run(send, ['bob', 'hi', '--timeout', '50ms', ...as(fake.port)]);
    expect([status, err]).toEqual([exit.tryAgain, 'No answer came in time.\n']);
  });
});

describe('--retry', () => {
  test('lines wait for a server that restarts, and each is sent once', async () => {
    const folder = await scratchFolder();
    const first = await startServer([mailbox], { folder });
    const port = first.port('mailbox');
    const where = ['-s', '127.0.0.1', '-p', String(port)];
    const env = await isolatedEnvironment();
    for (const name of ['alice', 'bob']) {
      await runChat(['register', name, '--name', name, '--born', '04/05/1852', ...where], { env });
    }
    const retrying = ['--lines', '--json', '--retry', '1m'];
    const lines = await startChat(['send', 'bob', '-', ...retrying, ...as(port)], { env });
    lines.write('one\n');
    await lines.until('"id":"1"');
    await first.stop();
    lines.write('two\nthree\n');
    await lines.until('trying again', { on: 'err' });
    await using second = await startServer([mailbox], { folder, port });
    lines.end();
    const { status, out } = await lines.ended;
    expect(status).toBe(exit.ok);
    expect(out.match(/"id":"\d+"/g)).toEqual(['"id":"1"', '"id":"2"', '"id":"3"']);
    expect(second.console.lines.filter((line) => line.endsWith('STORED'))).toHaveLength(2);
  });

  test('a server that says "later" is asked again', async () => {
    fake = serverFor((call, count) => answer(call, count === 1 ? '\x02' : '\x007\0'));
    const { status } = await run(send, ['bob', 'hi', '--retry', '10', ...as(fake.port)]);
    expect(status).toBe(exit.ok);
    expect(texts(fake)).toEqual(['hi', 'hi']);
  });

  test('what the server may have taken is told, and not sent again; the rest is sent', async () => {
    fake = serverFor(async (call, count) => {
      if (count > 1) return answer(call, '\x007\0');
      await call.fields(4);
      call.close();
    });
    const args = ['bob', '-', '--lines', '--json', '--retry', '10', ...as(fake.port)];
    const { status, out, err } = await run(send, args, { input: 'one\ntwo\n' });
    expect(status).toBe(exit.unavailable);
    expect(texts(fake)).toEqual(['one', 'two']);
    expect(out).toContain('"status":"unreachable","uncertain":true}\n');
    expect(err).toContain('the server may have it, so it is not sent again');
  });

  test('a refusal of another kind is final', async () => {
    fake = serverFor(async (call, count) => {
      if (count === 1) await answer(call, '\x01');
      else call.close();
    });
    const { status } = await run(send, ['bob', 'hi', '--retry', '10', ...as(fake.port)]);
    expect(status).toBe(exit.noUser);
    expect(texts(fake).filter((text) => text === 'hi')).toHaveLength(1);
  });

  /** Stands before a server and loses the first replies to messages, as a network does that breaks in the wrong moment. */
  function losing(port: number, losses: number): FakeServer {
    let lost = 0;
    return fakeServer(async (call) => {
      // A client that asks whose server this is ends its side at once.
      await Promise.any([call.ended(), call.fields(6)]);
      const isMessage = call.came.length > 0;
      if (call.came.includes('SENDATTACH')) await call.fields(9);
      await using server = await connectTcp(port);
      if (isMessage) await server.send(call.came);
      else server.finish();
      const reply = await server.readToEnd();
      if (isMessage && lost++ < losses) return call.reset();
      call.send(reply);
      call.end();
    });
  }

  test.each([
    ['a text', []],
    ['a file', ['--attach', 'FILE']],
  ])(
    '%s whose reply is lost is sent again to a server of ours, and taken once',
    async (_, more) => {
      await using server = await startServer([mailbox]);
      const port = server.port('mailbox');
      for (const name of ['alice', 'bob']) await register(port, name);
      fake = losing(port, 2);
      // Its last byte shows the proxy that all of it has come.
      const file = join(await scratchFolder(), 'a.txt');
      await Bun.write(file, 'hello\0');
      const files = more.map((word) => word.replace('FILE', file));
      const args = ['bob', 'hi', '--json', '--retry', '20', ...files, ...as(fake.port)];
      const { status, out } = await run(send, args);
      expect(status).toBe(exit.ok);
      expect(out).toContain('"id":"1"');
      expect(out).toContain('"status":"stored"');
      expect(await run(send, ['bob', 'hi', '--json', ...as(port)])).toMatchObject({
        out: expect.stringContaining('"id":"2"') as string,
      });
    },
  );

  test('one that may have been taken is never sent without its key', async () => {
    await using server = await startServer([mailbox]);
    const port = server.port('mailbox');
    for (const name of ['alice', 'bob']) await register(port, name);
    fake = losing(port, 1);
    const there = fake.port;
    const sending = startChat(['send', 'bob', 'hi', '--retry', '1', ...as(there)]);
    await (await sending).until('trying again', { on: 'err' });
    fake.stop();
    // Somebody else's server in its place.
    const asked: string[] = [];
    using other = Bun.listen({
      hostname: '127.0.0.1',
      port: there,
      socket: {
        data: (socket, bytes) => void (asked.push(bytes.toString()), socket.end('\x009\0')),
      },
    });
    expect(other.port).toBe(there);
    const { status, err } = await (await sending).ended;
    expect([status, asked]).toEqual([exit.tryAgain, []]);
    expect(err).toContain('the server may have it');
  });

  test('it ends when the time is up', async () => {
    const args = ['bob', 'hi', '--retry', '250ms', ...as(closedPort())];
    expect((await run(send, args)).status).toBe(exit.unavailable);
  });
});

describe('standard output', () => {
  /** Sends two lines, with an output that fails as told at its first line. */
  async function sendInto(failure: CliError, input: string): Promise<number> {
    fake = fakeServer((call) => answer(call, '\x007\0'));
    const { io } = fakeIo({ input });
    const out = {
      ...io.out,
      write() {
        throw failure;
      },
    };
    const args = ['bob', '-', '--lines', '--json', ...as(fake.port)];
    return runCommand(send, '1.2.3', args, { ...io, out });
  }

  test('nobody reads it any more: what is not sent makes it a failure', async () => {
    expect(await sendInto(new ReaderGone(), 'one\ntwo\n')).toBe(exit.cannotCreate);
    expect(texts(fake!)).toEqual(['one']);
  });

  test('nobody reads it any more, and all is sent', async () => {
    expect(await sendInto(new ReaderGone(), 'one\n')).toBe(exit.ok);
  });

  test.each([
    ['--help'],
    ['send --help'],
    ['users -s 127.0.0.1 -p PORT'],
    ['send bob hi --as alice --json -s 127.0.0.1 -p PORT'],
    ['connect alice --json -s 127.0.0.1 -p PORT --name A --born 04/05/1852'],
    ['connect bob -s 127.0.0.1 -p PORT --name B --born 04/05/1852'],
  ])('a full disk is told in one line: chat %s', async (words) => {
    await using server = await startServer([mailbox]);
    const where = ['-s', '127.0.0.1', '-p', String(server.port('mailbox'))];
    const env = await isolatedEnvironment();
    for (const name of ['alice', 'bob']) {
      await runChat(['register', name, '--name', name, '--born', '04/05/1852', ...where], { env });
    }
    const who = ['connect', 'carol', '--name', 'C', '--born', '04/05/1852'];
    const carol = await startChat([...who, ...where], { env });
    await carol.until('CONNECT OK');
    const line = words.replace('PORT', String(server.port('mailbox')));
    const shell = Bun.spawn(['bash', '-c', `echo QUIT | "$0" ${line} >/dev/full`, executable()], {
      env: carol.env,
      stderr: 'pipe',
    });
    const err = await new Response(shell.stderr).text();
    expect(err).toMatch(/^chat: standard output cannot be written: no space left on device\n$/m);
    expect(err).not.toContain('bug');
    expect(await shell.exited).toBe(exit.cannotCreate);
    await carol.kill();
  });
});

// The dialogues and bytes of the protocols' pages, played to a server: the page's `nc`, its header blocks, its hexadecimal.

import { afterEach, beforeEach, describe, expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import { operation, register, takeCalls } from '../protocol/mailbox/person';
import { join, tokenFor } from '../protocol/web/person';
import { Changes } from '../support/changes';
import { startServer, type TestServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

let server: TestServer;
beforeEach(async () => {
  server = await startServer(dialects.filter((dialect) => dialect.server));
});
afterEach(() => server.stop());

const page = (dialect: string): Promise<string> =>
  Bun.file(`src/protocol/${dialect}/README.md`).text();

/** The first fenced block that begins so, in lines. */
async function block(dialect: string, begins: string): Promise<readonly string[]> {
  const blocks = (await page(dialect)).matchAll(/^```\n([^]*?)\n```$/gm);
  for (const [, body = ''] of blocks) if (body.startsWith(begins)) return body.split('\n');
  throw new Error(`${dialect} has no block that begins with ${begins}`);
}

/** The bytes at the beginning of a line; what they mean stands behind more than two spaces. */
const hexOf = (line = ''): Buffer<ArrayBuffer> =>
  Buffer.from(line.trim().split(/ {3,}/)[0]?.replaceAll(' ', '') ?? '', 'hex');

/** Says lines, and reads them: a socket, or netcat. */
interface Talker extends AsyncDisposable {
  say(line: string): unknown;
  hear(line: string): Promise<unknown>;
}

async function socketTo(port: number): Promise<Talker> {
  const peer: TcpPeer = await connectTcp(port);
  return {
    say: (line) => peer.send(`${line}\n`),
    hear: (line) => peer.readTo(`${line}\n`),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

const netcat = Bun.which('nc');
if (netcat === null) process.stderr.write('SKIPPED: the dialogue at nc: there is no nc\n');

async function netcatTo(port: number): Promise<Talker> {
  const process = Bun.spawn([netcat ?? 'nc', '127.0.0.1', String(port)], {
    stdin: 'pipe',
    stdout: 'pipe',
  });
  const reader = process.stdout.getReader();
  let came = '';
  return {
    say(line) {
      void process.stdin.write(`${line}\n`);
      return process.stdin.flush();
    },
    async hear(line) {
      while (!came.includes(`${line}\n`)) {
        const { value, done } = await reader.read();
        if (done) throw new Error(`${line} did not come; ${came}`);
        came += Buffer.from(value).toString();
      }
      came = came.slice(came.indexOf(`${line}\n`) + line.length + 1);
    },
    [Symbol.asyncDispose]: async () => {
      process.kill();
      await process.exited;
    },
  };
}

describe('market', () => {
  test.each([
    ['at a socket', socketTo],
    ['at nc', netcatTo],
  ] as const)('the dialogue %s', async (where, talkTo) => {
    if (where === 'at nc' && netcat === null) return;
    const port = server.port('market');
    await using stack = new AsyncDisposableStack();
    const alice = stack.use(await talkTo(port));
    let bob: Talker | undefined;
    for (const line of await block('market', '< Welcome')) {
      const text = line.slice(2);
      if (line.startsWith('> ')) await alice.say(text);
      else {
        // What Alice hears of Bob is done by Bob.
        if (text === '[SERVER] Client: <bob> connected!') {
          bob = stack.use(await socketTo(port));
          for (const said of ['bob', '0']) await bob.say(said);
        }
        const [, says] = /^<bob>: (.*)$/.exec(text) ?? [];
        if (says !== undefined) await bob?.say(says);
        await alice.hear(text);
      }
    }
    const [hex] = await block('market', '3c 61');
    const seen = hexOf(hex).toString();
    expect(seen).toEndWith('\n');
    await bob?.hear(seen.slice(0, -1));
    await bob?.hear('[SERVER] Client: <alice> transferred 10 dollars to you.');
  });
});

describe('mailbox', () => {
  test('the bytes of a message, of its reply and of its calls', async () => {
    const port = server.port('mailbox');
    for (const name of ['alice', 'bob', 'carol']) await register(port, name);
    const [asked, replied] = await block('mailbox', '53 45');
    const [toBob = '', toAlice = ''] = await block('mailbox', 'SEND_MESSAGE\\0');
    // It is the message of that number.
    const number = Number(hexOf(replied).toString().replaceAll('\0', ''));
    for (let id = 1; id < number; id++) await operation(port, 'SEND', 'alice', 'carol', 'x');
    const heard: string[] = [];
    const changes = new Changes();
    const listeners = ['alice', 'bob'].map(() =>
      takeCalls(
        () => undefined,
        (said) => {
          heard.push(said);
          changes.changed();
        },
      ),
    );
    for (const [index, name] of ['alice', 'bob'].entries()) {
      const where = String(listeners[index]?.port);
      expect(await operation(port, 'CONNECT', name, where)).toBe('\0');
    }
    await using peer = await connectTcp(port);
    await peer.send(hexOf(asked));
    expect(Buffer.from(await peer.readToEnd())).toEqual(hexOf(replied));
    const call = (line: string): string => line.split(/ {3,}/)[0]?.replaceAll('\\0', '\0') ?? '';
    await changes.until(
      () => heard.length === 2,
      () => heard.join('; '),
    );
    expect([toBob, toAlice].map(call)).toEqual(heard);
    for (const listener of listeners) listener.stop();
  });

  test('a message that is sent twice under its key', async () => {
    const port = server.port('mailbox');
    for (const name of ['alice', 'bob']) await register(port, name);
    const [line = ''] = await block('mailbox', 'ONCE');
    const replies: string[] = [];
    for (let times = 0; times < 2; times++) {
      await using peer = await connectTcp(port);
      await peer.send(line.replaceAll('\\0', '\0'));
      replies.push(Buffer.from(await peer.readToEnd()).toString());
    }
    expect(replies[0]).toMatch(/^\0\d+\0$/);
    expect(replies[1]).toBe(replies[0] ?? '');
  });
});

test('relay: the bytes of a MSG, and of its answer', async () => {
  const [line] = await block('relay', '00 02');
  const [, answer = ''] = /14 bytes `([\da-f ]+)`/.exec(await page('relay')) ?? [];
  const port = server.port('relay');
  const oi = (id: number): Buffer => {
    const bytes = Buffer.alloc(14);
    bytes.writeUInt16BE(id, 2);
    return bytes;
  };
  await using display = await connectTcp(port);
  await display.send(oi(1002));
  await display.read(14);
  await using emitter = await connectTcp(port);
  await emitter.send(oi(1));
  await emitter.read(14);
  await emitter.send(hexOf(line?.replaceAll(/ {2,}/g, ' ')));
  expect(Buffer.from(await emitter.read(14))).toEqual(hexOf(answer));
  const shown = Buffer.from(await display.read(14 + 2 + 8));
  expect(shown.subarray(14)).toEqual(hexOf(line?.replaceAll(/ {2,}/g, ' ')).subarray(14));
});

test('channels: the first frame is a name', async () => {
  const [line = ''] = await block('channels', '53 63');
  const [, first = '', last = '', count = ''] =
    /^(.*) \.\.\. (\S\S) .*?(\d+) spaces/.exec(line) ?? [];
  const name = hexOf(first).toString().trimEnd();
  const frame = Buffer.concat([Buffer.from(name), Buffer.alloc(Number(count), hexOf(last))]);
  expect(frame).toHaveLength(200);
  const port = server.port('channels');
  await using scott = await connectTcp(port);
  await scott.send(Buffer.concat([frame, Buffer.from('/create 168_tas'.padEnd(200))]));
  await scott.send('/list'.padEnd(200));
  expect(
    Buffer.from(await scott.read(200))
      .toString()
      .trimEnd(),
  ).toBe('168_tas');
  await using panda = await connectTcp(port);
  await panda.send(`${'Panda'.padEnd(200)}${'/join 168_tas'.padEnd(200)}`);
  expect(
    Buffer.from(await scott.read(200))
      .toString()
      .trimEnd(),
  ).toBe('Panda has joined');
  await scott.send('Hello world!'.padEnd(200));
  expect(
    Buffer.from(await panda.read(200))
      .toString()
      .trimEnd(),
  ).toBe(`[${name}] Hello world!`);
});

test('basic: the bytes of a text', async () => {
  const [line = ''] = await block('basic', '49 20');
  const bytes = hexOf(line.split(' ...')[0]);
  await using peer = await connectTcp(server.port('basic'));
  await peer.send(bytes);
  peer.finish();
  await peer.readToEnd();
  expect(Buffer.concat(server.console.bytes).toString()).toContain(bytes.toString());
});

/** A line of a conversation of header blocks: who, which way, the action, headers, and perhaps the body. */
function step(line: string) {
  const [, who = '', way = '', action = '', rest = ''] =
    /^ *(\w+) ([<>]) (.*?)(?:   +(.*))?$/.exec(line) ?? [];
  const [written = '', body] = rest.split(/ *body: /);
  const headers = written.trim() === '' ? [] : written.trim().split(/ {3,}/);
  return { who, way, headers: [`Action: ${action}`, ...headers], body };
}

test('groups: the conversation of header blocks', async () => {
  const port = server.port('groups');
  const peers = new Map<string, TcpPeer>();
  const enter = async (name: string): Promise<TcpPeer> => {
    const peer = await connectTcp(port);
    peers.set(name, peer);
    return peer;
  };
  const say = (peer: TcpPeer, headers: readonly string[], body = ''): Promise<void> =>
    peer.send([...headers, `Content-Length: ${Buffer.byteLength(body)}`, '', body].join('\n'));
  const hear = async (peer: TcpPeer): Promise<{ head: string; body: string }> => {
    const head = await peer.readTo('\n\n');
    const length = Number(/^Content-Length: (\d+)$/m.exec(head)?.[1] ?? 0);
    return { head, body: Buffer.from(await peer.read(length)).toString() };
  };
  const bob = await enter('bob');
  await say(bob, ['Action: Req.Connect', 'User: bob']);
  await hear(bob);
  for (const line of await block('groups', 'alice > Req.Connect')) {
    const { who, way, headers, body } = step(line);
    const peer = peers.get(who) ?? (await enter(who));
    if (way === '>') await say(peer, headers, body);
    else {
      const heard = await hear(peer);
      for (const header of headers) expect(heard.head.split('\n')).toContain(header);
      // A list has the addresses of this machine.
      if (body !== undefined) expect(heard.body).toContain(body.split(' ')[0] ?? '');
    }
  }
  for (const peer of peers.values()) await peer[Symbol.asyncDispose]();
});

test('web: a request of the page, its reply and its receipt', async () => {
  const port = server.port('web');
  await using bob = await join(port, 'wire-bob');
  await using alice = await join(port, 'wire-alice');
  const [asked = '', replied = '', receipt = ''] = await block('web', '> {"do":"send"');
  const { do: verb, ref, ...wish } = JSON.parse(asked.slice(2)) as Record<string, never>;
  expect([verb, typeof ref]).toEqual(['send', 'number'] as never);
  const sent = await alice.ask({ do: 'send', ...wish, to: 'wire-bob' } as never);
  const { value } = JSON.parse(replied.slice(2)) as { value: object };
  expect(Object.keys(sent)).toEqual(Object.keys(value));
  const { is, status } = JSON.parse(receipt.slice(2)) as { is: string; status: string };
  await alice.until(({ news }) => JSON.stringify(news).includes(`"is":"${is}"`));
  expect(JSON.stringify(alice.news)).toContain(`"status":"${status}"`);
  expect(bob.messages.at(-1)?.text).toBe('hi');
});

const curl = Bun.which('curl');
if (curl === null) process.stderr.write('SKIPPED: the commands of curl: there is no curl\n');

test.skipIf(curl === null)('the commands of curl', async () => {
  const port = server.port('web');
  for (const name of ['alice2', 'bob2']) await (await join(port, name))[Symbol.asyncDispose]();
  const [message = ''] = await block('web', 'curl -u alice');
  expect(await Bun.file('README.md').text()).toContain(message);
  const command = message
    .replace('curl', 'curl -s')
    .replace('alice:$KEY', `alice2:${tokenFor('alice2')}`)
    .replace('localhost:8893', `127.0.0.1:${port}`)
    .replace('"bob"', '"bob2"');
  const shell = Bun.spawn(['sh', '-c', command]);
  expect(await new Response(shell.stdout).json()).toMatchObject({ id: 1, waiting: true });
});

// Browsers at TCP doors: a page that has its visitor's browser send lines there is shown the end before any is taken.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import { limits } from '../../src/protocol/limits';
import { startOf } from '../../src/server/net/foreign_start';
import * as channels from '../protocol/channels/conversation';
import * as market from '../protocol/market/conversation';
import { startServer, type TestServer } from '../support/server';
import { connectTcp } from '../support/tcp';

const tcpDialects = dialects.filter(({ transport }) => transport === 'tcp');
const clientHello = '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03';

const starts: readonly (readonly [text: string, start: ReturnType<typeof startOf>])[] = [
  ['', 'unknown'],
  ['P', 'unknown'],
  ['POST', 'unknown'],
  ['POST /', 'unknown'],
  ['POST / ', 'unknown'],
  ['POST / HTTP', 'unknown'],
  ['POST / HTTP/', 'foreign'],
  ['GET http://localhost:8891/?a=b HTTP/1.1\r\n', 'foreign'],
  ['OPTIONS * HTTP/1.1\r\n', 'foreign'],
  ['CONNECT localhost:8888 HTTP/1.1\r\n', 'foreign'],
  ['PRI * HTTP/2.0\r\n', 'foreign'],
  [`GET /${'x'.repeat(limits.net.firstLineBytes)}`, 'foreign'],
  ['\x16', 'unknown'],
  ['\x16\x03\x01\x02\x00', 'unknown'],
  [clientHello, 'foreign'],
  ['CONNECT\0alice\x004000\0', 'own'],
  ['C', 'unknown'],
  ['GETFILE\0bob\0alice\x001\0', 'own'],
  ['GET', 'unknown'],
  ['GET\n', 'own'],
  ['GET out of here\n', 'own'],
  ['GET / 200 1.2 ms\n', 'own'],
  ['get / HTTP/1.1\r\n', 'own'],
  ['Put it there HTTP/', 'own'],
  [`POST${' '.repeat(196)}`, 'own'],
  ['100\n', 'own'],
  ['\x16\x03\x05', 'own'],
  ['\xff', 'own'],
];

test.each(starts)('%j is %s', (text, start) => {
  expect(startOf(Buffer.from(text, 'latin1'))).toBe(start);
});

test('what has been decided stays so, whatever follows', () => {
  for (const [text, start] of starts) {
    const bytes = Buffer.from(text, 'latin1');
    for (let length = 0; length <= bytes.length; length++) {
      const early = startOf(bytes.subarray(0, length));
      if (early !== 'unknown') expect([text, early]).toEqual([text, start]);
    }
  }
});

let server: TestServer;
beforeAll(async () => {
  server = await startServer(tcpDialects);
});
afterAll(() => server.stop());

const head = 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/plain\r\n\r\n';

/** No page can read it: it came from another place. */
const refused = 'HTTP/1.1 400 Bad Request\r\n';

/** Sends a request as a browser does; resolves once the server has ended. What it said meanwhile. */
async function post(dialect: string, request: string, how: 'whole' | 'bytes'): Promise<string> {
  await using peer = await connectTcp(server.port(dialect));
  if (how === 'whole') await peer.send(request);
  // The end may come while bytes are still on their way.
  else await peer.sendByteByByte(request).catch(() => {});
  return Buffer.from(await peer.readToEnd()).toString();
}

describe.each(['whole', 'bytes'] as const)('a request that comes %s', (how) => {
  test('says nothing in the market', async () => {
    await using talk = new market.Conversation(server.port('market'));
    const ann = `ann${how}`;
    await talk.enter(ann, 50);
    const greeting = await post('market', `${head}mal\n100\nsend it all\n`, how);
    expect(greeting).not.toContain('has been set');
    await talk.play(`${ann} .`);
  });

  test('says nothing in a channel', async () => {
    await using talk = new channels.Conversation(server.port('channels'));
    const ann = `ann${how}`;
    await talk.play(`${ann} connects\n${ann} > /create ${how}`);
    const frames = ['', `/join ${how}`, 'hello'].map((text) => text.padEnd(200));
    const answer = await post('channels', head.padEnd(200) + frames.join(''), how);
    expect(answer).toStartWith(refused);
    await talk.play(`${ann} .`);
  });

  test('is not printed by the basic door, which serves the next peer', async () => {
    const before = server.console.bytes.length;
    expect(await post('basic', `${head}s> REGISTER root OK\n`, how)).toStartWith(refused);
    await using peer = await connectTcp(server.port('basic'));
    await peer.send('GET / 200 1.2 ms');
    peer.finish();
    await peer.readToEnd();
    const printed = Buffer.concat(server.console.bytes.slice(before)).toString();
    expect(printed).toBe('GET / 200 1.2 ms\n');
  });

  test.each(tcpDialects.map(({ name }) => name))('ends at the %s door', async (name) => {
    const lines = server.console.lines.length;
    const said = await post(name, `${head}\0CONNECT\0alice\x004000\0`, how);
    // The market speaks first.
    if (name !== 'market') expect(said).toStartWith(refused);
    expect(said).toContain(`This is the ${name} door.`);
    // A user of a test before may leave only now.
    const printed = server.console.lines
      .slice(lines)
      .filter((line) => !/<ann(?:whole|bytes)>/.test(line));
    expect(printed).toEqual([]);
  });
});

test('a TLS handshake ends before the lines that a page has put into it', async () => {
  const said = await post('market', `${clientHello}\nmal\n100\nsend it all\n`, 'whole');
  expect(said).not.toContain('has been set');
});

test('what only begins like a request is taken when the peer has ended', async () => {
  const before = server.console.bytes.length;
  await using peer = await connectTcp(server.port('basic'));
  await peer.send('POST');
  peer.finish();
  await peer.readToEnd();
  expect(Buffer.concat(server.console.bytes.slice(before)).toString()).toBe('POST\n');
});

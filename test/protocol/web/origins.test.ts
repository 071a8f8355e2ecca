// By which names browsers may ask for the page, and which pages may speak to the server: a foreign one reaches nothing.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { hostname } from 'node:os';

import { ownHosts } from '../../../src/net/address';
import { web } from '../../../src/protocol/web';
import { runChat } from '../../support/executable';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';

const proxies = 'https://chat.example.org,http://box.local:8080';
let alone: TestServer;
let proxied: TestServer;
beforeAll(async () => {
  alone = await startServer([web]);
  proxied = await startServer([web], { flags: { 'web-origin': proxies } });
});
afterAll(async () => {
  await alone.stop();
  await proxied.stop();
});

/** The first line of the answer to a request as a browser sends it. */
async function status(server: TestServer, request: string, ...headers: string[]): Promise<number> {
  await using peer = await connectTcp(server.port('web'));
  await peer.send([`${request} HTTP/1.1`, ...headers, '', ''].join('\r\n'));
  return Number((await peer.readTo('\r\n')).split(' ')[1]);
}

const upgrade = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
];

describe('a request to', () => {
  test.each([
    'localhost',
    'LocalHost:8893',
    'localhost.',
    '127.0.0.1:1',
    '127.7.7.7',
    '[::1]:8893',
    hostname(),
    ...[...ownHosts()].map((host) => (host.includes(':') ? `[${host}]` : host)),
  ])('%s is answered', async (host) => {
    expect(await status(alone, 'GET /', `Host: ${host}`)).toBe(200);
  });

  test.each([
    'evil.example',
    'evil.example:8893',
    'localhost.evil.example',
    'evil.example.localhost',
    'localhost@evil.example',
    'evil.example#localhost',
    'chat.example.org',
    '203.0.113.7',
    '[2001:db8::7]',
    '127.0.0.1.evil.example',
    '127.0.0.1:99999999',
    '',
  ])('%j is not, whatever is asked for', async (host) => {
    for (const request of ['GET /', 'GET /api/health', 'GET /files/x', 'POST /api/messages']) {
      expect([request, await status(alone, request, `Host: ${host}`)]).toEqual([request, 421]);
    }
    const socket = status(
      alone,
      'GET /socket',
      `Host: ${host}`,
      `Origin: http://${host}`,
      ...upgrade,
    );
    expect(await socket).toBe(421);
  });
});

describe('a page of', () => {
  test.each(['http://evil.example', 'https://localhost', 'http://localhost:81', 'null', '', 'x'])(
    '%j reaches nothing',
    async (origin) => {
      const from = ['Host: localhost:8893', `Origin: ${origin}`];
      for (const request of [
        'GET /',
        'GET /api/health',
        'POST /api/messages',
        'OPTIONS /api/users',
      ])
        expect([request, await status(alone, request, ...from)]).toEqual([request, 403]);
      expect(await status(alone, 'GET /socket', ...from, ...upgrade)).toBe(403);
    },
  );

  test('the server itself reaches all', async () => {
    const from = ['Host: localhost:8893', 'Origin: http://localhost:8893'];
    expect(await status(alone, 'GET /api/health', ...from)).toBe(200);
    expect(await status(alone, 'GET /socket', ...from, ...upgrade)).toBe(101);
  });
});

test.each([
  ['chat.example.org', 'https://chat.example.org', 101],
  ['Chat.Example.org', 'https://chat.example.org', 101],
  // A proxy that does not pass the host on.
  ['127.0.0.1:8893', 'https://chat.example.org', 101],
  ['box.local:8080', 'http://box.local:8080', 101],
  ['chat.example.org', 'http://chat.example.org', 403],
  ['chat.example.org:81', 'https://chat.example.org', 421],
  ['box.local', 'http://box.local:8080', 421],
  ['evil.example', 'https://chat.example.org', 421],
  ['localhost', 'http://localhost', 101],
])('behind a proxy, host %s and origin %s: %d', async (host, origin, answer) => {
  const request = ['GET /socket', `Host: ${host}`, `Origin: ${origin}`, ...upgrade] as const;
  expect(await status(proxied, ...request)).toBe(answer);
});

test.each([
  'chat.example.org',
  'https://chat.example.org/page',
  'ftp://x',
  'https://a@b',
  ',',
  '*',
])('--web-origin %s is wrong usage', async (value) => {
  const { status: code, err } = await runChat(['serve', '--web', '0', '--web-origin', value]);
  expect(code).toBe(64);
  expect(err).toContain('is not an origin');
});

describe('a request of HTTP/1.0 without a host', () => {
  test.each([
    ['/', 200],
    ['/api/health', 200],
    ['/api/openapi.json', 200],
    ['/nothing', 404],
    ['//[', 404],
    ['/socket', 426],
  ])('for %s gets %d, and no stack', async (path, expected) => {
    await using peer = await connectTcp(alone.port('web'));
    await peer.send(`GET ${path} HTTP/1.0\r\n\r\n`);
    expect(Buffer.from(await peer.readToEnd()).toString()).toStartWith(`HTTP/1.1 ${expected} `);
    expect(alone.console.warnings).toEqual([]);
  });

  test('is refused to the page of another server', async () => {
    await using peer = await connectTcp(alone.port('web'));
    await peer.send('GET /api/health HTTP/1.0\r\nOrigin: http://evil.example\r\n\r\n');
    expect(await peer.readTo('\r\n')).toContain(' 421 ');
  });
});

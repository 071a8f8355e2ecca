// The front of the web door: every connection counts, has a deadline, and carries one request, whose peer is known.

import { expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market';
import { web } from '../../src/protocol/web';
import { HandClock } from '../support/hand_clock';
import { startServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

const health = 'GET /api/health HTTP/1.1\r\nhost: 127.0.0.1\r\n';

/** Resolves when the other side has ended or reset. */
const gone = (peer: TcpPeer): Promise<unknown> => peer.readToEnd().catch(() => {});

test('connections that say nothing are counted, and go in time', async () => {
  const clock = new HandClock();
  await using server = await startServer([web], { bounds: { clock } });
  const silent = [await connectTcp(server.port('web')), await connectTcp(server.port('web'))];
  // Half of a head is no request either.
  await silent[1]?.send(health);
  const page = await connectTcp(server.port('web'));
  await page.send(`${health}\r\n`);
  expect(await page.readTo('\r\n')).toContain('200');
  clock.pass(limits.net.requestMs);
  await Promise.all(silent.map(gone));
});

test('silent connections at one door shut no other, and not their own', async () => {
  const descriptors = 64;
  await using server = await startServer([web, market], { bounds: { descriptors } });
  const user = await connectTcp(server.port('market'));
  await user.send('alice\n5\n');
  await user.readTo('set to your account.');
  const silent: TcpPeer[] = [];
  for (let count = 0; count < descriptors; count++)
    silent.push(await connectTcp(server.port('web')));
  // All doors share the bound: the oldest of them have made room for the last.
  await Promise.all(silent.slice(0, descriptors / 2).map(gone));
  const page = await connectTcp(server.port('web'));
  await page.send(`${health}\r\n`);
  expect(await page.readTo('\r\n')).toContain('200');
  const next = await connectTcp(server.port('market'));
  await next.send('bob\n5\n');
  await next.readTo('set to your account.');
  await user.send('hello\n');
  expect(await next.readTo('hello')).toContain('<alice>');
});

test('one request a connection: it ends behind the response', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}\r\n`);
  const all = Buffer.from(await peer.readToEnd()).toString();
  expect(all).toStartWith('HTTP/1.1 200');
  expect(all.toLowerCase()).toContain('connection: close');
});

test('the refusal of a file reaches a peer that is still sending it', async () => {
  await using server = await startServer([web]);
  for (let count = 0; count < 20; count++) {
    await using peer = await connectTcp(server.port('web'));
    const head = ['POST /api/files?to=bob&name=f HTTP/1.1', 'host: localhost'];
    await peer.send([...head, 'transfer-encoding: chunked', '', ''].join('\r\n'));
    // The server may have ended its side before the last of these. Each comes in a turn of its own.
    for (let chunk = 0; chunk < 5; chunk++) {
      peer.send('5\r\nhello\r\n').catch(() => {});
      await new Promise((next) => setImmediate(next));
    }
    expect(await peer.readTo('\r\n')).toStartWith('HTTP/1.1 4');
  }
});

test('a second request behind the first is not served', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}\r\n${health}\r\n`);
  const all = Buffer.from(await peer.readToEnd()).toString();
  expect(all.match(/HTTP\/1\.1 200/g)?.length ?? 0).toBeLessThanOrEqual(1);
});

test('a request cannot say whose it is', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}x-chat-peer: secret 10.0.0.1 1\r\n\r\n`);
  expect(Buffer.from(await peer.readToEnd()).toString()).not.toContain('200 OK');
});

test('a head that never ends, ends the connection', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}x: ${'y'.repeat(limits.web.headBytes)}`);
  await gone(peer);
});

test('a head byte by byte, and a body behind it, arrive whole', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.sendByteByByte(`${health}\r\n`);
  expect(Buffer.from(await peer.readToEnd()).toString()).toStartWith('HTTP/1.1 200');
});

test.each([
  ['whole', 'GET /api/health HTTP/1.0\n\n'],
  ['with one CR', 'GET /api/health HTTP/1.0\nx: y\n\r\n'],
  ['with another', 'GET /api/health HTTP/1.0\r\nx: y\r\n\n'],
  ['with a body', `POST /api/messages HTTP/1.1\nhost: localhost\ncontent-length: 2\n\n{}`],
])('lines that end without a CR are answered at once: %s', async (_how, request) => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.sendByteByByte(request);
  const status = request.startsWith('GET') ? '200' : '401';
  expect(Buffer.from(await peer.readToEnd()).toString()).toStartWith(`HTTP/1.1 ${status}`);
});

test('nor can one say whose it is behind a line that ends so', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}y: z\nx-chat-peer: secret 10.0.0.1 1\r\n\r\n`);
  expect(Buffer.from(await peer.readToEnd()).toString()).not.toContain('200 OK');
});

test('a connection on which nothing is carried any more is dropped', async () => {
  const clock = new HandClock();
  await using server = await startServer([web], { bounds: { clock } });
  const peer = await connectTcp(server.port('web'));
  const unfinished =
    'POST /api/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 100\r\n\r\n{';
  await peer.send(unfinished);
  // The way to the HTTP server stands when a whole request on another connection has been answered.
  const other = await connectTcp(server.port('web'));
  await other.send(`${health}\r\n`);
  await gone(other);
  clock.pass(limits.net.pieceMs);
  await gone(peer);
});

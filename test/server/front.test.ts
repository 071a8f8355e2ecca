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
  const descriptors = 64;
  const most = descriptors / 2;
  await using server = await startServer([web, market], { bounds: { clock, descriptors } });
  const silent: TcpPeer[] = [];
  for (let count = 0; count < most; count++) silent.push(await connectTcp(server.port('web')));
  // Half of a head is no request either.
  for (const peer of silent.slice(most / 2)) await peer.send(health);
  // All doors share the bound.
  const late = await connectTcp(server.port('market'));
  await gone(late);
  clock.pass(limits.net.requestMs);
  await Promise.all(silent.map(gone));
  const next = await connectTcp(server.port('market'));
  expect(await next.readTo('\n')).not.toBe('');
  const page = await connectTcp(server.port('web'));
  await page.send(`${health}\r\n`);
  expect(await page.readTo('\r\n')).toContain('200');
});

test('one request a connection: it ends behind the response', async () => {
  await using server = await startServer([web]);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`${health}\r\n`);
  const all = Buffer.from(await peer.readToEnd()).toString();
  expect(all).toStartWith('HTTP/1.1 200');
  expect(all.toLowerCase()).toContain('connection: close');
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

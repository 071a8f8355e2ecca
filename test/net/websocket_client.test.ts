// A client's WebSocket against servers that a test plays: what it asks, what it believes, how it ends.

import { expect, test } from 'bun:test';

import { FileConnection } from '../../src/client/file_connection';
import { Route } from '../../src/client/route';
import { Security } from '../../src/client/security';
import { FakeView, Recorder } from '../client/record';
import { scratchFolder } from '../support/scratch';
import { listenTcp } from '../support/tcp';

const proofOf = (key: string): string =>
  new Bun.CryptoHasher('sha1')
    .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    .digest('base64');

/** A client that dials a listener of ours, and the request that it makes there. */
async function dialled(connectMs = 10_000) {
  const listener = listenTcp();
  const told: string[] = [];
  const server = { host: '127.0.0.1', port: listener.port };
  const security = new Security({
    server,
    isSecure: false,
    ca: undefined,
    env: { XDG_STATE_HOME: await scratchFolder() },
    otherWay: 'the other way',
    tell: (line) => told.push(line),
  });
  const connection = new FileConnection(new FakeView());
  const recorder = new Recorder();
  connection.begin(recorder);
  new Route(server, { security, connectMs, webSocketPath: '/socket' }).connect(connection);
  const peer = await listener.accept();
  const head = await peer.readTo('\r\n\r\n');
  const key = /^Sec-WebSocket-Key: (.*)\r$/m.exec(head)?.[1] ?? '';
  return { listener, told, connection, recorder, peer, head, key };
}

const accepted = (key: string): string =>
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  `sec-websocket-accept: ${proofOf(key)}\r\n\r\n`;

/** What a client has framed, unmasked. */
async function frameAt(peer: Awaited<ReturnType<typeof dialled>>['peer']) {
  const [first = 0, second = 0] = await peer.read(2);
  const length = second & 0x7f;
  const bytes = await peer.read(4 + length);
  const payload = bytes.subarray(4).map((byte, index) => byte ^ (bytes[index & 3] ?? 0));
  return { first, isMasked: second > 0x7f, payload: Buffer.from(payload) };
}

test('asks as RFC 6455 has it, speaks in frames, answers pings, and says goodbye', async () => {
  const { listener, told, connection, recorder, peer, head, key } = await dialled();
  expect(head).toStartWith('GET /socket HTTP/1.1\r\n');
  expect(head).toContain(`\r\nHost: 127.0.0.1:${listener.port}\r\n`);
  expect(Buffer.from(key, 'base64')).toHaveLength(16);
  // Nobody but a browser names an origin.
  expect(head).not.toMatch(/^origin:/im);
  expect(recorder.told).toEqual([]);
  await peer.sendByteByByte(Buffer.from(`${accepted(key)}\x81\x03one\x81\x04two\n`, 'latin1'));
  await recorder.bytes(8);
  expect(recorder.told).toEqual(['opened', 'received:one\ntwo\n']);
  await peer.send(Buffer.from('\x89\x02hm', 'latin1'));
  expect(await frameAt(peer)).toEqual({ first: 0x8a, isMasked: true, payload: Buffer.from('hm') });
  connection.write(Buffer.from('{}\n'));
  expect(await frameAt(peer)).toEqual({
    first: 0x81,
    isMasked: true,
    payload: Buffer.from('{}\n'),
  });
  connection.end();
  const goodbye = await frameAt(peer);
  expect(goodbye).toEqual({ first: 0x88, isMasked: true, payload: Buffer.from([3, 232]) });
  peer.transport.finish();
  await connection.over;
  expect(told).toEqual([]);
  listener.close();
});

test('a server that says goodbye is answered, and what is no frame ends it', async () => {
  const polite = await dialled();
  await polite.peer.send(
    Buffer.concat([Buffer.from(accepted(polite.key)), Buffer.from([0x88, 0])]),
  );
  expect((await frameAt(polite.peer)).first).toBe(0x88);
  expect(polite.recorder.told).toEqual(['opened', 'ended']);
  polite.listener.close();
  const broken = await dialled();
  await broken.peer.send(
    Buffer.concat([Buffer.from(accepted(broken.key)), Buffer.from([0x82, 1, 0])]),
  );
  const { first, payload } = await frameAt(broken.peer);
  expect([first, payload.readUInt16BE()]).toEqual([0x88, 1003]);
  broken.listener.close();
});

test('a paused connection is not read, and the server is held back', async () => {
  const { listener, connection, recorder, peer, key } = await dialled();
  await peer.send(accepted(key));
  await recorder.isOpen.promise;
  connection.setPaused(true);
  const size = 16 * 1024 * 1024;
  const head = Buffer.alloc(10);
  head.writeUInt16BE(0x817f);
  head.writeBigUInt64BE(BigInt(size), 2);
  const sent = peer.send(Buffer.concat([head, Buffer.alloc(size, '\n')]));
  // Turns in which all of it would come.
  for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => setImmediate(resolve));
  expect(peer.transport.unsent).toBeGreaterThan(0);
  expect(recorder.told).toEqual(['opened']);
  connection.setPaused(false);
  await recorder.bytes(size);
  await sent;
  listener.close();
});

test.each([
  ['no proof', 'HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: x\r\n\r\n', 'without the proof'],
  [
    'a refusal',
    'HTTP/1.1 421 No\r\n\r\n{"why":"wrong-host"}',
    'answers HTTP 421 {"why":"wrong-host"}',
  ],
  ['an escape', 'HTTP/1.1 404 No\r\n\r\n\x1b[2Jgone', 'HTTP 404 \\x1b[2Jgone'],
  [
    'a move',
    'HTTP/1.1 301 M\r\nLocation: https://x/socket\r\n\r\n<p>',
    'HTTP 301 https://x/socket',
  ],
  ['no HTTP', '220 mail.example.org ESMTP\r\n\r\n', 'something that is not HTTP'],
  ['a head without end', 'x'.repeat(20_000), 'something that is not HTTP'],
  ['an alert of TLS', '\x15\x03\x01\x00\x02\x02\x46', 'speaks TLS: use the other way'],
])('%s is told, and the connection refused', async (_, answer, line) => {
  const { listener, told, recorder, peer } = await dialled();
  peer.transport.send(Buffer.from(answer, 'latin1'));
  expect(await recorder.over.promise).toBe('refused');
  expect(told.join('\n')).toContain(line);
  expect(recorder.told).toEqual(['lost:refused']);
  listener.close();
});

test('a server that does not answer is given up', async () => {
  const { listener, recorder } = await dialled(50);
  expect(await recorder.over.promise).toBe('refused');
  listener.close();
});

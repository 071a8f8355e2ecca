// Messages of WebSockets, and requests of HTTP, that have not come whole count like those of any other door.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { limits } from '../../src/protocol/limits';
import { web } from '../../src/protocol/web';
import { UnfinishedFrames } from '../../src/server/web/unfinished_frames';
import { join, tokenFor } from '../protocol/web/person';
import { HandClock } from '../support/hand_clock';
import { startServer, type TestServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';

/** A frame of a client with this payload, or with the first `sent` bytes of it. */
function frame(first: number, length: number, sent = length): Buffer {
  const head =
    length < 126
      ? [length]
      : length < 65_536
        ? [126, length >> 8, length & 255]
        : [127, 0, 0, 0, 0, 0, (length >> 16) & 255, (length >> 8) & 255, length & 255];
  const [code = 0, ...more] = head;
  return Buffer.concat([
    Buffer.from([first, code | 0x80, ...more, 0, 0, 0, 0]),
    Buffer.alloc(sent, 'x'),
  ]);
}

const text = 0x81;
const textBegins = 0x01;
const goesOn = 0x00;
const ends = 0x80;
const ping = 0x89;

test.each([
  ['a whole frame', [frame(text, 5)], 0],
  ['a whole frame of 16 bits', [frame(text, 300)], 0],
  ['a whole frame of 64 bits', [frame(text, 70_000)], 0],
  ['an empty one', [frame(text, 0)], 0],
  ['half a head', [frame(text, 300).subarray(0, 3)], 3],
  ['half a frame', [frame(text, 70_000, 1000)], 1014],
  ['a whole one and half of one', [frame(text, 9), frame(text, 9, 4)], 10],
  ['a message in parts', [frame(textBegins, 9), frame(goesOn, 9)], 30],
  ['its end', [frame(textBegins, 9), frame(goesOn, 9), frame(ends, 9)], 0],
  ['a ping between its parts', [frame(textBegins, 9), frame(ping, 3)], 15],
])('%s', (_what, frames, unfinished) => {
  const bytes = Buffer.concat(frames);
  const whole = new UnfinishedFrames();
  whole.push(bytes);
  const byByte = new UnfinishedFrames();
  for (const byte of bytes) byByte.push(Uint8Array.of(byte));
  expect([whole.length, byByte.length]).toEqual([unfinished, unfinished]);
});

const clock = new HandClock();
let server: TestServer;
beforeAll(async () => {
  server = await startServer([web], { bounds: { clock } });
});
afterAll(() => server.stop());

const each = 190 * 1024;
const many = Math.ceil(limits.net.inboxBytesInAll / each) + 1;

/** It is not read any more, and dropped after a while. */
async function frozen(peer: TcpPeer): Promise<void> {
  while (!peer.closed) {
    await fetch(`http://127.0.0.1:${server.port('web')}/api/health`);
    clock.pass(limits.net.frozenMs / 300);
  }
}

/** As many peers as are too many together, each with half of something; resolves when the first is dropped. */
async function crowd(
  half: (peer: TcpPeer) => Promise<unknown>,
  gone: (peer: TcpPeer) => Promise<unknown>,
): Promise<void> {
  const peers: TcpPeer[] = [];
  for (let count = 0; count < many; count++) {
    const peer = await connectTcp(server.port('web'));
    peers.push(peer);
    await half(peer);
  }
  const [first, last] = [peers[0], peers.at(-1)];
  if (first) await gone(first);
  // Not all of them: the newest may yet become whole.
  expect(last?.closed ?? true).toBe(false);
  for (const peer of peers) peer.reset();
}

test('half messages of many WebSockets are bounded together', async () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==';
  const head = [
    'GET /socket HTTP/1.1',
    'host: localhost',
    'connection: upgrade',
    'upgrade: websocket',
    'sec-websocket-version: 13',
    `sec-websocket-key: ${key}`,
  ];
  await crowd(async (peer) => {
    await peer.send([...head, '', ''].join('\r\n'));
    expect(await peer.readTo('\r\n\r\n')).toContain(' 101 ');
    await peer.send(frame(text, each + 1, each));
  }, frozen);
});

test('half requests of HTTP, too', async () => {
  await (await join(server.port('web'), 'eve'))[Symbol.asyncDispose]();
  const head = [
    'POST /api/messages HTTP/1.1',
    'host: localhost',
    `authorization: Basic ${btoa(`eve:${tokenFor('eve')}`)}`,
    `content-length: ${each + 1}`,
  ];
  await crowd(
    (peer) => peer.send([...head, '', 'x'.repeat(each)].join('\r\n')),
    (peer) => peer.readToEnd().catch(() => {}),
  );
});

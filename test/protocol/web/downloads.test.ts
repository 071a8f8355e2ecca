// Files fetched over HTTP: whole or in parts, as often as their taker needs, until they say that it has come.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { join, tokenFor, type WebPerson } from './person';

let server: TestServer;
let base: string;
let people: WebPerson[];

beforeAll(async () => {
  server = await startServer([web]);
  const port = server.port('web');
  base = `http://127.0.0.1:${port}`;
  people = [await join(port, 'alice'), await join(port, 'bob')];
});
afterAll(async () => {
  for (const person of people) await person[Symbol.asyncDispose]();
  await server.stop();
});

const post = (path: string, name: string, body: BodyInit): Promise<Response> => {
  const credentials = Buffer.from(`${name}:${tokenFor(name)}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  return fetch(base + path, { method: 'POST', headers, body });
};

/** A file of so many bytes that waits for bob. */
async function waiting(size: number) {
  const bytes = new Uint8Array(size).map((_, at) => (at * 31) >> 3);
  const sent = await post('/api/files?to=bob&name=f', 'alice', bytes);
  const { id } = (await sent.json()) as { id: number };
  /** Bob asks for an address of it: the status, and the address. */
  const claim = async (): Promise<[status: number, url: string]> => {
    const answer = await post('/api/downloads', 'bob', JSON.stringify({ from: 'alice', id }));
    const { url = '' } = (await answer.json()) as { url?: string };
    return [answer.status, base + url];
  };
  const [, url] = await claim();
  const get = (range: string, more = {}) => fetch(url, { headers: { range, ...more } });
  return { bytes, claim, url, get };
}

test('a part of it is a part of it', async () => {
  const { bytes, url, get } = await waiting(1000);
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=997-', 997, 1000],
    ['bytes=-2', 998, 1000],
    ['bytes=-2000', 0, 1000],
    ['bytes=5-999999999', 5, 1000],
  ] as const) {
    const part = await get(range);
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes ${from}-${to - 1}/1000`,
    ]);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.slice(from, to));
  }
  const etag = (await fetch(url)).headers.get('etag') ?? '';
  expect((await get('bytes=1-1', { 'if-range': etag })).status).toBe(206);
  expect((await get('bytes=1-1', { 'if-range': '"another"' })).status).toBe(200);
  for (const range of ['bytes=0-0,2-2', 'lines=1-', 'bytes=-']) {
    const whole = await get(range);
    expect([whole.status, (await whole.arrayBuffer()).byteLength]).toEqual([200, 1000]);
  }
  for (const range of ['bytes=1001-', 'bytes=2-1', 'bytes=-0']) {
    expect((await get(range)).status).toBe(416);
  }
});

test('a taker who resets before reading has nothing, and goes on from there', async () => {
  const { bytes, claim, url, get } = await waiting(1_000_000);
  for (let times = 0; times < 3; times++) {
    const peer = await connectTcp(server.port('web'));
    const path = new URL(url).pathname;
    await peer.send(`GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
    await peer.readTo('\r\n\r\n');
    peer.reset();
    const rest = await get('bytes=400000-');
    expect(new Uint8Array(await rest.arrayBuffer())).toEqual(bytes.slice(400_000));
  }
  expect((await (await fetch(url)).arrayBuffer()).byteLength).toBe(1_000_000);
  expect((await claim())[0]).toBe(201);
});

test('a taker who asks for what stands behind its end has all of it', async () => {
  const { claim, get, url } = await waiting(1000);
  const behind = await get('bytes=1000-');
  expect([behind.status, behind.headers.get('content-range')]).toEqual([416, 'bytes */1000']);
  expect((await claim())[0]).toBe(404);
  expect((await fetch(url)).status).toBe(404);
});

test('and an empty file has no such end: it is taken by a word', async () => {
  const { claim, get, url } = await waiting(0);
  expect((await get('bytes=0-')).status).toBe(416);
  expect((await claim())[0]).toBe(201);
  expect((await fetch(`${url}/taken`, { method: 'POST' })).status).toBe(204);
  expect((await claim())[0]).toBe(404);
});

test('a download that ends after its file was taken leaves no address behind', async () => {
  // More than any socket holds: it is still under way.
  const { claim, url } = await waiting(30_000_000);
  const peer = await connectTcp(server.port('web'));
  await peer.send(`GET ${new URL(url).pathname} HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  await peer.readTo('\r\n\r\n');
  peer.stopReading();
  expect((await fetch(`${url}/taken`, { method: 'POST' })).status).toBe(204);
  peer.readOn();
  await peer.readToEnd();
  // Not even that it was there.
  expect((await fetch(`${url}/taken`, { method: 'POST' })).status).toBe(404);
  expect((await fetch(url)).status).toBe(404);
  expect((await claim())[0]).toBe(404);
});

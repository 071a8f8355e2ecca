// What the page's port answers over HTTP: files and their headers, origins, and the interface that OpenAPI describes.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { limits } from '../../../src/protocol/limits';
import { web } from '../../../src/protocol/web';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';
import { DescribedApi, isOfHistory } from './described_api';
import published from './openapi.json';
import { born, join, tokenFor, WebPerson } from './person';

let server: TestServer;
let base: string;
let alice: WebPerson;
let bob: WebPerson;

beforeAll(async () => {
  server = await startServer([web]);
  base = `http://127.0.0.1:${server.port('web')}`;
  alice = await join(server.port('web'), 'alice');
  bob = await join(server.port('web'), 'bób');
});
afterAll(async () => {
  await alice[Symbol.asyncDispose]();
  await bob[Symbol.asyncDispose]();
  await server.stop();
});

const as = (name: string, token = tokenFor(name)) => ({
  authorization: `Basic ${Buffer.from(`${name}:${token}`).toString('base64')}`,
});

describe('the page', () => {
  test('only its own files run on it, nobody frames it, nothing is guessed', async () => {
    const page = await fetch(`${base}/`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toStartWith("default-src 'none'; script-src 'self'; style-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-cache');
    const html = await page.text();
    expect(html).not.toMatch(/https?:|<script>|style=/);
    const again = await fetch(`${base}/`, {
      headers: { 'if-none-match': page.headers.get('etag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  test('its files are named by what they hold, kept for ever, and weigh 56 KB in all', async () => {
    const html = await (await fetch(`${base}/`)).text();
    const paths = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(paths.length).toBe(3);
    let bytes = Bun.gzipSync(html).length;
    for (const path of paths) {
      const file = await fetch(base + path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(path).toMatch(/-[a-z0-9]{8}\.(js|css|svg)$/);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      bytes += Bun.gzipSync(new Uint8Array(await file.arrayBuffer()), { level: 9 }).length;
    }
    expect(bytes).toBeLessThan(56_000);
  });

  test('nothing else is there, and nothing else can be done to it', async () => {
    expect((await fetch(`${base}/../etc/passwd`)).status).toBe(404);
    expect((await fetch(`${base}/nothing`)).status).toBe(404);
    expect((await fetch(`${base}/`, { method: 'DELETE' })).status).toBe(405);
  });
});

describe('the WebSocket', () => {
  const upgrade = {
    connection: 'Upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
  };

  test.each([
    ['http://evil.example', 403],
    ['null', 403],
    ['https://127.0.0.1', 403],
  ])('a page of %s is refused', async (origin, status) => {
    const answer = await fetch(`${base}/socket`, { headers: { ...upgrade, origin } });
    expect(answer.status).toBe(status);
  });

  test('a page of this server, and a program that shows no origin, are not', async () => {
    // Bun's WebSocket takes headers; the types know the browsers' alone.
    for (const headers of [{ origin: base }, {}] as Record<string, string>[]) {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/socket`, { headers } as never);
      await new Promise((opened) => socket.addEventListener('open', opened));
      socket.close();
    }
  });

  test('without an upgrade there is nothing to see', async () => {
    expect((await fetch(`${base}/socket`)).status).toBe(426);
  });

  test('a frame of too many bytes, or of bytes, ends the connection', async () => {
    for (const frame of ['x'.repeat(limits.web.jsonBytes + 2), new Uint8Array(3)]) {
      const socket = new WebSocket(`${base.replace('http', 'ws')}/socket`);
      await new Promise((opened) => socket.addEventListener('open', opened));
      const closed = new Promise((close) => socket.addEventListener('close', close));
      socket.send(frame);
      await closed;
    }
  });

  test('a flood that waits for no answer is answered in order, or dropped: the server lives', async () => {
    const socket = new WebSocket(`${base.replace('http', 'ws')}/socket`);
    await new Promise((opened) => socket.addEventListener('open', opened));
    const refs: number[] = [];
    const over = new Promise<void>((resolve) => {
      socket.addEventListener('close', () => resolve());
      socket.addEventListener('message', ({ data }) => {
        for (const line of String(data).trim().split('\n')) {
          refs.push((JSON.parse(line) as { ref: number }).ref);
        }
        if (refs.length === 2000) resolve();
      });
    });
    for (let ref = 1; ref <= 2000; ref++) socket.send(JSON.stringify({ do: 'rooms', ref }));
    await over;
    expect(refs).toEqual(refs.map((_, index) => index + 1));
    socket.close();
    expect((await fetch(`${base}/api/health`)).status).toBe(200);
  });
});

describe('the interface for scripts', () => {
  let api: DescribedApi;
  const call: DescribedApi['call'] = (...what) => api.call(...what);

  beforeAll(async () => {
    api = await DescribedApi.of(base);
  });

  const post = (value: unknown, who: HeadersInit = as('alice')): RequestInit => ({
    headers: who,
    body: JSON.stringify(value),
  });

  test('the document is made from the schemas, and is the published one to the byte', async () => {
    const text = await (await fetch(`${base}/api/openapi.json`)).text();
    expect(text).toBe(JSON.stringify(published));
    expect(await (await fetch(`${base}/api/openapi.json`)).text()).toBe(text);
  });

  test('health', async () => {
    expect(await call('GET', '/api/health')).toEqual({ status: 200, body: { status: 'ok' } });
  });

  test('users', async () => {
    const { body } = await call('GET', '/api/users', { headers: as('alice') });
    expect(body).toEqual({
      users: [
        { name: 'alice', kind: 'account', door: 'web' },
        { name: 'bób', kind: 'account', door: 'web' },
      ],
      count: 2,
    });
  });

  test.each([
    ['nothing', {}],
    ['another token', as('alice', tokenFor('bob'))],
    ['nobody', as('nobody')],
    ['no token', as('alice', '')],
    ['rubbish', { authorization: 'Basic !' }],
    ['another scheme', { authorization: 'Bearer x' }],
  ])('nobody is let in with %s', async (_what, who) => {
    for (const [method, path, init] of [
      ['GET', '/api/users', { headers: who }],
      ['POST', '/api/messages', post({ to: 'bób', text: 'hi' }, who)],
      ['POST', '/api/files?to=b%C3%B3b&name=f', { headers: who as HeadersInit, body: 'x' }],
      ['POST', '/api/downloads', post({ from: 'bób', id: 1 }, who)],
    ] as const) {
      expect((await call(method, path, init as RequestInit)).status).toBe(401);
    }
  });

  test('a message is stored and delivered, and under one key it is sent once', async () => {
    const text = 'from a script';
    const first = await call('POST', '/api/messages', post({ to: 'bób', text, key: 'once only' }));
    const again = await call('POST', '/api/messages', post({ to: 'bób', text, key: 'once only' }));
    expect(first.status).toBe(201);
    expect(again).toEqual(first);
    await call('POST', '/api/messages', post({ to: 'bób', text: 'the end' }));
    await bob.until(({ messages }) => messages.at(-1)?.text === 'the end');
    expect(bob.messages.filter((message) => message.text === text).length).toBe(1);
    expect(bob.messages.at(-1)?.from).toBe('alice');
  });

  test.each([
    [{ to: 'bób' }, 400],
    [{ to: 'bób', text: 'hi', more: 1 }, 400],
    [{ to: 'bób', text: 'hi', key: 'short' }, 400],
    ['hi', 400],
    [{ to: 'nobody', text: 'hi' }, 404],
    [{ to: '', text: 'hi' }, 404],
    [{ to: 'bób', text: 'x'.repeat(limits.hub.textBytes + 1) }, 413],
    [{ to: 'bób', text: 'x'.repeat(limits.web.jsonBytes) }, 413],
  ])('a message that cannot be sent %#', async (value, status) => {
    expect((await call('POST', '/api/messages', post(value))).status).toBe(status);
  });

  test('a file comes as it was sent, as a download that nothing runs, until it is taken', async () => {
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    const name = 'a "ñ" <script>.html';
    const query = new URLSearchParams({ to: 'bób', name, text: 'see', key: 'file key 1' });
    const path = `/api/files?${query.toString()}`;
    const upload = { headers: as('alice'), body: bytes };
    const sent = await call('POST', path, upload);
    expect(await call('POST', path, upload)).toEqual(sent);
    await bob.until(({ messages }) => messages.at(-1)?.file !== undefined);
    const { file, id } = bob.messages.at(-1) ?? {};
    expect(file).toEqual({ name, size: 60_000 });

    const claim = post({ from: 'alice', id }, as('bób'));
    const claimed = (await call('POST', '/api/downloads', claim)).body as { url: string };
    expect((await fetch(base + claimed.url, { method: 'HEAD' })).status).toBe(405);
    const got = await fetch(base + claimed.url);
    expect(got.headers.get('content-type')).toBe('application/octet-stream');
    expect(got.headers.get('content-disposition')).toStartWith('attachment; filename="a _');
    expect(got.headers.get('content-security-policy')).toContain('sandbox');
    expect(got.headers.get('x-content-type-options')).toBe('nosniff');
    expect(Buffer.from(await got.arrayBuffer()).equals(bytes)).toBe(true);

    // That all of it has left does not say that it has come, so the server keeps it until it is told.
    expect((await call('POST', '/api/downloads', claim)).status).toBe(201);
    const beyond = await call('GET', claimed.url, {
      headers: { range: `bytes=${bytes.length + 1}-` },
    });
    expect(beyond).toEqual({ status: 416, body: { why: 'no-such-part' } });
    expect((await call('POST', `${claimed.url}/taken`)).status).toBe(204);
    expect((await call('POST', `${claimed.url}/taken`)).status).toBe(404);
    expect((await call('GET', claimed.url)).status).toBe(404);
    expect((await call('POST', '/api/downloads', claim)).status).toBe(404);
  });

  test('the name under which a download is saved hides nothing and is no option', async () => {
    const name = '-photo\u202egpj.exe';
    const query = new URLSearchParams({ to: 'bób', name, key: 'file key 2' });
    await call('POST', `/api/files?${query.toString()}`, { headers: as('alice'), body: 'x' });
    await bob.until(({ messages }) => messages.at(-1)?.file?.name === name);
    const claim = post({ from: 'alice', id: bob.messages.at(-1)?.id }, as('bób'));
    const { url } = (await call('POST', '/api/downloads', claim)).body as { url: string };
    const got = await fetch(base + url);
    expect(got.headers.get('content-disposition')).toBe(
      `attachment; filename="photogpj.exe"; filename*=UTF-8''photogpj.exe`,
    );
    await got.bytes();
  });

  test('files that cannot be sent', async () => {
    const send = (query: string, init: RequestInit = {}) =>
      call('POST', `/api/files?${query}`, { headers: as('alice'), body: 'x', ...init });
    expect((await send('to=nobody&name=f')).status).toBe(404);
    expect((await send('to=b%C3%B3b')).status).toBe(400);
    expect((await send('to=b%C3%B3b&name=..%2Ff')).status).toBe(400);
    const endless = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new Uint8Array(5));
        controller.close();
      },
    });
    expect((await send('to=b%C3%B3b&name=f', { body: endless })).status).toBe(411);
    expect((await call('GET', '/files/no-such-ticket')).status).toBe(404);
    // Refused before the body has arrived: none of these gigabytes is ever sent.
    for (const [to, status] of [
      ['nobody', 404],
      ['', 404],
    ] as const) {
      await using peer = await connectTcp(server.port('web'));
      await peer.send(
        [
          `POST /api/files?to=${to}&name=f HTTP/1.1`,
          'host: localhost',
          `authorization: ${as('alice').authorization}`,
          'content-length: 9000000000',
          '',
          '',
        ].join('\r\n'),
      );
      expect(await peer.readTo('\r\n')).toStartWith(`HTTP/1.1 ${status}`);
    }
    const claim = post({ from: 'alice', id: 'x' });
    expect((await call('POST', '/api/downloads', claim)).status).toBe(400);
  });

  test('unknown paths and wrong methods', async () => {
    expect((await fetch(`${base}/api/nothing`)).status).toBe(404);
    const wrong = await fetch(`${base}/api/messages`);
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
  });

  test('programs are challenged, browsers are not', async () => {
    const script = await fetch(`${base}/api/users`);
    expect(script.headers.get('www-authenticate')).toBe('Basic realm="chat"');
    const page = await fetch(`${base}/api/users`, { headers: { 'sec-fetch-mode': 'cors' } });
    expect(page.headers.get('www-authenticate')).toBeNull();
  });

  // In whatever order the tests run: in the end every answer of the document was seen that needs no broken server.
  afterAll(() => {
    const fileAnswer = /^GET \/files\/{ticket} 20/;
    const unseen = api.unseen().filter((one) => !fileAnswer.test(one) && !isOfHistory(one));
    expect(unseen).toEqual(['POST /api/files 413']);
  });
});

test('an account made here has its own token and a real date of birth', async () => {
  await using client = new WebPerson(() => server.port('web'));
  const who = { name: 'eve', fullName: 'Eve', token: tokenFor('eve') };
  expect(client.ask({ do: 'register', ...who, born: '31/02/2000' })).rejects.toThrow('bad-date');
  await client.ask({ do: 'register', ...who, born });
  // The same request again, as after a lost answer, is the same account; another token is another matter.
  await client.ask({ do: 'register', ...who, born });
  const thief = { ...who, token: tokenFor('thief') };
  expect(client.ask({ do: 'register', ...thief, born })).rejects.toThrow('name-taken');
  client.client.enter('eve', tokenFor('thief'));
  await client.until(({ state }) => state.is === 'rejected');
  expect(client.state).toEqual({ is: 'rejected', why: 'not-allowed' });
});

test('a file that is too large is refused while its sender still waits to go on', async () => {
  await using server = await startServer([web], { bounds: { largestFile: 100 } });
  const port = server.port('web');
  const [alice, bob] = [await join(port, 'alice'), await join(port, 'bob')];
  await using peer = await connectTcp(port);
  await peer.send(
    [
      'POST /api/files?to=bob&name=f HTTP/1.1',
      'host: localhost',
      `authorization: ${as('alice').authorization}`,
      'content-length: 9000000000',
      '',
      'some of it',
    ].join('\r\n'),
  );
  expect(await peer.readTo('\r\n')).toStartWith('HTTP/1.1 413');
  for (const client of [alice, bob]) await client[Symbol.asyncDispose]();
});

// The history over HTTP: pages, the list of conversations and the search, each answer as its document has it.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { startServer, type TestServer } from '../../support/server';
import { DescribedApi, isOfHistory } from './described_api';
import { join, tokenFor, type WebPerson } from './person';

let server: TestServer;
let api: DescribedApi;
const people = new Map<string, WebPerson>();

const person = (name: string): WebPerson => {
  const found = people.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
};

async function get(who: string, path: string, token = tokenFor(who)) {
  const credentials = Buffer.from(`${who}:${token}`).toString('base64');
  const headers = { authorization: `Basic ${credentials}` };
  const { status, body } = await api.call('GET', `/api/${path}`, { headers });
  return { status, body: body as Body };
}
interface Body {
  readonly why?: string;
  readonly conversations?: readonly { readonly name: string; readonly unread: number }[];
  readonly entries?: readonly {
    readonly text: string;
    readonly serial: number;
    readonly own: boolean;
  }[];
  readonly found?: readonly {
    readonly in: { readonly name: string };
    readonly entry: { readonly text: string; readonly serial: number };
  }[];
  readonly next?: number;
}
const texts = async (who: string, path: string): Promise<string[] | undefined> =>
  (await get(who, path)).body.entries?.map(({ text }) => text);
const found = async (who: string, path: string): Promise<string[] | undefined> =>
  (await get(who, path)).body.found?.map((one) => `${one.in.name}: ${one.entry.text}`);

let keys = 0;
const send = (from: string, to: string, text: string) =>
  person(from).ask({ do: 'send', to, text, key: `key number ${++keys}` });

beforeAll(async () => {
  server = await startServer([web]);
  for (const name of ['alice', 'bob', 'carol', 'dave', 'eve']) {
    people.set(name, await join(server.port('web'), name));
  }
  api = await DescribedApi.of(`http://127.0.0.1:${server.port('web')}`);
  await send('alice', 'bob', 'see you mañana');
  await send('bob', 'alice', 'see you');
  const room = { room: 'tea' };
  await person('alice').ask({ do: 'create', ...room });
  await person('alice').ask({ do: 'join', ...room });
  await person('alice').ask({ do: 'say', ...room, text: 'see the room', key: 'said in room' });
});
afterAll(async () => {
  expect(api.unseen().filter(isOfHistory)).toEqual([]);
  for (const one of people.values()) await one[Symbol.asyncDispose]();
  await server.stop();
});

test('a page of a conversation, for its two sides', async () => {
  expect(await texts('alice', 'history?with=bob')).toEqual(['see you mañana', 'see you']);
  expect(await texts('bob', 'history?with=alice&limit=1')).toEqual(['see you']);
  expect(await texts('eve', 'history?with=alice')).toEqual([]);
  expect((await get('alice', 'history?with=bob', tokenFor('bob'))).status).toBe(401);
  expect((await get('nobody', 'search?words=see')).status).toBe(401);
  expect((await get('nobody', 'conversations')).status).toBe(401);
});

test('what was said in a room is there as soon as it was answered, for those who are in it', async () => {
  expect(await texts('alice', 'history?room=tea')).toEqual(['see the room']);
  expect(await get('bob', 'history?room=tea')).toMatchObject({
    status: 403,
    body: { why: 'not-member' },
  });
  expect((await get('bob', 'search?words=see&room=tea')).status).toBe(403);
  expect((await get('bob', 'history?room=nowhere')).status).toBe(404);
  expect((await get('bob', 'search?words=x&with=nobody')).status).toBe(404);
});

test('the list of conversations counts what was not read', async () => {
  const { body } = await get('bob', 'conversations');
  expect(body.conversations).toMatchObject([{ name: 'alice', unread: 1 }]);
});

test('words are found whatever their marks, newest first, and a page later the rest', async () => {
  expect(await found('alice', 'search?words=see')).toEqual([
    'tea: see the room',
    'bob: see you',
    'bob: see you mañana',
  ]);
  expect(await found('alice', 'search?words=MANANA')).toEqual(['bob: see you mañana']);
  expect(await found('alice', 'search?words=see&from=bob')).toEqual(['bob: see you']);
  expect(await found('eve', 'search?words=see')).toEqual([]);
  const first = await get('alice', 'search?words=see&limit=2');
  expect(await found('alice', `search?words=see&limit=2&before=${first.body.next}`)).toEqual([
    'bob: see you mañana',
  ]);
});

test.each([
  'history',
  'history?with=bob&room=tea',
  'history?with=bob&before=x',
  'history?with=bob&more=1',
  'conversations?limit=-1',
  'search',
  'search?words=%21',
])('what is no question: %s', async (path) => {
  expect((await get('alice', path)).status).toBe(400);
});

test('a file stays as long as its message, for both, however often it was fetched', async () => {
  const request = (who: string, path: string, body: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port('web')}/api/${path}`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${who}:${tokenFor(who)}`)}` },
      body,
    });
  const sent = await request('carol', 'files?to=dave&name=a.txt', 'what is in it');
  const { id, serial } = (await sent.json()) as { id: number; serial: number };
  const claim = async (who: string, wanted: object) => {
    const answer = await request(who, 'downloads', JSON.stringify(wanted));
    return { status: answer.status, url: ((await answer.json()) as { url?: string }).url ?? '' };
  };
  const base = `http://127.0.0.1:${server.port('web')}`;
  // The sender fetches it, and says so: it still waits for its recipient.
  const own = await claim('carol', { serial });
  expect(await (await fetch(base + own.url)).text()).toBe('what is in it');
  expect((await fetch(`${base}${own.url}/taken`, { method: 'POST' })).status).toBe(204);
  const first = await claim('dave', { from: 'carol', id });
  expect((await fetch(`${base}${first.url}/taken`, { method: 'POST' })).status).toBe(204);
  expect((await claim('dave', { from: 'carol', id })).status).toBe(404);
  for (const who of ['dave', 'carol', 'dave']) {
    const { url } = await claim(who, { serial });
    expect(await (await fetch(base + url)).text()).toBe('what is in it');
  }
  expect((await claim('eve', { serial })).status).toBe(404);
  await person('carol').ask({ do: 'delete', serial });
  expect((await claim('dave', { serial })).status).toBe(404);
});

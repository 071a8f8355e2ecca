// What blocks and bans reach beside messages: lines said in a row, the history, and requests over HTTP.

import { afterAll, beforeAll, expect, test } from 'bun:test';

import { channels } from '../../../src/protocol/channels';
import { web } from '../../../src/protocol/web';
import { askAdmin } from '../../../src/server/admin/client';
import { ChannelsPeer } from '../../protocol/channels/person';
import { join, tokenFor, type WebPerson } from '../../protocol/web/person';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  folder = await scratchFolder();
  server = await startServer([web, channels], { folder });
});
afterAll(() => server.stop());

const enter = (name: string): Promise<WebPerson> => join(server.port('web'), name);

/** What an account is answered over HTTP. */
async function get(name: string, path: string): Promise<{ status: number; body: unknown }> {
  const credentials = Buffer.from(`${name}:${tokenFor(name)}`).toString('base64');
  const response = await fetch(`http://127.0.0.1:${server.port('web')}${path}`, {
    headers: { authorization: `Basic ${credentials}` },
  });
  return { status: response.status, body: await response.json() };
}

test('what somebody says in a row is not told to who blocks them', async () => {
  await using alice = await enter('alice');
  await using bob = await enter('bob');
  await using scott = new ChannelsPeer(server.port('channels'));
  scott.send('Scott', '/create lobby');
  await scott.settled();
  for (const one of [alice, bob]) await one.ask({ do: 'join', room: 'lobby' });
  await alice.ask({ do: 'block', name: 'Scott' });
  const lines = ['one', 'two', 'three'];
  scott.send(...lines);
  const said = ({ news }: WebPerson): string[] =>
    news.flatMap((one) => (one.is === 'said' ? [one.text] : []));
  await bob.until((one) => said(one).length === lines.length);
  await alice.ask({ do: 'ping' });
  expect(said(alice)).toEqual([]);
  await alice.ask({ do: 'unblock', name: 'scott' });
  scott.send('four');
  await alice.until((one) => said(one).includes('four'));
  expect(said(alice)).toEqual(['four']);
});

test('the history shows nothing of who is blocked, as long as they are', async () => {
  await using carol = await enter('carol');
  await using dave = await enter('dave');
  await carol.ask({ do: 'block', name: 'dave' });
  await dave.insist({ do: 'send', to: 'carol', text: 'a marmot', key: 'a-marmot' });
  await carol.insist({ do: 'send', to: 'dave', text: 'a stoat', key: 'a-stoat-1' });
  const texts = async (name: string, other: string): Promise<unknown> => {
    const { body } = await get(name, `/api/history?with=${other}`);
    return (body as { entries: { text: string }[] }).entries.map(({ text }) => text);
  };
  expect(await texts('carol', 'dave')).toEqual(['a stoat']);
  expect(await texts('dave', 'carol')).toEqual(['a marmot', 'a stoat']);
  const found = async (name: string): Promise<unknown> => {
    const { body } = await get(name, '/api/search?words=marmot');
    return (body as { found: unknown[] }).found.length;
  };
  const unread = async (): Promise<unknown> => {
    const { body } = await get('carol', '/api/conversations');
    return (body as { conversations: { unread: number }[] }).conversations[0]?.unread;
  };
  expect([await found('carol'), await found('dave'), await unread()]).toEqual([0, 1, 0]);
  await carol.ask({ do: 'unblock', name: 'dave' });
  expect(await texts('carol', 'dave')).toEqual(['a marmot', 'a stoat']);
});

test('an edit of who is blocked is not told', async () => {
  await using hal = await enter('hal');
  await using ida = await enter('ida');
  const text = 'a lynx';
  const { serial } = await ida.insist({ do: 'send', to: 'hal', text, key: 'a-lynx-01' });
  await hal.until(({ messages }) => messages.length === 1);
  await hal.ask({ do: 'block', name: 'ida' });
  await ida.ask({ do: 'edit', serial, text: 'a puma' });
  await hal.ask({ do: 'ping' });
  expect(JSON.stringify(hal.news)).not.toContain('a puma');
});

test('an account that is banned asks nothing over HTTP', async () => {
  await using eve = await enter('eve');
  expect((await get('eve', '/api/users')).status).toBe(200);
  await askAdmin(folder, { act: { do: 'ban', whom: { name: 'eve' } } });
  await eve.until(({ news }) => news.some(({ is }) => is === 'removed'));
  await eve.until(({ state }) => state.is === 'rejected');
  expect(await get('eve', '/api/users')).toEqual({ status: 403, body: { why: 'banned' } });
  await askAdmin(folder, { act: { do: 'unban', whom: { name: 'eve' } } });
  expect((await get('eve', '/api/users')).status).toBe(200);
});

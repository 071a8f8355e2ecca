// `chat send` to servers of the channels and basic protocols that other people wrote.

import { afterEach, expect, test } from 'bun:test';

import { runChat } from '../support/executable';
import { channelsServers, startChannelsServer } from '../support/foreign/channels_servers';
import { type FakeServer, fakeServer } from './fake_server';

let server: FakeServer | undefined;
afterEach(() => {
  server?.stop();
  server = undefined;
});

/** Less than the 5 s that a connection lingers, and more than a busy machine needs.. */
const soonMs = 4_500;

const sentJson = /"status":"sent","note":"[^"]+"/;

async function timed<T>(work: Promise<T>): Promise<T> {
  const start = performance.now();
  const result = await work;
  expect(performance.now() - start).toBeLessThan(soonMs);
  return result;
}

test.each(channelsServers.map((foreign) => [foreign.name, foreign] as const))(
  'channels: %s',
  async (_, foreign) => {
    server = startChannelsServer(foreign);
    const url = `channels://Ana@127.0.0.1:${server.port}/c`;
    const { status, out } = await timed(runChat(['send', url, 'hi', '--json']));
    expect(status).toBe(foreign.status);
    if (status === 0) expect(sentJson.test(out)).toBe(foreign.isMute === true);
  },
);

test.each(channelsServers.map((foreign) => [foreign.name, foreign] as const))(
  'channels, in a session: %s',
  async (_, foreign) => {
    server = startChannelsServer(foreign);
    const url = `channels://Ana@127.0.0.1:${server.port}/c`;
    const input = 'hi\n/join\n';
    const { status, out, err } = await timed(runChat(['connect', url], { input }));
    // A script's status is its first refusal in words that are known.
    expect([0, 64, 67]).toContain(status);
    for (const words of [
      foreign.greeting ?? [],
      foreign.join ?? [],
      foreign.nameless ?? [],
    ].flat()) {
      expect(out).toContain(words.trim());
    }
    expect(err).toBe('');
    const frames = server.calls[0]?.came.toString().split(/ {2,}/) ?? [];
    expect(frames.filter((text) => text !== '')).toEqual(['Ana', '/join c', 'hi', '/join']);
  },
);

test('channels: the lines of a pipe to a server that never answers', async () => {
  server = startChannelsServer({ name: '', status: 0 });
  const url = `channels://Ana@127.0.0.1:${server.port}/c`;
  const input = 'one\ntwo\nthree\n';
  const { status } = await timed(runChat(['send', url, '-', '--lines'], { input }));
  expect(status).toBe(0);
  const frames = server.calls[0]?.came.toString().split(/ {2,}/) ?? [];
  const said = frames.filter((text) => !text.startsWith('/') && text !== '');
  expect(said).toEqual(['Ana', 'one', 'two', 'three']);
});

test('basic: a server that never ends has the text', async () => {
  server = fakeServer(() => {});
  const url = `basic://127.0.0.1:${server.port}`;
  const { status, out } = await timed(runChat(['send', url, 'hi', '--json']));
  expect(status).toBe(0);
  expect(out).toMatch(sentJson);
  expect(server.calls[0]?.came.toString()).toBe('hi');
  expect((await timed(runChat(['connect', url], { input: 'typed\n' }))).status).toBe(0);
  expect(server.calls[1]?.came.toString()).toBe('typed\n');
});

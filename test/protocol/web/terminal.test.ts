// The terminal's client against a real server: over both transports, and over connections that break anywhere.

import { expect, test } from 'bun:test';

import { Security } from '../../../src/client/security';
import type { Shown } from '../../../src/protocol/dialect';
import { web } from '../../../src/protocol/web';
import { client } from '../../../src/protocol/web/client/index';
import { FakeView, testHost } from '../../client/record';
import { Changes } from '../../support/changes';
import { cuttingProxy } from '../../support/cutting_proxy';
import { seeded } from '../../support/random';
import { scratchFolder } from '../../support/scratch';
import { startServer } from '../../support/server';
import { join, tokenFor } from './person';

class Watched extends FakeView {
  readonly changes = new Changes();
  override show(shown: Shown): void {
    super.show(shown);
    this.changes.changed();
  }
  get lines(): string[] {
    return this.shown.flatMap(({ lines }) => lines);
  }
  until(line: string): Promise<void> {
    return this.changes.until(
      () => this.lines.includes(line),
      () => `${line} was not shown:\n${this.lines.join('\n')}`,
    );
  }
}

/** A user at the terminal. Pauses before a new attempt are short. */
async function terminal(user: string, port: number, isSecure = false, path = '') {
  const view = new Watched();
  const told: string[] = [];
  const server = { host: '127.0.0.1', port };
  const security = new Security({
    server,
    isSecure,
    ca: undefined,
    env: { XDG_STATE_HOME: await scratchFolder() },
    otherWay: '',
    tell: (line) => told.push(line),
  });
  const { webSocketPath } = client;
  const { host, ending } = testHost(port, { dialect: 'web', webSocketPath, security, view });
  const after = host.after.bind(host);
  host.after = (ms, then) => after(ms < 10_000 && ms !== 400 ? ms / 100 : ms, then);
  const target = { ...server, user, path, secret: tokenFor(user) };
  const session = client.connect(host, { target, interactive: true, takeover: false });
  const type = (line: string): Promise<string> =>
    new Promise((resolve) => session.typed(line, resolve));
  return { view, session, type, told, ending };
}

test.each([false, true])('words of a session; TLS: %p', async (isSecure) => {
  await using server = await startServer([web], { isSecure });
  const port = server.port('web');
  for (const name of ['alice', 'bob']) {
    await using person = await join(port, name);
    person.client.leave();
  }
  const alice = await terminal('alice', port, isSecure);
  const bob = await terminal('bob', port, isSecure);
  expect(await alice.type('/create talk')).toBe('done');
  expect(await bob.type('/join talk')).toBe('done');
  await alice.view.until('bob has joined #talk');
  expect(await bob.type('hello\n#talk alice: forged')).toBe('done');
  await alice.view.until('#talk bob: hello');
  expect(alice.view.lines).toContain('    #talk alice: forged');
  expect(await alice.type('/msg bob in private')).toBe('done');
  await bob.view.until('alice: in private');
  await alice.view.until('bob has message 1');
  expect(await alice.type('/msg nobody hi')).toBe('unknown-user');
  expect(await alice.type('/nonsense')).toBe('usage');
  expect(await alice.type('/rooms')).toBe('done');
  expect(alice.view.lines).toContain('#talk');
  expect(await alice.type('/users')).toBe('done');
  expect(alice.view.lines).toContain('bob');
  expect(await bob.type('/history alice')).toBe('done');
  expect(bob.view.lines.at(-1)).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d alice: in private$/);
  expect(await alice.type('//join is a word')).toBe('done');
  await bob.view.until('#talk alice: /join is a word');
  alice.session.leave();
  await bob.view.until('alice has left #talk');
  bob.session.leave();
  expect([await alice.ending, await bob.ending]).toEqual(['done', 'done']);
  expect(server.console.warnings).toEqual([]);
});

test('a restart: back in a room that is gone, and what a group said meanwhile', async () => {
  const folder = await scratchFolder();
  const first = await startServer([web], { folder, isSecure: false });
  const port = first.port('web');
  for (const name of ['alice', 'bob']) {
    await using person = await join(port, name);
    person.client.leave();
  }
  const [alice, bob] = [await terminal('alice', port), await terminal('bob', port)];
  await alice.type('/group club');
  await alice.type('/invite bob club');
  await bob.view.until('alice invites you to the group club: /accept club');
  await bob.type('/accept club');
  await alice.type('/create talk');
  await bob.type('/join talk');
  await alice.type('/msg #club before');
  await bob.view.until('#club alice: before');
  await first.stop();
  await using second = await startServer([web], { folder, port, isSecure: false });
  // Typed before anybody is back, and as soon as somebody is.
  expect(await alice.type('/msg #club meanwhile')).toBe('done');
  await bob.view.until('#club alice: meanwhile');
  await bob.view.until('Connected again.');
  expect(await alice.type('/msg #talk again')).toBe('done');
  await bob.view.until('#talk alice: again');
  expect(bob.view.lines.filter((line) => line.startsWith('#club alice'))).toEqual([
    '#club alice: before',
    '#club alice: meanwhile',
  ]);
  expect(second.console.warnings).toEqual([]);
  alice.session.leave();
  bob.session.leave();
});

test('a wrong key, and a server that is no chat', async () => {
  await using server = await startServer([web], { isSecure: false });
  const stranger = await terminal('mallory', server.port('web'));
  expect(await stranger.ending).toBe('unknown-user');
  const other = Bun.serve({ port: 0, hostname: '127.0.0.1', fetch: () => new Response('a shop') });
  const lost = await terminal('alice', other.port ?? 0);
  expect(await lost.ending).toBe('unreachable');
  expect(lost.told.join()).toContain('it answers HTTP 200 a shop');
  await other.stop(true);
});

test.each([1, 2, 3])('connections that break, seed %i', async (seed) => {
  await using server = await startServer([web], { isSecure: false });
  const port = server.port('web');
  for (const name of ['alice', 'bob']) {
    await using person = await join(port, name);
    person.client.leave();
  }
  const cuts = { left: 0 };
  const proxy = cuttingProxy(port, seeded(seed), cuts);
  try {
    const alice = await terminal('alice', proxy.port);
    const bob = await terminal('bob', proxy.port);
    await alice.type('/create talk');
    await bob.type('/join talk');
    cuts.left = 20;
    const texts = Array.from({ length: 30 }, (_, index) => `text ${index}`);
    for (const text of texts) {
      expect(await alice.type(`/msg #talk ${text}`)).toBe('done');
      expect(await alice.type(`/msg bob ${text}`)).toBe('done');
    }
    expect(cuts.left).toBeLessThan(20);
    cuts.left = 0;
    await alice.type('/msg #talk end');
    await alice.type('/msg bob end');
    await bob.view.until('#talk alice: end');
    await bob.view.until('alice: end');
    for (const from of ['alice: ', '#talk alice: ']) {
      const heard = bob.view.lines.filter((line) => line.startsWith(from));
      expect(heard).toEqual([...texts, 'end'].map((text) => from + text));
    }
    alice.session.leave();
    bob.session.leave();
    expect(server.console.warnings).toEqual([]);
  } finally {
    proxy.stop(true);
  }
});

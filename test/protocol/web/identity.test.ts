// Strangers at the web door who know an account's name and an idempotency key of its owner, and not its token.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';

import { web } from '../../../src/protocol/web';
import { startServer, type TestServer } from '../../support/server';
import { born, type Fields, join, tokenFor, WebPerson } from './person';

let server: TestServer;
beforeAll(async () => {
  server = await startServer([web]);
});
afterAll(() => server.stop());
const port = (): number => server.port('web');

/** Sends requests in one go, and gives their replies in order. */
async function pipeline(requests: readonly Fields[]): Promise<Fields[]> {
  const socket = new WebSocket(`ws://127.0.0.1:${port()}/socket`);
  const replies: Fields[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  socket.addEventListener('open', () => {
    const lines = requests.map((request, ref) => JSON.stringify({ ref, ...request }));
    socket.send(lines.join('\n'));
  });
  socket.addEventListener('message', ({ data }) => {
    for (const line of String(data).trim().split('\n')) {
      const message = JSON.parse(line) as Fields;
      if (message['ref'] !== undefined) replies.push(message);
    }
    if (replies.length === requests.length) resolve();
  });
  await promise;
  socket.close();
  return replies;
}

const register = (name: string) => ({
  do: 'register',
  name,
  fullName: name,
  born,
  token: tokenFor(name),
});
const login = (name: string, token = tokenFor(name)) => ({ do: 'login', name, token });
const send = (to: string, text: string, key: string) => ({ do: 'send', to, text, key });

describe('a key of alice', () => {
  test('tells nothing behind a login that fails', async () => {
    await using bob = await join(port(), 'bob1');
    await using alice = await join(port(), 'alice1');
    await alice.insist({ do: 'send', to: 'bob1', text: 'hers', key: 'key of alice' });
    const replies = await pipeline([
      login('alice1', 'T'.repeat(43)),
      send('bob1', 'not hers', 'key of alice'),
    ]);
    expect(replies).toEqual([
      { is: 'refused', ref: 0, why: 'not-allowed' },
      { is: 'refused', ref: 1, why: 'unknown-sender' },
    ]);
    await bob.until(({ messages }) => messages.length === 1);
  });

  test('cannot be taken before she uses it, whoever has logged in', async () => {
    await using bob = await join(port(), 'bob2');
    await using alice = await join(port(), 'alice2');
    const replies = await pipeline([
      register('mallory2'),
      login('mallory2'),
      // Refused, since the connection is Mallory's already.
      login('alice2', 'T'.repeat(43)),
      send('bob2', 'not hers', 'key of alice'),
    ]);
    expect(replies.map(({ is }) => is)).toEqual(['done', 'done', 'refused', 'done']);
    await alice.insist({ do: 'send', to: 'bob2', text: 'hers', key: 'key of alice' });
    await bob.until(({ messages }) => messages.length === 2);
    expect(bob.messages.map(({ from, text }) => [from, text])).toEqual([
      ['mallory2', 'not hers'],
      ['alice2', 'hers'],
    ]);
  });

  test('is not that of a user whose name is hers and the start of it', async () => {
    await using bob = await join(port(), 'bob3');
    await using other = await join(port(), 'alice3 the');
    await other.insist({ do: 'send', to: 'bob3', text: 'not hers', key: 'key of alice' });
    await using alice = await join(port(), 'alice3');
    await alice.insist({ do: 'send', to: 'bob3', text: 'hers', key: 'the key of alice' });
    await bob.until(({ messages }) => messages.length === 2);
  });
});

test('a deleted account’s outcomes do not answer a namesake', async () => {
  await using bob = await join(port(), 'bob4');
  await using first = await join(port(), 'alice4');
  await first.insist({ do: 'send', to: 'bob4', text: 'first', key: 'the same key' });
  await first.ask({ do: 'unregister' });
  await using second = new WebPerson(port);
  await second.register('alice4');
  await second.enter('alice4');
  await second.insist({ do: 'send', to: 'bob4', text: 'second', key: 'the same key' });
  await bob.until(({ messages }) => messages.length === 2);
});

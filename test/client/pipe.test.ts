// A session on a pipe, for a script of lines: it stays when its server goes away, says so, and comes back, in every protocol.

import { describe, expect, test } from 'bun:test';

import { dialects } from '../../src/protocol/index';
import { startChat } from '../support/executable';
import { startServer } from '../support/server';

/** As whom, what is typed at first, what shows that it was served, and the same after the comeback. */
const scripts = {
  channels: ['Ana', '/create a\n/list\n', 'a\n', '/create b\n/list\n', 'b\n'],
  market: ['ana', '10\n', 'balance', 'hello\n', undefined],
  relay: ['7', 'hello\n', 'hello', 'again\n', 'again'],
  groups: ['ana', 'commands\n', 'users', 'users\n', undefined],
  basic: ['', 'one\n', undefined, 'two\n', undefined],
} as const;

const found = (name: string) => {
  const dialect = dialects.find((one) => one.name === name);
  if (!dialect) throw new Error(`no ${name}`);
  return dialect;
};

describe.each(Object.entries(scripts))('%s', (name, [user, first, served, again, shown]) => {
  const dialect = found(name);
  const url = (port: number): string =>
    `${name}://${user === '' ? '' : `${user}@`}127.0.0.1:${port}`;

  test('the server restarts', async () => {
    const before = await startServer([dialect]);
    const port = before.port(name);
    const chat = await startChat(['connect', url(port)]);
    chat.write(first);
    if (served === undefined) await before.console.until(({ bytes }) => bytes.length > 0);
    else await Promise.any([chat.until(served), chat.until(served, { on: 'err' })]);
    // A server that says nothing is one that was there for a while.
    if (served === undefined) await Bun.sleep(3_100);
    await before.stop();
    await chat.until('trying again', { on: 'err' });
    await using after = await startServer([dialect], { port });
    await chat.until('Connected again.', { on: 'err' });
    chat.write(again);
    if (shown !== undefined) await chat.until(shown);
    if (name === 'basic') await after.console.until(({ bytes }) => bytes.length > 0);
    chat.end();
    expect((await chat.ended).status).toBe(0);
  });

  test('--once: it ends, with 69', async () => {
    const server = await startServer([dialect]);
    const chat = await startChat(['connect', url(server.port(name)), '--once']);
    chat.write(first);
    if (served === undefined) await server.console.until(({ bytes }) => bytes.length > 0);
    else await Promise.any([chat.until(served), chat.until(served, { on: 'err' })]);
    await server.stop();
    expect((await chat.ended).status).toBe(69);
  });
});

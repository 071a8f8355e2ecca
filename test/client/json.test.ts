// Objects for programs, printed by somebody who looks at them on a terminal: a hostile server moves no cursor there.

import { expect, test } from 'bun:test';

import { send } from '../../src/client/send';
import { users } from '../../src/client/users';
import { encodeReply, listFields } from '../../src/protocol/mailbox/wire/codec';
import { run } from '../support/command';
import { openChat } from '../support/pty';
import { fakeServer } from './fake_server';

/** Would clear the screen, and turn the rest of the line around. */
const hostile = 'eve\u009b2J\u202egpj.exe';
const shown = 'eve\\u009b2J\\u202egpj.exe';

/** A server that answers every request with these fields. */
function answering(fields: readonly string[]) {
  const server = fakeServer(async (call) => {
    await call.fields(2);
    call.send(encodeReply(0, fields, 'byte'));
    call.end();
  });
  return { ...server, [Symbol.dispose]: () => server.stop() };
}

test('chat users --json escapes what a terminal would obey', async () => {
  using server = answering(listFields([hostile]));
  const url = `mailbox://alice@127.0.0.1:${server.port}`;
  expect((await run(users, [url, '--json'])).out).toBe(`{"name":"${shown}"}\n`);
  await using screen = await openChat(['users', url, '--json']);
  await screen.until(`{"name":"${shown}"}`);
});

test('chat send --json, too', async () => {
  using server = answering([hostile]);
  const url = `mailbox://alice@127.0.0.1:${server.port}/bob`;
  const { out } = await run(send, [url, 'hi', '--json']);
  expect(out).toContain(`"id":"${shown}"`);
});

// Call-backs go to clients and nowhere else: which addresses are called, and what reaches a port that is no client's.

import { describe, expect, test } from 'bun:test';
import { connect } from 'node:net';

import { limits } from '../../src/protocol/limits';
import { mailbox } from '../../src/protocol/mailbox/index';
import { market } from '../../src/protocol/market/index';
import { operation, register } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { Conversation } from '../protocol/market/conversation';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { listenTcp } from '../support/tcp';

const least = limits.delivery.calledPortLeast;

/** One operation of a peer whose own address is another one of loopback's. */
function operationFrom(localAddress: string, port: number, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const peer = connect({ host: '127.0.0.1', port, localAddress });
  let answer = '';
  peer.on('connect', () => peer.write(request));
  peer.on('data', (bytes) => (answer += bytes.toString('latin1')));
  peer.on('end', () => resolve(answer));
  peer.on('error', reject);
  return promise;
}

describe('CONNECT gets 3', () => {
  test.each([1, 22, 25, least - 1])('for port %d of a system service', async (called) => {
    await using server = await startServer([mailbox]);
    const port = server.port('mailbox');
    await register(port, 'alice');
    expect(await operation(port, 'CONNECT', 'alice', String(called))).toBe('\x03');
    expect(await operation(port, 'CONNECT', 'alice', String(least))).toBe('\0');
  });

  test.each(['127.0.0.1', '127.0.0.2', '127.255.255.254'])(
    'for every door of the server, from %s',
    async (host) => {
      await using server = await startServer([mailbox, market], { host: '0.0.0.0' });
      const port = server.port('mailbox');
      await register(port, 'alice');
      for (const door of [port, server.port('market')]) {
        const request = nul('CONNECT', 'alice', String(door));
        expect(await operationFrom(host, port, request)).toBe('\x03');
      }
    },
  );
});

test('an address of before a restart at which a door has been opened since is not called', async () => {
  const folder = await scratchFolder();
  const before = await startServer([mailbox], { folder });
  await using phone = listenTcp();
  for (const alias of ['alice', 'bob']) await register(before.port('mailbox'), alias);
  const connected = ['CONNECT', 'bob', String(phone.port)] as const;
  expect(await operation(before.port('mailbox'), ...connected)).toBe('\0');
  await before.stop();
  phone.close();

  await using server = await startServer([mailbox, market], {
    folder,
    port: { market: phone.port },
  });
  const port = server.port('mailbox');
  await using talk = new Conversation(phone.port);
  await talk.enter('ann', 50);
  const text = '\r\n100\r\nsend it all\r\n';
  expect(await operation(port, 'SEND', 'alice', 'bob', text)).toBe('\x001\0');
  await server.console.untilLine('s> MESSAGE 1 FROM alice TO bob STORED');
  await talk.play('ann .');
  expect(await operation(port, 'CONNECTEDUSERS', 'bob')).toBe('\x01');
  expect(server.console.lines.filter((line) => line.includes('SEND MESSAGE'))).toEqual([]);
  // Bob connects anew, and has lost nothing.
  await using again = listenTcp();
  expect(await operation(port, 'CONNECT', 'bob', String(again.port))).toBe('\0');
  await using call = await again.accept();
  expect(await call.readTo('100\0')).toContain(nul('SEND_MESSAGE', 'alice', '1'));
});

test('line ends reach a port only after a call that its peer has ended', async () => {
  await using server = await startServer([mailbox]);
  const port = server.port('mailbox');
  for (const alias of ['alice', 'bob']) await register(port, alias);
  await using listener = listenTcp();
  expect(await operation(port, 'CONNECT', 'bob', String(listener.port))).toBe('\0');
  const text = 'FLUSHALL\r\nSHUTDOWN\r\n';
  for (const id of [1, 2]) {
    expect(await operation(port, 'SEND', 'alice', 'bob', text)).toBe(`\0${id}\0`);
  }
  const said: string[] = [];
  for (let calls = 0; calls < 3; calls++) {
    await using call = await listener.accept();
    said.push(Buffer.from(await call.readToEnd()).toString());
    call.finish();
  }
  expect(said).toEqual([
    nul('SEND_MESSAGE', 'alice', '1', 'FLUSHALL'),
    nul('SEND_MESSAGE', 'alice', '1', 'SHUTDOWN'),
    nul('SEND_MESSAGE', 'alice', '2', text),
  ]);
});

test('a peer that lets calls stand has proved nothing', async () => {
  await using server = await startServer([mailbox]);
  const port = server.port('mailbox');
  for (const alias of ['alice', 'bob']) await register(port, alias);
  await using listener = listenTcp();
  expect(await operation(port, 'CONNECT', 'bob', String(listener.port))).toBe('\0');
  await operation(port, 'SEND', 'alice', 'bob', 'first');
  await using silent = await listener.accept();
  expect(await silent.readTo('first\0')).toContain('SEND_MESSAGE');
  await server.console.untilLine('s> SEND MESSAGE 1 FROM alice TO bob');
  await operation(port, 'SEND', 'alice', 'bob', 'a\r\nb');
  await using next = await listener.accept();
  expect(Buffer.from(await next.readToEnd()).toString()).toBe(
    nul('SEND_MESSAGE', 'alice', '2', 'a'),
  );
});

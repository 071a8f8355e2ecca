// Conversations over a real server: several users talking, byte by byte, with the console beside them.
import { describe, expect, test } from 'bun:test';

import { mailbox } from '../../../src/protocol/mailbox/index';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp, listenTcp, type TcpListener } from '../../support/tcp';
import { nul } from './support';

const alice = nul('REGISTER', 'Alice Liddell', 'alice', '04/05/1852');
const bob = nul('REGISTER', 'Bob', 'bob', '01/01/1990');

/** One operation as a client does it; the whole answer as text, whose first character is the code. */
async function ask(server: TestServer, request: string | Uint8Array): Promise<string> {
  const peer = await connectTcp(server.port('mailbox'));
  await peer.send(request);
  const answer = Buffer.from(await peer.readToEnd()).toString();
  peer.close();
  return answer;
}

/** The next call to a listener, read to its end and ended cleanly. */
async function call(listener: TcpListener): Promise<string[]> {
  const peer = await listener.accept();
  const fields = Buffer.from(await peer.readToEnd())
    .toString()
    .split('\0');
  peer.close();
  expect(fields.pop()).toBe('');
  return fields;
}

describe('the six operations of the source, with its console', () => {
  test('two users from registration to deregistration', async () => {
    await using server = await startServer([mailbox]);
    await using a = listenTcp();
    await using b = listenTcp();
    const { lines } = server.console;

    expect(await ask(server, alice)).toBe('\0');
    expect(await ask(server, alice)).toBe('\x01');
    expect(await ask(server, bob)).toBe('\0');
    expect(await ask(server, nul('CONNECTEDUSERS', 'alice'))).toBe('\x01');
    expect(await ask(server, nul('CONNECT', 'alice', String(a.port)))).toBe('\0');
    expect(await ask(server, nul('CONNECT', 'alice', String(a.port)))).toBe('\x02');
    expect(await ask(server, nul('CONNECT', 'carol', '4000'))).toBe('\x01');
    expect(await ask(server, nul('SEND', 'alice', 'bob', 'hola'))).toBe('\x001\0');
    expect(await ask(server, nul('SEND', 'alice', 'bob', '¿qué tal?'))).toBe('\x002\0');
    expect(await ask(server, nul('SEND', 'alice', 'carol', 'x'))).toBe('\x01');
    expect(await ask(server, nul('SEND', 'carol', 'bob', 'x'))).toBe('\x01');

    expect(await ask(server, nul('CONNECT', 'bob', String(b.port)))).toBe('\0');
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '1', 'hola']);
    expect(await call(a)).toEqual(['SEND_MESS_ACK', '1']);
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '2', '¿qué tal?']);
    expect(await call(a)).toEqual(['SEND_MESS_ACK', '2']);

    expect(await ask(server, nul('SEND', 'bob', 'alice', 'bien'))).toBe('\x001\0');
    expect(await call(a)).toEqual(['SEND_MESSAGE', 'bob', '1', 'bien']);
    expect(await call(b)).toEqual(['SEND_MESS_ACK', '1']);

    expect(await ask(server, nul('CONNECTEDUSERS', 'alice'))).toBe(`\0${nul('2', 'alice', 'bob')}`);
    expect(await ask(server, nul('DISCONNECT', 'bob'))).toBe('\0');
    expect(await ask(server, nul('DISCONNECT', 'bob'))).toBe('\x02');
    expect(await ask(server, nul('DISCONNECT', 'carol'))).toBe('\x01');
    expect(await ask(server, nul('UNREGISTER', 'bob'))).toBe('\0');
    expect(await ask(server, nul('UNREGISTER', 'bob'))).toBe('\x01');
    expect(await ask(server, nul('UNREGISTER', 'alice'))).toBe('\0');

    expect(lines).toEqual([
      `s> init server 127.0.0.1:${server.port('mailbox')}`,
      's>',
      's> REGISTER alice OK',
      's> REGISTER alice FAIL',
      's> REGISTER bob OK',
      's> CONNECTEDUSERS FAIL',
      's> CONNECT alice OK',
      's> CONNECT alice FAIL',
      's> CONNECT carol FAIL',
      's> MESSAGE 1 FROM alice TO bob STORED',
      's> MESSAGE 2 FROM alice TO bob STORED',
      's> CONNECT bob OK',
      's> SEND MESSAGE 1 FROM alice TO bob',
      's> SEND MESSAGE 2 FROM alice TO bob',
      's> SEND MESSAGE 1 FROM bob TO alice',
      's> CONNECTEDUSERS OK',
      's> DISCONNECT bob OK',
      's> DISCONNECT bob FAIL',
      's> DISCONNECT carol FAIL',
      's> UNREGISTER bob OK',
      's> UNREGISTER bob FAIL',
      's> UNREGISTER alice OK',
    ]);
  });
});

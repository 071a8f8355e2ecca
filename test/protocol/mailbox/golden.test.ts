// Whole conversations over a real server, byte by byte, with the lines of its console.

import { describe, expect, test } from 'bun:test';
import { createConnection } from 'node:net';
import { connect } from 'node:tls';

import { mailbox } from '../../../src/protocol/mailbox/index';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { connectTcp, listenTcp, type TcpListener } from '../../support/tcp';
import { isOverTls } from '../../support/tls';
import { ask as askAt } from './person';
import { nul } from './support';

const alice = nul('REGISTER', 'Alice Liddell', 'alice', '04/05/1852');
const bob = nul('REGISTER', 'Bob', 'bob', '01/01/1990');

/** One operation as a client does it; the whole answer as text, whose first character is the code. */
const ask = (server: TestServer, request: string | Uint8Array): Promise<string> =>
  askAt(server.port('mailbox'), request);

/** The same from another address of this machine. */
function askFrom(host: string, server: TestServer, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let answer = '';
  const port = server.port('mailbox');
  const plain = createConnection({ host: '127.0.0.1', port, localAddress: host });
  (isOverTls ? connect({ socket: plain, rejectUnauthorized: false }) : plain)
    .on('data', (piece) => (answer += String(piece)))
    .on('end', () => resolve(answer))
    .on('error', reject)
    .write(request);
  return promise;
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

describe('delivery', () => {
  async function registered(options: Parameters<typeof startServer>[1] = {}): Promise<TestServer> {
    const server = await startServer([mailbox], options);
    await ask(server, alice);
    await ask(server, bob);
    return server;
  }

  test('a call that is reset is no delivery: the message is stored and comes again', async () => {
    await using server = await registered();
    await using b = listenTcp();
    await ask(server, nul('CONNECT', 'bob', String(b.port)));
    await ask(server, nul('SEND', 'alice', 'bob', 'one'));
    const broken = await b.accept();
    await broken.readToEnd();
    broken.reset();
    await server.console.untilLine('s> MESSAGE 1 FROM alice TO bob STORED');
    expect(await ask(server, nul('CONNECTEDUSERS', 'bob'))).toBe(`\0${nul('1', 'bob')}`);
    // The next SEND to bob makes the server try again, in order.
    await ask(server, nul('SEND', 'alice', 'bob', 'two'));
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '1', 'one']);
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '2', 'two']);
  });

  test('no listener at the address: disconnected at once, and the message waits', async () => {
    await using server = await registered();
    const gone = listenTcp();
    await ask(server, nul('CONNECT', 'bob', String(gone.port)));
    await ask(server, nul('SEND', 'alice', 'bob', 'one'));
    await call(gone);
    gone.close();
    await ask(server, nul('SEND', 'alice', 'bob', 'two'));
    await server.console.untilLine('s> MESSAGE 2 FROM alice TO bob STORED');
    expect(await ask(server, nul('CONNECTEDUSERS', 'bob'))).toBe('\x01');
    await using b = listenTcp();
    expect(await ask(server, nul('CONNECT', 'bob', String(b.port)))).toBe('\0');
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '2', 'two']);
  });

  test('a listener that opens only after the CONNECT answer', async () => {
    await using server = await registered();
    await ask(server, nul('SEND', 'alice', 'bob', 'one'));
    const free = listenTcp();
    const { port } = free;
    free.close();
    expect(await ask(server, nul('CONNECT', 'bob', String(port)))).toBe('\0');
    await using b = listenTcp('127.0.0.1', port);
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '1', 'one']);
    expect(await ask(server, nul('CONNECTEDUSERS', 'bob'))).toBe(`\0${nul('1', 'bob')}`);
  });

  test('addresses, ids and what waits survive a restart', async () => {
    const folder = await scratchFolder();
    await using b = listenTcp();
    {
      await using server = await registered({ folder });
      expect(await ask(server, nul('CONNECT', 'bob', String(b.port)))).toBe('\0');
      await ask(server, nul('SEND', 'alice', 'bob', 'one'));
      const broken = await b.accept();
      await broken.readToEnd();
      broken.reset();
      await server.console.untilLine('s> MESSAGE 1 FROM alice TO bob STORED');
    }
    await using server = await startServer([mailbox], { folder });
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '1', 'one']);
    expect(await ask(server, nul('SEND', 'alice', 'bob', 'two'))).toBe('\x002\0');
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '2', 'two']);
    expect(await ask(server, nul('CONNECT', 'bob', '4000'))).toBe('\x02');
  });

  test('a name registered anew starts again at 1, and what waited for the old one is gone', async () => {
    await using server = await registered();
    expect(await ask(server, nul('SEND', 'alice', 'bob', 'old'))).toBe('\x001\0');
    await ask(server, nul('UNREGISTER', 'alice'));
    await ask(server, nul('UNREGISTER', 'bob'));
    await ask(server, alice);
    await ask(server, bob);
    await using b = listenTcp();
    await ask(server, nul('CONNECT', 'bob', String(b.port)));
    expect(await ask(server, nul('SEND', 'alice', 'bob', 'new'))).toBe('\x001\0');
    expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', '1', 'new']);
  });

  test('pending messages come one by one, in order, after the reply to CONNECT', async () => {
    await using server = await registered();
    for (let id = 1; id <= 20; id++) await ask(server, nul('SEND', 'alice', 'bob', `no ${id}`));
    await using b = listenTcp();
    const peer = await connectTcp(server.port('mailbox'));
    await peer.send(nul('CONNECT', 'bob', String(b.port)));
    expect(await peer.read(1)).toEqual(new Uint8Array([0]));
    for (let id = 1; id <= 20; id++) {
      expect(await call(b)).toEqual(['SEND_MESSAGE', 'alice', String(id), `no ${id}`]);
    }
  });
});

describe('attachments', () => {
  const bytes = new Uint8Array(3_000_000).map((_, index) => index * 7);

  async function send(server: TestServer): Promise<void> {
    const request = nul('SENDATTACH', 'alice', 'bob', 'look', 'a.bin', String(bytes.length));
    expect(await ask(server, Buffer.concat([Buffer.from(request), bytes]))).toBe('\x001\0');
  }

  test('sent, announced, fetched, confirmed, and then erased', async () => {
    await using server = await startServer([mailbox]);
    await using a = listenTcp();
    await using b = listenTcp();
    await ask(server, alice);
    await ask(server, bob);
    for (const [name, { port }] of [
      ['alice', a],
      ['bob', b],
    ] as const) {
      expect(await ask(server, nul('CONNECT', name, String(port)))).toBe('\0');
      expect(await ask(server, nul('ATTACHES', name))).toBe('\0');
    }
    await send(server);
    expect(await call(b)).toEqual(['SEND_MESSAGE_ATTACH', 'alice', '1', 'look', 'a.bin']);
    expect(await call(a)).toEqual(['SEND_MESS_ATTACH_ACK', '1', 'a.bin']);

    // Broken off: kept.
    const broken = await connectTcp(server.port('mailbox'));
    await broken.send(nul('GETFILE', 'bob', 'alice', '1'));
    await broken.read(100);
    broken.reset();

    const peer = await connectTcp(server.port('mailbox'));
    await peer.send(nul('GETFILE', 'bob', 'alice', '1'));
    const head = `\0${bytes.length}\0`;
    expect(await peer.readTo(`${bytes.length}\0`)).toBe(head);
    expect(Buffer.from(await peer.readToEnd()).equals(bytes)).toBe(true);
    peer.close();
    let answer = '';
    for (let tries = 0; tries < 50 && answer !== '\x02'; tries++) {
      const again = await connectTcp(server.port('mailbox'));
      await again.send(nul('GETFILE', 'bob', 'alice', '1'));
      answer = Buffer.from(await again.read(1)).toString();
      again.reset();
    }
    expect(answer).toBe('\x02');
  });

  test('a session that did not ask learns of it in a text', async () => {
    await using server = await startServer([mailbox]);
    await using b = listenTcp();
    await ask(server, alice);
    await ask(server, bob);
    await ask(server, nul('CONNECT', 'bob', String(b.port)));
    await send(server);
    expect(await call(b)).toEqual([
      'SEND_MESSAGE',
      'alice',
      '1',
      'look (file a.bin, 3000000 bytes: GETFILE alice 1)',
    ]);
  });

  test('an unknown recipient, and no file to fetch', async () => {
    await using server = await startServer([mailbox]);
    await ask(server, alice);
    const request = nul('SENDATTACH', 'alice', 'bob', '', 'a', '2');
    expect(await ask(server, `${request}xx`)).toBe('\x01');
    expect(await ask(server, nul('GETFILE', 'alice', 'bob', '1'))).toBe('\x02');
    expect(await ask(server, nul('GETFILE', 'bob', 'alice', '1'))).toBe('\x01');
    expect(await ask(server, nul('ATTACHES', 'alice'))).toBe('\x02');
  });
});

describe('the door', () => {
  test('replies as text with --replies text', async () => {
    await using server = await startServer([mailbox], { flags: { replies: 'text' } });
    expect(await ask(server, alice)).toBe('0\0');
    expect(await ask(server, nul('SEND', 'alice', 'alice', 'to myself'))).toBe('0\x001\0');
    expect(await ask(server, nul('CONNECTEDUSERS', 'alice'))).toBe('1\0');
  });

  test('never calls itself, nor a port that is none', async () => {
    await using server = await startServer([mailbox]);
    await ask(server, alice);
    for (const port of [server.port('mailbox'), 0, 70_000, 'abc']) {
      expect(await ask(server, nul('CONNECT', 'alice', String(port)))).toBe('\x03');
    }
  });

  test('bad input closes its own connection and no other', async () => {
    await using server = await startServer([mailbox]);
    expect(await ask(server, 'HELLO\0')).toBe('');
    expect(await ask(server, Buffer.alloc(1024 * 1024, 'a'))).toBe('');
    expect(await ask(server, Buffer.concat([Buffer.from('SEND\0'), Buffer.alloc(300, 0xff)]))).toBe(
      '\x02',
    );
    const half = await connectTcp(server.port('mailbox'));
    await half.send('REGISTER\0Alice\0ali');
    half.finish();
    expect(Buffer.from(await half.readToEnd())).toEqual(Buffer.of(2));
    const slow = await connectTcp(server.port('mailbox'));
    await slow.sendByteByByte(alice);
    expect(Buffer.from(await slow.readToEnd())).toEqual(Buffer.of(0));
    expect(server.console.warnings).toEqual([]);
  });

  test('CONNECTEDUSERS without an alias, from clients that follow the text', async () => {
    await using server = await startServer([mailbox]);
    expect(await ask(server, 'CONNECTEDUSERS\0')).toBe('\x02');
    await ask(server, alice);
    expect(await ask(server, 'CONNECTEDUSERS\0')).toBe('\x01');
    await using a = listenTcp();
    await ask(server, nul('CONNECT', 'alice', String(a.port)));
    expect(await ask(server, 'CONNECTEDUSERS\0')).toBe(`\0${nul('1', 'alice')}`);
    expect(await ask(server, nul('CONNECTEDUSERS', 'carol'))).toBe('\x02');
  });
});

test('what belongs to a session is done from its own address alone', async () => {
  await using server = await startServer([mailbox]);
  await ask(server, alice);
  await ask(server, bob);
  await using b = listenTcp('127.0.0.2');
  // The server calls the address that CONNECT came from.
  const connect = nul('CONNECT', 'bob', String(b.port));
  expect(await askFrom('127.0.0.2', server, connect)).toBe('\0');
  const request = nul('SENDATTACH', 'alice', 'bob', '', 'a', '2');
  expect(await ask(server, `${request}xx`)).toBe('\x001\0');
  expect((await call(b)).slice(0, 3)).toEqual(['SEND_MESSAGE', 'alice', '1']);
  expect(await ask(server, nul('GETFILE', 'bob', 'alice', '1'))).toBe('\x02');
  expect(await ask(server, nul('DISCONNECT', 'bob'))).toBe('\x03');
  expect(await ask(server, nul('UNREGISTER', 'bob'))).toBe('\x02');
  expect(await askFrom('127.0.0.2', server, nul('GETFILE', 'bob', 'alice', '1'))).toBe('\x002\0xx');
  expect(await askFrom('127.0.0.2', server, nul('DISCONNECT', 'bob'))).toBe('\0');
  // Without a session any peer may: the protocol knows no secrets.
  expect(await ask(server, nul('UNREGISTER', 'bob'))).toBe('\0');
});

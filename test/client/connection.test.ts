// One connection of the client: what its owner is told, what leaves, and how it ends.
import { afterEach, expect, test } from 'bun:test';

import type { SocketConnection } from '../../src/client/connection';
import { ProtocolError } from '../../src/protocol/errors';
import { limits } from '../../src/protocol/limits';
import { closedPort, type FakeCall, type FakeServer, fakeServer } from './fake_server';
import { testHost } from './record';

const servers: FakeServer[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.stop();
});
function serve(script: (call: FakeCall, count: number) => void | Promise<void>): FakeServer {
  const server = fakeServer(script);
  servers.push(server);
  return server;
}

test('what is written before the connection stands leaves when it does, and the answer comes', async () => {
  const server = serve(async (call) => {
    const question = await call.bytes(5);
    call.send(question.toString().toUpperCase());
    call.close();
  });
  const { told, connection } = testHost(server.port).dial((connection) =>
    connection.write(Buffer.from('hello')),
  );
  told.onEnded = () => connection.end();
  await told.over.promise;
  expect(told.told).toEqual(['opened', 'received:HELLO', 'ended', 'lost:closed']);
  expect(connection.remote).toEqual({ host: '127.0.0.1', port: server.port });
  expect(connection.local.host).toBe('127.0.0.1');
});

test('our end lets the answer come that follows it', async () => {
  const server = serve(async (call) => {
    const all = await call.ended();
    call.send(`${all.length} bytes`);
    call.close();
  });
  const { told } = testHost(server.port).dial((connection) => {
    connection.write(Buffer.from('hello'));
    connection.end();
  });
  await told.over.promise;
  expect(told.told).toEqual(['opened', 'received:5 bytes', 'ended', 'lost:closed']);
});

test('the peer may end first and still be written to', async () => {
  const server = serve((call) => call.end());
  const { told, connection } = testHost(server.port).dial();
  told.onEnded = () => {
    connection.write(Buffer.from('last words'));
    connection.end();
  };
  await told.over.promise;
  expect(told.told).toEqual(['opened', 'ended', 'lost:closed']);
  const call = server.calls[0];
  expect(await call?.gone.promise).toBe('closed');
  expect(call?.came.toString()).toBe('last words');
});

test('nobody listens: lost as refused, and nothing else is told', async () => {
  const { told } = testHost(closedPort()).dial((connection) =>
    connection.write(Buffer.from('hello')),
  );
  expect(await told.over.promise).toBe('refused');
  expect(told.told).toEqual(['lost:refused']);
});

test('a name that nobody knows is refused in the same way', async () => {
  const lookUp = () => Promise.reject(new Error('no such name'));
  const { told } = testHost(1, { lookUp }).dial();
  expect(await told.over.promise).toBe('refused');
});

test('a reset in the middle of an answer is told as one, without a clean end', async () => {
  const server = serve(async (call) => {
    await call.bytes(1);
    call.send('0');
    await call.bytes(2);
    call.reset();
  });
  const { told, connection } = testHost(server.port).dial((connection) =>
    connection.write(Buffer.from('a')),
  );
  await told.bytes(1);
  connection.write(Buffer.from('b'));
  expect(await told.over.promise).toBe('reset');
  expect(told.told).toEqual(['opened', 'received:0', 'lost:reset']);
});

test('a reset that a write meets first is no clean end either', async () => {
  const server = serve(() => {});
  const { told, connection } = testHost(server.port).dial();
  await told.isOpen.promise;
  // In one turn: the reset is there, but nobody has read it when the write comes.
  while (server.calls.length === 0) await new Promise(setImmediate);
  server.calls[0]?.reset();
  connection.write(Buffer.from('hello'));
  expect(await told.over.promise).toBe('reset');
  expect(told.told).toEqual(['opened', 'lost:reset']);
});

test('an abort is a reset for the peer, and told only after the call that asked for it', async () => {
  const server = serve(() => {});
  const { told, connection } = testHost(server.port).dial();
  await told.isOpen.promise;
  connection.abort();
  expect(told.told).toEqual(['opened']);
  expect(await told.over.promise).toBe('closed');
  expect(await server.calls[0]?.gone.promise).toBe('reset');
});

test('a connection that was dropped before it stood never opens', async () => {
  const server = serve(() => {});
  const { told, connection } = testHost(server.port).dial();
  connection.abort();
  expect(await told.over.promise).toBe('closed');
  expect(told.told).toEqual(['lost:closed']);
});

test('wake comes once, a second request replaces the first, undefined cancels', async () => {
  const server = serve(() => {});
  const { told, connection } = testHost(server.port).dial();
  const woken = Promise.withResolvers<void>();
  told.onWoke = () => woken.resolve();
  connection.wake(1);
  connection.wake(undefined);
  connection.wake(0);
  await woken.promise;
  connection.abort();
  await told.over.promise;
  expect(told.told.filter((what) => what === 'woke')).toEqual(['woke']);
});

test('a server that never answers is given up when the owner says so', async () => {
  const server = serve(() => {});
  const { told } = testHost(server.port).dial((connection, told) => {
    connection.write(Buffer.from('REGISTER\0'));
    connection.wake(5);
    told.onWoke = () => connection.abort();
  });
  expect(await told.over.promise).toBe('closed');
});

test('a name whose look-up gets no answer is given up after its time', async () => {
  const { told } = testHost(1, { lookUp: () => new Promise(() => {}), connectMs: 1 }).dial();
  expect(await told.over.promise).toBe('refused');
});

test('the address that answers is used from then on, and the name looked up once', async () => {
  const server = serve((call) => call.close());
  let lookUps = 0;
  const lookUp = (): Promise<string[]> => {
    lookUps++;
    return Promise.resolve(['127.0.0.9', '127.0.0.1', '127.0.0.8']);
  };
  const { dial } = testHost(server.port, { hostname: 'chat.test', lookUp });
  // Two at once, as the relay's two connections are: the second waits for what the first finds out.
  const both = [dial(), dial()];
  for (const { told, connection } of [...both, dial()]) {
    told.onEnded = () => connection.end();
    await told.isOpen.promise;
    expect(connection.remote.host).toBe('127.0.0.1');
  }
  expect(lookUps).toBe(1);
  expect(server.calls.length).toBe(3);
});

test('when no address answers, the next dial tries again', async () => {
  const { dial } = testHost(closedPort(), {
    lookUp: () => Promise.resolve(['127.0.0.9', '127.0.0.1']),
  });
  expect(await dial().told.over.promise).toBe('refused');
  expect(await dial().told.over.promise).toBe('refused');
});

test('a dial to another address than the server goes there', async () => {
  const server = serve((call) => call.close());
  const { host } = testHost(closedPort());
  const remote = Promise.withResolvers<number>();
  host.dial(
    (connection) => ({
      opened: () => remote.resolve(connection.remote.port),
      takeNext: () => 'more',
      ended: () => connection.end(),
      lost() {},
    }),
    { host: '127.0.0.1', port: server.port },
  );
  expect(await remote.promise).toBe(server.port);
});

test('more than the sockets take leaves in order, and both sides wait for each other', async () => {
  const size = 3 * 1024 * 1024;
  const server = serve(async (call) => {
    call.pause();
    setImmediate(() => call.resume());
    await call.bytes(size);
    call.send('done');
    call.close();
  });
  const sent = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) sent.writeUInt32BE(at, at);
  const { told } = testHost(server.port).dial((connection) => {
    for (let at = 0; at < size; at += 100_000) connection.write(sent.subarray(at, at + 100_000));
    connection.end();
  });
  await told.over.promise;
  expect(told.told).toEqual(['opened', 'received:done', 'ended', 'lost:closed']);
  expect(server.calls[0]?.came.equals(sent)).toBe(true);
});

test('a peer that takes nothing is dropped as slow before memory runs full', async () => {
  const server = serve((call) => call.pause());
  const { told, connection } = testHost(server.port).dial();
  await told.isOpen.promise;
  connection.write(new Uint8Array(limits.net.sendQueueBytes));
  connection.write(new Uint8Array(limits.net.sendQueueBytes));
  expect(await told.over.promise).toBe('slow');
});

test('waiting for a connection to drain that is gone already ends at once', async () => {
  const server = serve((call) => call.close());
  const { told, connection } = testHost(server.port).dial();
  await told.isOpen.promise;
  connection.abort();
  const left = await new Promise<boolean>((then) =>
    (connection as unknown as SocketConnection).whenDrained(then),
  );
  expect(left).toBe(false);
});

test('what nobody takes is bounded', async () => {
  const server = serve((call) => call.send(new Uint8Array(limits.net.inboxBytes + 1)));
  const { told } = testHost(server.port).dial((_, told) => {
    told.onReceived = () => {};
  });
  expect(await told.over.promise).toBe('reset');
});

test('a peer that breaks the protocol loses its connection, and nothing more is told', async () => {
  const server = serve((call) => call.send('nonsense'));
  const { told } = testHost(server.port).dial((_, told) => {
    told.onReceived = () => {
      throw new ProtocolError('nonsense');
    };
  });
  expect(await told.over.promise).toBe('reset');
  expect(told.told).toEqual(['opened', 'lost:reset']);
  expect(await server.calls[0]?.gone.promise).toBe('reset');
});

// Peers that reset: a call before anything was written to it has brought nothing, and a connection at once costs nothing.
import { expect, test } from 'bun:test';

import { mailbox } from '../../src/protocol/mailbox/index';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { connectTcp } from '../support/tcp';

const fields = (...texts: string[]): string => texts.map((text) => `${text}\0`).join('');

test('a message is kept when the call that should bring it is reset at once', async () => {
  await using server = await startServer([mailbox]);
  const ask = async (...texts: string[]): Promise<string> => {
    const peer = await connectTcp(server.port('mailbox'));
    await peer.send(fields(...texts));
    const answer = Buffer.from(await peer.readToEnd()).toString();
    peer.close();
    return answer;
  };
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { open: (socket) => socket.terminate(), data() {} },
  });
  await ask('REGISTER', 'Alice', 'alice', '04/05/1852');
  await ask('REGISTER', 'Bob', 'bob', '04/05/1852');
  await ask('CONNECT', 'bob', String(listener.port));
  await ask('SEND', 'alice', 'bob', 'hi');
  const about = (line: string): boolean => line.includes('MESSAGE 1 FROM alice');
  await server.console.until(({ lines }) => lines.some(about));
  expect(server.console.lines.find(about)).toBe('s> MESSAGE 1 FROM alice TO bob STORED');
  listener.stop(true);
});

test('who resets at once is nobody, and leaves no word of it', async () => {
  const data = await scratchFolder();
  const server = await startChat(['serve', '-p', '0', '--host', '127.0.0.1', '--data', data]);
  const [, found] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  const port = Number(found);
  // It accepts them when they are gone already.
  process.kill(server.pid, 'SIGSTOP');
  const resets = Array.from({ length: 100 }, async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const open = (socket: Bun.Socket): void => socket.terminate();
    const socket = { open, data() {}, close: () => resolve() };
    await Bun.connect({ hostname: '127.0.0.1', port, socket });
    await promise;
  });
  await Promise.all(resets);
  process.kill(server.pid, 'SIGCONT');
  const peer = await connectTcp(port);
  await peer.send(fields('REGISTER', 'Alice', 'alice', '04/05/1852'));
  expect([...(await peer.readToEnd())]).toEqual([0]);
  peer.close();
  const { status, err } = await server.kill();
  expect(status).toBe(0);
  // How one comes in, and nothing else.
  expect(err).toMatch(/^mailbox .*\n$/);
});

// Peers that reset: a call before anything was written to it has brought nothing, and a connection at once costs nothing.
import { expect, test } from 'bun:test';

import { mailbox } from '../../src/protocol/mailbox/index';
import { operation } from '../protocol/mailbox/person';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';

test('a message is kept when the call that should bring it is reset at once', async () => {
  await using server = await startServer([mailbox]);
  const ask = (...fields: readonly string[]): Promise<string> =>
    operation(server.port('mailbox'), ...fields);
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

/** Another process, so that its reset may overtake the news of the connection, which resets every call. */
async function resettingPeer(): Promise<Disposable & { readonly port: string }> {
  const script = `const listener = Bun.listen({ hostname: '127.0.0.1', port: 0,
    socket: { open: (socket) => socket.terminate(), data() {} } });
    console.log(listener.port);`;
  const peer = Bun.spawn([process.execPath, '-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const { value } = await peer.stdout.getReader().read();
  return {
    port: Buffer.from(value ?? [])
      .toString()
      .trim(),
    [Symbol.dispose]: () => peer.kill(),
  };
}

test('a user whose every call is reset at once stays connected', async () => {
  await using server = await startServer([mailbox]);
  const ask = (...fields: readonly string[]): Promise<string> =>
    operation(server.port('mailbox'), ...fields);
  using peer = await resettingPeer();
  await ask('REGISTER', 'Alice', 'alice', '04/05/1852');
  await ask('REGISTER', 'Bob', 'bob', '04/05/1852');
  await ask('CONNECT', 'bob', peer.port);
  const stored = (): number =>
    server.console.lines.filter((line) => /^s> MESSAGE \d+ FROM alice TO bob STORED$/.test(line))
      .length;
  for (let count = 1; count <= 50; count++) {
    const tries = stored();
    await ask('SEND', 'alice', 'bob', 'hi');
    await server.console.until(() => stored() > tries);
  }
  // 0, one user, bob.
  expect(await ask('CONNECTEDUSERS', 'bob')).toBe('\u00001\0bob\0');
});

test('a peer that resets at once leaves no trace and no line', async () => {
  const data = await scratchFolder();
  const server = await startChat(['serve', '-p', '0', '--host', '127.0.0.1', '--data', data]);
  const [, found] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  const port = Number(found);
  // The server accepts them when they are gone already.
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
  expect(await operation(port, 'REGISTER', 'Alice', 'alice', '04/05/1852')).toBe('\0');
  const { status, err } = await server.kill();
  expect(status).toBe(0);
  // The doors, and nothing else.
  expect(err).toMatch(/^mailbox .*\n$/);
});

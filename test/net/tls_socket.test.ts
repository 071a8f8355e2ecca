// Sockets over TLS, both sides ours, on a real connection: what Bun does there, as the code depends on it.

import { expect, test } from 'bun:test';
import { readFileSync } from 'node:fs';

import { SystemClock } from '../../src/net/clock';
import { Dial } from '../../src/net/dial';
import { FlushScheduler } from '../../src/net/flush_scheduler';
import { HeldBytes } from '../../src/net/held_bytes';
import { listen } from '../../src/net/listen';
import type { SocketDeps, SocketEvents } from '../../src/net/socket';
import { TcpSocket } from '../../src/net/tcp_socket';
import { clientSide, serverSide } from '../../src/net/tls_side';
import { TlsSocket } from '../../src/net/tls_socket';
import { limits } from '../../src/protocol/limits';
import { Changes } from '../support/changes';
import { testCertificate } from '../support/tls';

const deps: SocketDeps = {
  clock: new SystemClock(Infinity),
  flushes: new FlushScheduler((flush) => queueMicrotask(flush)),
  waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
};

/** One end of a connection, and what happened there. */
class End implements SocketEvents {
  readonly socket = new TlsSocket(deps);
  readonly told: string[] = [];
  bytes = 0;
  text = '';
  readonly #changes = new Changes();

  constructor() {
    this.socket.events = this;
  }

  shaken(isDone: boolean): void {
    this.#tell(isDone ? 'shaken' : 'not shaken');
  }
  data(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    if (this.bytes < 1000) this.text += Buffer.from(bytes).toString('latin1');
    this.#changes.changed();
  }
  ended(): void {
    this.#tell('ended');
  }
  drained(): void {}
  finished(): void {
    this.#tell('finished');
  }
  lost(why: string): void {
    this.#tell(`lost: ${why}`);
  }
  until(met: () => boolean): Promise<void> {
    return this.#changes.until(met, () => `${this.told.join(', ')}; ${this.bytes} bytes came`);
  }
  was(what: string): Promise<void> {
    return this.until(() => this.told.includes(what));
  }
  #tell(what: string): void {
    this.told.push(what);
    this.#changes.changed();
  }
}

/** A server's end and a client's, on which hands are shaken or about to be. `before`: what the server does with the first bytes. */
async function pair(before: (bytes: Uint8Array) => Uint8Array = (bytes) => bytes) {
  const { cert, key } = await testCertificate();
  const side = serverSide(readFileSync(cert, 'utf8'), readFileSync(key, 'utf8'));
  const [server, client] = [new End(), new End()];
  const nobody = { ended() {}, drained() {}, lost() {} };
  const listener = listen({
    host: '127.0.0.1',
    port: 0,
    deps,
    admit: () => true,
    accept: (plain) => ({
      ...nobody,
      data: (bytes) => server.socket.shake(plain, side, (ok) => server.shaken(ok), before(bytes)),
    }),
  });
  const plain = new TcpSocket(deps);
  const own = clientSide([readFileSync(cert, 'utf8')], '127.0.0.1');
  plain.events = {
    ...nobody,
    data() {},
    opened: () => client.socket.shake(plain, own, (ok) => client.shaken(ok)),
  };
  const { port } = listener;
  void new Dial(plain, { host: '127.0.0.1', port }, { clock: deps.clock, timeoutMs: 5_000 });
  const close = (): void => {
    for (const { socket } of [server, client]) socket.abort();
    listener.stop(true);
  };
  return { server, client, [Symbol.dispose]: close };
}

const say = ({ socket }: End, text: string): void => socket.write(Buffer.from(text), false);

test('either side may end first, and the other goes on', async () => {
  for (const which of ['server', 'client'] as const) {
    using both = await pair();
    const [first, second] =
      which === 'server' ? [both.server, both.client] : [both.client, both.server];
    await Promise.all([first.was('shaken'), second.was('shaken')]);
    say(first, 'bye');
    first.socket.end(Infinity);
    await second.was('ended');
    expect(second.text).toBe('bye');
    say(second, 'one more thing');
    second.socket.end();
    await first.was('lost: closed');
    expect(first.text).toBe('one more thing');
    expect(first.told).toEqual(['shaken', 'finished', 'ended', 'lost: closed']);
  }
});

test('what waits leaves before our end, and a paused peer is told nothing', async () => {
  using both = await pair();
  const { server, client } = both;
  await Promise.all([server.was('shaken'), client.was('shaken')]);
  client.socket.pause();
  const size = 3_900_000;
  server.socket.write(new Uint8Array(size), false);
  server.socket.end(Infinity);
  await new Promise((next) => setImmediate(next));
  await new Promise((next) => setImmediate(next));
  expect([client.bytes, client.told]).toEqual([0, ['shaken']]);
  client.socket.resume();
  await client.was('ended');
  expect(client.bytes).toBe(size);
});

test('an abort is a reset, and no clean end', async () => {
  using both = await pair();
  const { server, client } = both;
  await Promise.all([server.was('shaken'), client.was('shaken')]);
  say(server, 'half');
  await client.until(() => client.text === 'half');
  server.socket.abort();
  await client.was('lost: reset');
  expect(client.told).not.toContain('ended');
});

test('a handshake that fails at once, and one on a connection that is gone, are told once', async () => {
  using both = await pair((bytes) => bytes.map((byte, at) => (at > 5 ? 0xff : byte)));
  const { server, client } = both;
  await Promise.all([server.was('lost: reset'), client.was('not shaken')]);
  expect(server.told).toEqual(['not shaken', 'lost: reset']);
  const gone = new End();
  const { cert, key } = await testCertificate();
  const side = serverSide(readFileSync(cert, 'utf8'), readFileSync(key, 'utf8'));
  gone.socket.shake(new TcpSocket(deps), side, (ok) => gone.shaken(ok));
  expect(gone.told).toEqual(['lost: reset']);
});

test('the certificate is what the server shows, and both know their ends', async () => {
  using both = await pair();
  const { server, client } = both;
  await Promise.all([server.was('shaken'), client.was('shaken')]);
  expect(client.socket.certificate?.subject).toBe('O=chat cert');
  expect(server.socket.remote).toEqual(client.socket.local);
  expect(server.socket.host).toBe('127.0.0.1');
});

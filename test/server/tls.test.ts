// Doors that speak TLS: only modern versions, handshakes that are bounded, and a word for who comes to the wrong one.

import { afterAll, beforeAll, describe, expect, test } from 'bun:test';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';

import { channels } from '../../src/protocol/channels/index';
import { dialects } from '../../src/protocol/index';
import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market/index';
import { HandClock } from '../support/hand_clock';
import { startServer, type TestServer } from '../support/server';
import { connectTcp, listenTcp } from '../support/tcp';
import { clientHello } from '../support/tls';

let server: TestServer;
beforeAll(async () => {
  server = await startServer(
    dialects.filter((dialect) => dialect.server),
    { isSecure: 'both' },
  );
});
afterAll(() => server.stop());

/** A connection without TLS, whatever is spoken at the port. */
async function plain(port: number) {
  // Those of `connectTcp` shake hands where that is known to be wanted.
  const relay = listenTcp();
  const [peer, through] = await Promise.all([connectTcp(relay.port), relay.accept()]);
  const other = await Bun.connect({
    hostname: '127.0.0.1',
    port,
    allowHalfOpen: true,
    socket: {
      data: (_, bytes) => void through.send(new Uint8Array(bytes)),
      end: () => through.finish(),
      close: (_, error) => (error ? through.reset() : through.close()),
      error() {},
    },
  });
  return { peer, other, relay, send: (bytes: Uint8Array | string) => void other.write(bytes) };
}

/** All that a peer without TLS is told who begins so, until the server ends. */
async function told(port: number, first: Uint8Array | string): Promise<string> {
  const { peer, other, relay, send } = await plain(port);
  send(first);
  const all = Buffer.from(await peer.readToEnd()).toString('latin1');
  other.terminate();
  relay.close();
  return all;
}

/** How a handshake with such a client goes. */
function shake(port: number, options: ConnectionOptions): Promise<string> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect(
      { port, host: '127.0.0.1', rejectUnauthorized: false, ...options },
      () => {
        resolve(`${socket.getProtocol()} ${socket.getCipher().name}`);
        socket.destroy();
      },
    );
    socket.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
  });
}

const first: Readonly<Record<string, string>> = {
  mailbox: 'CONNECTEDUSERS\0alice\0',
  channels: 'Ana'.padEnd(200),
  groups: 'IP: 127.0.0.1\nSide: client\nAction: Req.Connect\nUser: ana\n\n',
  web: 'GET / HTTP/1.1\r\nHost: localhost\r\n\r\n',
};
const doors = dialects.flatMap(({ name, server }) => (server ? [name] : []));

describe('at the wrong door', () => {
  test.each(doors)(
    'a client without TLS at the %s door is told that it speaks TLS',
    async (name) => {
      const port = server.port(name, true);
      const said = await told(port, first[name] ?? 'hello\n');
      expect(said).toContain(`This is the ${name} door, which speaks TLS, and you do not.`);
      const own: Readonly<Record<string, string>> = { web: 'https', irc: 'ircs' };
      const scheme = own[name] ?? `${name}\\+tls`;
      expect(said).toMatch(new RegExp(`With TLS: .*${scheme}://.*127\\.0\\.0\\.1:${port}`));
      expect(said).toContain(`127.0.0.1:${server.port(name, false)}`);
      // Where its dialect has no words for it, TLS has.
      const hasWords = dialects.find((one) => one.name === name)?.server?.elsewhere !== undefined;
      expect(said.startsWith('\x15\x03')).toBe(!hasWords);
    },
  );

  test.each(doors)('a client with TLS at the %s door is told that it speaks none', async (name) => {
    const said = await told(server.port(name, false), await clientHello());
    const port = server.port(name, true);
    expect(said).toContain(`This is the ${name} door, which does not speak TLS. With TLS: `);
    expect(said).toContain(`127.0.0.1:${port}`);
  });

  test('a client of HTTP at a TCP door with TLS is told in words of HTTP', async () => {
    const said = await told(server.port('market', true), first['web'] ?? '');
    expect(said).toStartWith('HTTP/1.1 400 ');
    expect(said).toContain('This is the market door, which speaks TLS, and you do not.');
    expect(said).toContain(`open https://127.0.0.1:${server.port('web', true)}/`);
  });
});

describe('a handshake', () => {
  const port = (): number => server.port('market', true);

  test('takes TLS 1.3 and 1.2, with forward secrecy only', async () => {
    expect(await shake(port(), {})).toMatch(/^TLSv1\.3 TLS_/);
    const older = { maxVersion: 'TLSv1.2' } as const;
    expect(await shake(port(), older)).toMatch(/^TLSv1\.2 ECDHE-ECDSA-.*(GCM|POLY1305)/);
    const cbc = { ...older, ciphers: 'ECDHE-ECDSA-AES128-SHA:AES128-GCM-SHA256' };
    expect(await shake(port(), cbc)).toMatch(/HANDSHAKE_FAILURE/);
    const oldest = { minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    expect(await shake(port(), oldest)).toMatch(/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/);
  });

  // Debian's package is openssl.
  test.skipIf(Bun.which('openssl') === null)(
    'happens once: a client that wants another is refused',
    async () => {
      const child = Bun.spawn(
        ['openssl', 's_client', '-tls1_2', '-connect', `127.0.0.1:${port()}`],
        {
          stdin: 'pipe',
          stdout: 'pipe',
          stderr: 'pipe',
        },
      );
      const said: Promise<string> = new Response(child.stderr).text();
      for await (const bytes of child.stdout)
        if (Buffer.from(bytes).includes('What is your balance')) break;
      // The letter alone on a line asks for it.
      void child.stdin.write('R\n');
      void child.stdin.flush();
      expect(await said).toContain('no renegotiation');
    },
  );

  test('comes in pieces of one byte', async () => {
    const hello = await clientHello();
    const { peer, other, relay, send } = await plain(port());
    other.setNoDelay(true);
    for (const byte of hello) {
      send(Uint8Array.of(byte));
      await new Promise((next) => setImmediate(next));
    }
    // The ServerHello's record.
    expect((await peer.read(3)).slice(0, 2)).toEqual(Uint8Array.of(0x16, 3));
    other.terminate();
    relay.close();
  });

  test('of garbage is answered by an alert, and by the end', async () => {
    const said = await told(
      port(),
      Buffer.concat([Buffer.from([22, 3, 1, 0, 32, 1]), Buffer.alloc(64, 'x')]),
    );
    expect(said.slice(0, 2)).toBe('\x15\x03');
    expect(said.length).toBe(7);
  });

  test('that begins with garbage behind a good hello ends too', async () => {
    const { peer, other, relay, send } = await plain(port());
    send(await clientHello());
    await peer.read(3);
    send(Buffer.from([23, 3, 3, 0, 16, ...Array<number>(16).fill(7)]));
    await peer.readToEnd();
    other.terminate();
    relay.close();
  });

  test('has 30 seconds, and holds no place longer', async () => {
    const clock = new HandClock();
    // 16 places, of which one address has all on loopback.
    await using own = await startServer([market], {
      isSecure: true,
      bounds: { clock, descriptors: 32 },
    });
    const to = own.port('market');
    const hello = await clientHello();
    const half = await Promise.all(Array.from({ length: 8 }, () => plain(to)));
    for (const [index, { send }] of half.entries())
      send(index % 2 === 0 ? hello : hello.subarray(0, 5));
    await Promise.all(half.filter((_, index) => index % 2 === 0).map(({ peer }) => peer.read(3)));
    clock.pass(limits.net.handshakeMs - 1);
    await using lively = await connectTcp(to);
    await lively.readTo('\n');
    expect(half.map(({ peer }) => peer.closed)).toEqual(half.map(() => false));
    clock.pass(limits.net.sweepMs + 1);
    for (const { peer, relay } of half) {
      await peer.readToEnd();
      relay.close();
    }
    await lively.send('ann\n');
    await lively.readTo('\n');
  });

  test('over and nothing said: the connection ends in time, and a word before that is heard', async () => {
    const clock = new HandClock();
    await using own = await startServer([channels, market], { isSecure: true, bounds: { clock } });
    const peers = await Promise.all([1, 2, 3].map(() => connectTcp(own.port('channels'))));
    const [silent, talks, leaves] = peers;
    // Where the server speaks first, it does.
    await using greeted = await connectTcp(own.port('market'));
    await greeted.readTo('\n');
    leaves?.finish();
    await leaves?.readsNothingToEnd();
    clock.pass(limits.net.requestMs - 1);
    await talks?.send(Buffer.concat(['ann', '/?'].map((text) => Buffer.from(text.padEnd(200)))));
    expect(Buffer.from((await talks?.read(200)) ?? []).toString()).toContain('/? is not a valid');
    expect(silent?.closed).toBe(false);
    clock.pass(limits.net.sweepMs + 1);
    await silent?.readsNothingToEnd();
    for (const peer of peers) peer.close();
  });

  test('counts as a silent connection: where all places are taken, the oldest makes room', async () => {
    await using own = await startServer([market], { isSecure: true, bounds: { descriptors: 32 } });
    const to = own.port('market');
    const silent = [];
    for (let count = 0; count < 16; count++) {
      silent.push(await plain(to));
      silent.at(-1)?.send(Uint8Array.of(22));
    }
    await using lively = await connectTcp(to);
    await lively.readTo('\n');
    await silent[0]?.peer.readToEnd();
    for (const { other, relay } of silent) {
      other.terminate();
      relay.close();
    }
  });
});

test('a server that stops drops who is in the middle of a handshake, and takes leave of the others', async () => {
  const own = await startServer([channels], { isSecure: true });
  const half = await plain(own.port('channels'));
  half.send(await clientHello());
  await half.peer.read(3);
  await using ann = await connectTcp(own.port('channels'));
  await ann.send('ann'.padEnd(200));
  await own.stop();
  await half.peer.readToEnd();
  await ann.readToEnd();
  half.relay.close();
});

// Whom a client speaks to over TLS: who is believed, who is not, and what the user is told of each.

import { describe, expect, test } from 'bun:test';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Io } from '../../src/cli/io';
import { SocketConnection } from '../../src/client/connection';
import { knownServersFile } from '../../src/client/known_servers';
import { Route } from '../../src/client/route';
import { Security } from '../../src/client/security';
import { market } from '../../src/protocol/market/index';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';
import { listenTcp } from '../support/tcp';
import { newCertificate } from '../support/tls';

const dayMs = 24 * 3_600_000;

const home = async (): Promise<Io['env']> => ({ XDG_STATE_HOME: await scratchFolder() });

interface Way {
  readonly port: number;
  readonly env: Io['env'];
  readonly host?: string;
  readonly ca?: string;
  readonly isSecure?: boolean;
  readonly connectMs?: number;
}

/** Whether a connection stands, what the server says first there, and what the user is told. */
async function reach({
  port,
  env,
  host = '127.0.0.1',
  ca,
  isSecure = true,
  connectMs = 10_000,
}: Way) {
  const told: string[] = [];
  const security = new Security({
    server: { host, port },
    isSecure,
    ca,
    env,
    otherWay: 'the other way',
    tell: (line) => told.push(line),
  });
  const lookUp = () => Promise.resolve(['127.0.0.1']);
  const route = new Route({ host, port }, { security, connectMs, lookUp });
  const connection = new SocketConnection();
  const { promise, resolve } = Promise.withResolvers<string>();
  connection.begin({
    takeNext: (inbox) => {
      if (inbox.length === 0) return 'more';
      resolve(`stands: ${Buffer.from(inbox.takeAll()).toString()}`);
      return 'taken';
    },
    ended: () => {},
    lost: (why) => resolve(why),
  });
  route.connect(connection);
  const how = await promise;
  connection.abort();
  return { how, told: told.join('\n') };
}

const serverWith = async (...how: Parameters<typeof newCertificate>) => {
  const certificate = await newCertificate(...how);
  const server = await startServer([market], { isSecure: true, bounds: { certificate } });
  return { server, certificate, port: server.port('market') };
};

describe('a certificate that chat cert made', () => {
  test('is trusted on first use, told, and then without a word', async () => {
    const { server, port } = await serverWith();
    const env = await home();
    const first = await reach({ port, env });
    expect(first.how).toStartWith('stands: ');
    expect(first.told).toContain(
      `127.0.0.1:${port} shows a certificate that chat cert made, for the first time`,
    );
    expect(await reach({ port, env })).toEqual({ how: first.how, told: '' });
    await server.stop();
  });

  test('that is another one than before is refused loudly', async () => {
    const { server, port } = await serverWith();
    const env = await home();
    await reach({ port, env });
    await server.stop();
    const certificate = await newCertificate();
    const other = await startServer([market], { port, isSecure: true, bounds: { certificate } });
    const { how, told } = await reach({ port, env });
    expect(how).toBe('refused');
    expect(told).toContain(`THE CERTIFICATE OF 127.0.0.1:${port} IS ANOTHER ONE than before`);
    expect(told).toContain(`remove "127.0.0.1:${port}" from ${knownServersFile(env)}`);
    // What is remembered stays what it was.
    expect((await reach({ port, env })).how).toBe('refused');
    await other.stop();
  });

  test('is not trusted where an authority has vouched before, nor where one is named', async () => {
    const { server, port, certificate } = await serverWith();
    const env = await home();
    mkdirSync(dirname(knownServersFile(env)), { recursive: true });
    writeFileSync(knownServersFile(env), JSON.stringify({ [`127.0.0.1:${port}`]: 'authority' }));
    const { how, told } = await reach({ port, env });
    expect(how).toBe('refused');
    expect(told).toContain('before: one that an authority vouched for');
    const { cert: ca } = await newCertificate();
    const named = await reach({ port, env: await home(), ca });
    expect(named.how).toBe('refused');
    expect(named.told).toContain(`is signed by O=chat cert, which is not in ${ca}`);
    // One's own certificate is one's own authority.
    expect((await reach({ port, env, ca: certificate.cert })).how).toStartWith('stands: ');
    expect(readFileSync(knownServersFile(env), 'utf8')).toContain('authority');
    await server.stop();
  });
});

describe('a certificate is refused in clear words, and nothing is remembered', () => {
  test.each([
    [
      'that has expired',
      () => serverWith(['127.0.0.1'], 1, Date.now() - 3 * dayMs),
      /expired on \d{4}-\d\d-\d\d: its operator has to renew it/,
    ],
    [
      'that is not valid yet',
      () => serverWith(['127.0.0.1'], 9, Date.now() + 3 * dayMs),
      /not valid before \d{4}-\d\d-\d\d: is the clock here right\?/,
    ],
    [
      'for another host',
      () => serverWith(['chat.example.org', '192.0.2.7']),
      /is for chat\.example\.org, 192\.0\.2\.7, and not for 127\.0\.0\.1: connect to a name that it has/,
    ],
  ])('%s', async (_, open, words) => {
    const { server, port, certificate } = await open();
    const env = await home();
    const { how, told } = await reach({ port, env });
    expect(how).toBe('refused');
    expect(told).toMatch(words);
    // Also where its authority is known.
    expect((await reach({ port, env, ca: certificate.cert })).told).toMatch(words);
    expect(() => readFileSync(knownServersFile(env))).toThrow();
    await server.stop();
  });

  test('of a name, with the name', async () => {
    const { server, port } = await serverWith(['chat.example.org']);
    const env = await home();
    expect((await reach({ port, env, host: 'chat.example.org' })).how).toStartWith('stands: ');
    const { told } = await reach({ port, env, host: 'other.example.org' });
    expect(told).toContain('is for chat.example.org, and not for other.example.org');
    await server.stop();
  });
});

describe('who meant the other way is told so', () => {
  test('with TLS, to a server without', async () => {
    await using server = await startServer([market], { isSecure: false });
    const port = server.port('market');
    const { how, told } = await reach({ port, env: await home() });
    expect(how).toBe('refused');
    expect(told).toBe(`127.0.0.1:${port} does not speak TLS: use the other way`);
  });

  test('without TLS, to a server with', async () => {
    const { server, port } = await serverWith();
    const env = await home();
    const told: string[] = [];
    const options = { server: { host: '127.0.0.1', port }, ca: undefined, env };
    const tell = (line: string): number => told.push(line);
    const security = new Security({ ...options, isSecure: false, otherWay: 'TLS', tell });
    const connection = new SocketConnection();
    const { promise, resolve } = Promise.withResolvers<string>();
    connection.begin({ takeNext: () => 'more', ended: () => {}, lost: resolve });
    new Route({ host: '127.0.0.1', port }, { security }).connect(connection);
    connection.write(Buffer.from('ann\n'));
    expect(await promise).toBe('refused');
    expect(told).toEqual([`127.0.0.1:${port} speaks TLS: use TLS`]);
    await server.stop();
  });

  test('to a server that never shakes hands, or hangs up', async () => {
    const listener = listenTcp();
    const { port } = listener;
    const env = await home();
    const [silent] = await Promise.all([reach({ port, env, connectMs: 50 }), listener.accept()]);
    expect(silent.how).toBe('refused');
    const gone = listener.accept().then((peer) => peer.reset());
    const [{ told }] = await Promise.all([reach({ port, env }), gone]);
    expect(told).toContain(`127.0.0.1:${port} ended the handshake: it may not speak TLS`);
    listener.close();
  });
});

// A port on all addresses: over IPv6 and IPv4 alike, and over IPv4 alone where a machine has no IPv6.

import { expect, test } from 'bun:test';
import { connect } from 'node:net';

import { listen, type ListenOptions } from '../../src/net/listen';
import { mailbox } from '../../src/protocol/mailbox/index';
import { web } from '../../src/protocol/web/index';
import { startServer } from '../support/server';

/** What a peer is answered who asks from such an address. */
function ask(host: string, port: number, request: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const peer = connect({ host, port });
  let answer = '';
  peer.on('connect', () => peer.write(request));
  peer.on('data', (bytes) => (answer += bytes.toString('latin1')));
  peer.on('end', () => resolve(answer));
  peer.on('error', reject);
  return promise;
}

const hosts = ['127.0.0.1', '127.0.0.2', '::1'];

test('every address of the machine leads to a door', async () => {
  await using server = await startServer([mailbox], { host: '::' });
  for (const host of hosts)
    expect(await ask(host, server.port('mailbox'), 'UNREGISTER\0zed\0')).toBe('\x01');
});

test('the page answers to each of them, by all their names', async () => {
  await using server = await startServer([web], { host: '::' });
  const port = server.port('web');
  for (const host of hosts) {
    for (const name of ['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]']) {
      const answer = await ask(host, port, `GET / HTTP/1.1\r\nHost: ${name}:${port}\r\n\r\n`);
      expect(answer.slice(0, 12)).toBe('HTTP/1.1 200');
    }
  }
});

test('IPv4 alone is listened on where it is named', async () => {
  await using server = await startServer([mailbox], { host: '0.0.0.0' });
  const port = server.port('mailbox');
  expect(await ask('127.0.0.1', port, 'UNREGISTER\0zed\0')).toBe('\x01');
  const refused = await ask('::1', port, '').catch((error: Error) => error.message);
  expect(refused).toContain('ECONNREFUSED');
});

/** Listens where the system answers each address of IPv6 with an error. */
function listenFailing(host: string, code: string) {
  const asked: string[] = [];
  const options = { host } as ListenOptions;
  const opened = {} as ReturnType<typeof listen>;
  const run = (): unknown =>
    listen(options, (options) => {
      asked.push(options.host);
      if (options.host.includes(':')) throw Object.assign(new Error(code), { code });
      return opened;
    });
  return { run, asked };
}

test('a machine without IPv6 is listened on over IPv4', () => {
  const { run, asked } = listenFailing('::', 'EAFNOSUPPORT');
  run();
  expect(asked).toEqual(['::', '0.0.0.0']);
});

test.each([
  ['::', 'EADDRINUSE'],
  ['::', 'EACCES'],
  ['::1', 'EAFNOSUPPORT'],
])('%s with %s is an error', (host, code) => {
  const { run, asked } = listenFailing(host, code);
  expect(run).toThrow(code);
  expect(asked).toEqual([host]);
});

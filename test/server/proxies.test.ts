// Behind a proxy: what it says of its peers is believed of it alone, and bounds for each address mean the real one.

import { describe, expect, test } from 'bun:test';

import { market } from '../../src/protocol/market/index';
import { web } from '../../src/protocol/web/index';
import { Proxies } from '../../src/server/net/proxies';
import { readProxyHeader } from '../../src/server/net/proxy_header';
import { forwardedFor } from '../../src/server/web/forwarded';
import { startServer } from '../support/server';
import { connectTcp, type TcpPeer } from '../support/tcp';
import { clientHello } from '../support/tls';

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** A header of version 2; `command`: 1 for a connection of a peer, 0 for one of the proxy's own. */
function second(family: number, addresses: number[], command = 1, more: number[] = []): Buffer {
  const rest = [...addresses, ...more];
  const head = [0x20 | command, family, rest.length >> 8, rest.length & 0xff];
  return Buffer.concat([signature, Buffer.from([...head, ...rest])]);
}
const ipv4 = [203, 0, 113, 7, 10, 0, 0, 1, 0x12, 0x67, 0x22, 0xb8];

const first = (host: string): string => `PROXY TCP4 ${host} 10.0.0.1 4711 8888\r\n`;
const source = { host: '203.0.113.7', port: 4711 };

describe('a header', () => {
  test.each<[string, string | Buffer, unknown]>([
    ['of version 1', first('203.0.113.7'), source],
    ['of IPv6', 'PROXY TCP6 2001:DB8::7 ::1 4711 8888\r\n', { host: '2001:db8::7', port: 4711 }],
    ['of IPv4 in IPv6', 'PROXY TCP6 ::ffff:203.0.113.7 ::1 4711 8888\r\n', source],
    ['that knows nobody', 'PROXY UNKNOWN whatever it says\r\n', undefined],
    ['of version 2', second(0x11, ipv4), source],
    ['with more than addresses', second(0x11, ipv4, 1, [4, 0, 1, 0]), source],
    [
      'of version 2 for IPv6',
      second(0x21, [
        0x20,
        1,
        0xd,
        0xb8,
        ...Array<number>(11).fill(0),
        7,
        ...Array<number>(16).fill(1),
        0x12,
        0x67,
        0,
        1,
      ]),
      { host: '2001:db8::7', port: 4711 },
    ],
    [
      'of IPv4 in IPv6, in version 2',
      second(0x21, [
        ...Array<number>(10).fill(0),
        255,
        255,
        203,
        0,
        113,
        7,
        ...Array<number>(16).fill(1),
        0x12,
        0x67,
        0,
        1,
      ]),
      source,
    ],
    ['of a local socket', second(0x31, Array<number>(216).fill(1)), undefined],
    ['of the proxy itself', second(0, [], 0), undefined],
  ])('%s is read whole, and never before', (_, text, expected) => {
    const bytes = Buffer.from(text);
    for (let length = 0; length < bytes.length; length++)
      expect(readProxyHeader(bytes.subarray(0, length))).toBe('unknown');
    const header = { length: bytes.length, source: expected as typeof source };
    expect(readProxyHeader(bytes)).toEqual(header);
    expect(readProxyHeader(Buffer.concat([bytes, Buffer.from('ann\n')]))).toEqual(header);
  });

  test.each<[string, string | Buffer]>([
    ['with a name', first('proxy.example')],
    ['of the wrong family', 'PROXY TCP6 203.0.113.7 10.0.0.1 4711 8888\r\n'],
    ['with a port that is none', 'PROXY TCP4 203.0.113.7 10.0.0.1 70000 8888\r\n'],
    ['without an end', `PROXY TCP4 ${'1'.repeat(200)}`],
    ['of version 3', Buffer.concat([signature, Buffer.from([0x31, 0x11, 0, 0])])],
    ['of another command', second(0x11, ipv4, 2)],
    ['that is too short', second(0x11, ipv4.slice(0, 8))],
    ['that is too long', second(0x11, Array<number>(60_000).fill(1))],
  ])('%s is refused', (_, text) => expect(readProxyHeader(Buffer.from(text))).toBe('bad'));

  test('is not what begins otherwise', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'PROXZ', '\r\n\r\nx', 'ann\n', '\x16\x03\x01'])
      expect(readProxyHeader(Buffer.from(text))).toBe('none');
  });
});

test('proxies are addresses and networks of both families', () => {
  const proxies = new Proxies(['10.0.0.2', '10.1.0.0/16', '2001:db8::/32', '::1']);
  const own = ['10.0.0.2', '10.1.255.255', '2001:db8::1', '::1'];
  for (const host of own) expect([host, proxies.has(host)]).toEqual([host, true]);
  for (const host of ['10.0.0.3', '10.2.0.0', '2001:db9::1', 'nobody', ''])
    expect([host, proxies.has(host)]).toEqual([host, false]);
  for (const wrong of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '::/129', '1.2.3.4/8/8', '1.2.3'])
    expect(() => new Proxies([wrong])).toThrow(RangeError);
});

describe('a request', () => {
  const isProxy = (host: string): boolean => host.startsWith('10.');
  test.each<[string, string, unknown]>([
    ['by nobody', 'host: x', undefined],
    ['by one proxy', 'X-Forwarded-For: 203.0.113.7', { host: '203.0.113.7', port: 0 }],
    [
      'by two, behind hearsay',
      'x-forwarded-for: 192.0.2.1, 203.0.113.7, 10.0.0.9',
      { host: '203.0.113.7', port: 0 },
    ],
    [
      'in two lines',
      'x-forwarded-for: 192.0.2.1\r\nX-Forwarded-For: 203.0.113.7:99',
      { host: '203.0.113.7', port: 99 },
    ],
    ['by proxies only', 'x-forwarded-for: 10.0.0.8, 10.0.0.9', { host: '10.0.0.8', port: 0 }],
    [
      'by its standard',
      'Forwarded: by=10.0.0.1;for=203.0.113.7;proto=https',
      { host: '203.0.113.7', port: 0 },
    ],
    [
      'by its standard, quoted',
      'forwarded: for=192.0.2.1, For="[2001:DB8::7]:4711";by="a,b"',
      { host: '2001:db8::7', port: 4711 },
    ],
    [
      'by both',
      'forwarded: for=203.0.113.7\r\nx-forwarded-for: 203.0.113.7',
      { host: '203.0.113.7', port: 0 },
    ],
    ['by both, who differ', 'forwarded: for=192.0.2.1\r\nx-forwarded-for: 203.0.113.7', 'unclear'],
    ['by one who hides it', 'forwarded: for=192.0.2.1, for=_hidden', undefined],
    ['by one who does not know', 'x-forwarded-for: 192.0.2.1, unknown', undefined],
  ])('passed on %s', (_, lines, expected) => {
    expect(forwardedFor(`GET / HTTP/1.1\r\n${lines}\r\n\r\n`, isProxy)).toEqual(expected as never);
  });
});

/** 32 places, of which one address may have 8. */
const bounds = { descriptors: 64, proxies: ['127.0.0.1'] };

const isLetIn = async (peer: TcpPeer): Promise<boolean> =>
  peer.readTo('\n').then(
    () => true,
    () => false,
  );

test('each peer of a proxy has a share of its own', async () => {
  await using server = await startServer([market], { isSecure: false, bounds });
  const port = server.port('market');
  const peers: TcpPeer[] = [];
  const enter = async (head: string | Buffer): Promise<boolean> => {
    const peer = await connectTcp(port);
    peers.push(peer);
    await peer.send(head);
    return isLetIn(peer);
  };
  for (let count = 0; count < 8; count++) expect(await enter(first('203.0.113.7'))).toBe(true);
  expect(await enter(first('203.0.113.7'))).toBe(false);
  expect(await enter(second(0x11, ipv4))).toBe(false);
  expect(await enter(first('203.0.113.8'))).toBe(true);
  // Byte by byte, and with the peer's own words behind it in one piece.
  const slow = await connectTcp(port);
  await slow.sendByteByByte(first('203.0.113.9'));
  expect(await isLetIn(slow)).toBe(true);
  const quick = await connectTcp(port);
  await quick.send(`${first('203.0.113.9')}ann\n5\n`);
  await quick.readTo('set to your account.');
  for (const peer of [...peers, slow, quick]) peer.reset();
});

describe.each([false, true])('at a door, with TLS: %p,', (isSecure) => {
  test('a proxy that says nothing, or something else, is refused, and told of', async () => {
    await using server = await startServer([market], { isSecure, bounds });
    const port = server.port('market');
    for (const head of ['ann\n5\n', 'PROXY nonsense\r\n']) {
      const peer = await connectRaw(port);
      await peer.send(head);
      expect(await isLetIn(peer)).toBe(false);
    }
    // Once in a minute is enough.
    expect(server.console.warnings).toEqual([
      'market door: 127.0.0.1 is named by --proxy-protocol, and did not say whose connection it carries',
    ]);
  });

  test('nobody else is believed', async () => {
    const others = { ...bounds, proxies: ['10.0.0.0/8'] };
    await using server = await startServer([market], { isSecure, bounds: others });
    const peer = await connectTcp(server.port('market'));
    // It is a name like any other, for as long as it is one.
    expect(await isLetIn(peer)).toBe(true);
    await peer.send(first('203.0.113.7'));
    expect(server.console.warnings).toEqual([]);
    peer.reset();
  });
});

/** Without TLS, also at a port where it is spoken. */
async function connectRaw(port: number): Promise<TcpPeer> {
  return connectTcp(port, '127.0.0.1', 'plain');
}

test('the header stands before the handshake', async () => {
  await using server = await startServer([market], { isSecure: true, bounds });
  const peer = await connectRaw(server.port('market'));
  await peer.send(Buffer.concat([second(0x11, ipv4), await clientHello()]));
  expect((await peer.read(2)).slice(0, 2)).toEqual(Uint8Array.of(0x16, 3));
  peer.reset();
});

describe('at the web door', () => {
  const request = (head: string): string =>
    `GET /socket HTTP/1.1\r\nhost: 127.0.0.1\r\n${head}upgrade: websocket\r\nconnection: upgrade\r\n` +
    'sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n';

  /** Whether a WebSocket is let in. It has four places: its own, both sides of the front, and the one behind. */
  const enter = async (port: number, head: string, before = ''): Promise<boolean> => {
    const peer = await connectTcp(port);
    await peer.send(before + request(head));
    return peer.readTo('\r\n').then(
      (line) => line.includes(' 101 '),
      () => false,
    );
  };

  test.each<[string, (host: string) => string, (host: string) => string]>([
    ['X-Forwarded-For', (host) => `x-forwarded-for: 192.0.2.99, ${host}\r\n`, () => ''],
    ['Forwarded', (host) => `forwarded: for=${host};proto=https\r\n`, () => ''],
    ['the PROXY protocol', () => '', first],
  ])('each peer that a proxy names by %s has a share of its own', async (_, head, before) => {
    await using server = await startServer([web], { isSecure: false, bounds });
    const port = server.port('web');
    const from = (host: string) => enter(port, head(host), before(host));
    expect([await from('203.0.113.7'), await from('203.0.113.7')]).toEqual([true, true]);
    expect(await from('203.0.113.7')).toBe(false);
    expect(await from('203.0.113.8')).toBe(true);
  });

  test('proxies that name different peers are told what to mend', async () => {
    await using server = await startServer([web], { isSecure: false, bounds });
    const peer = await connectTcp(server.port('web'));
    await peer.send(request('forwarded: for=192.0.2.1\r\nx-forwarded-for: 203.0.113.7\r\n'));
    const answer = Buffer.from(await peer.readToEnd()).toString();
    expect(answer).toStartWith('HTTP/1.1 400 ');
    expect(answer).toContain('the proxy has to remove what it does not set');
  });

  test('who is no proxy names nobody', async () => {
    const others = { ...bounds, proxies: ['10.0.0.0/8'] };
    await using server = await startServer([web], { isSecure: false, bounds: others });
    const from = () => enter(server.port('web'), 'x-forwarded-for: 203.0.113.7\r\n');
    expect([await from(), await from(), await from()]).toEqual([true, true, true]);
  });
});

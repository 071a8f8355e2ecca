// What a proxy says of the peer whose connection it carries, before that peer's own bytes: the PROXY protocol, versions 1 and 2.

import { isIP } from 'node:net';

import { normalHost } from '../../net/address';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

/**
 * `unknown`: the next bytes decide. `none`: these bytes are not such a header. `bad`: they begin as one and are wrong.
 * A header names nobody where the proxy asks for itself, or knows of no address.
 */
export type ProxyHeader =
  'unknown' | 'none' | 'bad' | { readonly length: number; readonly source: Address | undefined };

const first = Buffer.from('PROXY ');
const second = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');

/** The longest line of version 1, with its end (proxy-protocol.txt, 2.1). */
const longestLine = first.length + 'TCP6'.length + 2 * ' ffff'.length * 8 + 2 * ' 65535'.length + 2;

const lineForm = /^PROXY (?:UNKNOWN(?: .*)?|TCP([46]) (\S+) (\S+) (\d{1,5}) (\d{1,5}))$/;

export function readProxyHeader(bytes: Uint8Array): ProxyHeader {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (beginsLike(text, second)) return readSecond(text);
  return beginsLike(text, first) ? readFirst(text) : 'none';
}

const beginsLike = (bytes: Buffer, start: Buffer): boolean => {
  const length = Math.min(bytes.length, start.length);
  return bytes.subarray(0, length).equals(start.subarray(0, length));
};

function readFirst(bytes: Buffer): ProxyHeader {
  const end = bytes.subarray(0, longestLine).indexOf('\r\n');
  if (end < 0) return bytes.length < longestLine ? 'unknown' : 'bad';
  const form = lineForm.exec(bytes.toString('latin1', 0, end));
  if (!form) return 'bad';
  const [, family, host = '', , port = ''] = form;
  const length = end + '\r\n'.length;
  if (family === undefined) return { length, source: undefined };
  return isIP(host) === Number(family) && Number(port) <= 0xffff
    ? { length, source: { host: normalHost(host.toLowerCase()), port: Number(port) } }
    : 'bad';
}

/** Behind the signature: version and command, family and transport, and how many bytes follow (2.2). */
const at = { command: 12, family: 13, length: 14, addresses: 16 } as const;
const commands = { own: 0x20, proxied: 0x21 } as const;
const families = { ipv4: 0x11, ipv6: 0x21 } as const;

function readSecond(bytes: Buffer): ProxyHeader {
  if (bytes.length < at.addresses) return 'unknown';
  const length = at.addresses + bytes.readUInt16BE(at.length);
  if (length > limits.net.proxyHeaderBytes) return 'bad';
  const command = bytes[at.command];
  if (command !== commands.own && command !== commands.proxied) return 'bad';
  if (bytes.length < length) return 'unknown';
  if (command === commands.own) return { length, source: undefined };
  const family = bytes[at.family];
  const size = family === families.ipv4 ? 4 : family === families.ipv6 ? 16 : 0;
  // A socket of another kind, as a local one, has no address.
  if (size === 0) return { length, source: undefined };
  const portAt = at.addresses + 2 * size;
  if (length < portAt + 4) return 'bad';
  const address = bytes.subarray(at.addresses, at.addresses + size);
  return { length, source: { host: hostOf(address), port: bytes.readUInt16BE(portAt) } };
}

function hostOf(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  const groups = Array.from({ length: address.length / 2 }, (_, index) =>
    address.readUInt16BE(2 * index).toString(16),
  );
  // In the form in which the system writes it, where mapped addresses of IPv4 are seen.
  const { hostname } = new URL(`http://[${groups.join(':')}]`);
  return normalMapped(hostname.slice(1, -1));
}

/** URLs write a mapped address of IPv4 with numbers of 16 bits. */
function normalMapped(host: string): string {
  const mapped = /^::ffff:([\da-f]{1,4}):([\da-f]{1,4})$/.exec(host);
  if (!mapped) return host;
  const [high, low] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part ?? '', 16));
  return [(high ?? 0) >> 8, (high ?? 0) & 0xff, (low ?? 0) >> 8, (low ?? 0) & 0xff].join('.');
}

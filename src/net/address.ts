// Addresses: peers' in one form, and those of this machine.

import { networkInterfaces } from 'node:os';

/**
 * An address in the form in which all are compared: an IPv4 address mapped into IPv6, as `::ffff:127.0.0.1`, is IPv4.
 * Empty where there is none, as of a socket that was reset.
 */
export const normalHost = (host: string | undefined): string =>
  host?.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : (host ?? '');

/**
 * Which IP a text is an address of, or 0, as `isIP` of node:net says it, without which a cold start is a millisecond
 * shorter.
 */
export function ipVersion(text: string): 0 | 4 | 6 {
  if (/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.(?!$)|$)){4}$/.test(text)) return 4;
  const [address = '', zone] = text.split('%', 2);
  return address.includes(':') && zone !== '' && URL.canParse(`http://[${address}]`) ? 6 : 0;
}

const hextets = 8;
/** The hextets that name a /64. */
const networkHextets = 4;

/**
 * Whom an address stands for where something is counted: an IPv4 address for itself, an IPv6 address for its /64,
 * because a customer who has one address of those has all.
 */
export function networkOf(host: string): string {
  if (!host.includes(':')) return host;
  const [before = '', after] = host.replace(/%.*$/, '').split('::');
  const first = before === '' ? [] : before.split(':');
  const last = after === undefined || after === '' ? [] : after.split(':');
  const gap = after === undefined ? 0 : Math.max(0, hextets - first.length - last.length);
  const all = [...first, ...Array.from({ length: gap }, () => '0'), ...last];
  const network = all
    .slice(0, networkHextets)
    .map((part) => part.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${network.join(':')}::/64`;
}

/** All addresses of this machine: a socket there takes connections over IPv6 and over IPv4. */
export const everywhere = '::';

/** The same where there is no IPv6. */
export const everywhereIpv4 = '0.0.0.0';

export const isAny = (host: string): boolean => host === everywhereIpv4 || host === everywhere;

/** Every address of this machine. */
export function ownHosts(): ReadonlySet<string> {
  const hosts = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map((address) => normalHost(address.address)),
  );
  return new Set(hosts);
}

/** `<localIP>` of the sources: the bound address, else the first IPv4 address that others can reach, else loopback. */
export function localHost(bound: string): string {
  if (!isAny(bound)) return bound;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

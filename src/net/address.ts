// Peers' addresses in one form: IPv4 mapped into IPv6 is IPv4, and what the server is reached by.

import { networkInterfaces } from 'node:os';

/**
 * An address as it is compared everywhere: `::ffff:127.0.0.1` is `127.0.0.1`. Of a socket that was reset the system
 * knows none any more: that is an empty one.
 */
export const normalHost = (host: string | undefined): string =>
  host?.startsWith('::ffff:') && host.includes('.') ? host.slice(7) : (host ?? '');

export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';

const isAny = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** Every address of this machine. */
export function ownHosts(): ReadonlySet<string> {
  const hosts = Object.values(networkInterfaces()).flatMap((addresses) =>
    (addresses ?? []).map((address) => normalHost(address.address)),
  );
  return new Set(hosts);
}

/** `<localIP>` of the sources: the address bound to, or the first IPv4 that others can reach, else loopback. */
export function localHost(bound: string): string {
  if (!isAny(bound)) return bound;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

// Addresses: peers' in one form, and those of this machine.

import { networkInterfaces } from 'node:os';

/**
 * An address in the form in which all are compared: an IPv4 address mapped into IPv6, as `::ffff:127.0.0.1`, is IPv4.
 * Empty where there is none, as of a socket that was reset.
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

/** `<localIP>` of the sources: the bound address, else the first IPv4 address that others can reach, else loopback. */
export function localHost(bound: string): string {
  if (!isAny(bound)) return bound;
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

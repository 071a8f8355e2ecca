// Addresses as text.

import type { Address } from '../model';

/** An address as people write it: `HOST:PORT`, and an IPv6 host stands in brackets. */
export const hostAndPort = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** Whether an address, in the form in which all are compared, is of the machine itself and of no network. */
export const isLoopback = (host: string): boolean => host.startsWith('127.') || host === '::1';

// Addresses as text.

import type { Address } from '../model';

/** An address as people write it: `HOST:PORT`, and an IPv6 host stands in brackets. */
export const hostAndPort = ({ host, port }: Address): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

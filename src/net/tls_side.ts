// Our side of TLS: what a server shows, and whom a client trusts. Only TLS 1.2 and 1.3, and only ciphers with forward secrecy.

import { createSecureContext, getCACertificates, type SecureContextOptions } from 'node:tls';

import type { TlsSide } from './tls_socket';

/** Of TLS 1.2, as Mozilla's intermediate list has them; those of 1.3 are all modern. */
const ciphers = [
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
].join(':');

/** Throws what OpenSSL says where certificate and key are none, or do not belong together. */
export const serverSide = (cert: string, key: string): TlsSide => ({
  secureContext: contextOf({ cert, key }),
  isServer: true,
});

/** A client that means `serverName`, and trusts these authorities only. */
export const clientSide = (ca: readonly string[], serverName: string): TlsSide => ({
  secureContext: contextOf({ ca: [...ca] }),
  isServer: false,
  serverName,
});

/** Those that this system trusts, or, where it has no list of them, those that come with the runtime. */
export function systemAuthorities(): readonly string[] {
  const system = getCACertificates('system');
  return system.length > 0 ? system : getCACertificates('bundled');
}

function contextOf(options: SecureContextOptions): object {
  const made = createSecureContext({ ...options, ciphers, minVersion: 'TLSv1.2' });
  return (made as unknown as { readonly context: object }).context;
}

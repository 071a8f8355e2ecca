// TLS in tests: `CHAT_TEST_TLS=1 bun test ...` opens every door of a test's server with it, and its clients shake hands there.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { makeCertificate } from '../../src/server/make_certificate';
import type { CertificateFiles } from '../../src/server/net/certificate';
import { scratchFolder } from './scratch';

export const isOverTls = process.env['CHAT_TEST_TLS'] === '1';

/** Ports of this process at which TLS is spoken. */
const ports = new Set<number>();

/** From now on TLS is spoken at this port, or is not any more: the system gives ports again. */
export function secured(port: number, isSecure = true): void {
  if (isSecure) ports.add(port);
  else ports.delete(port);
}

/** What Bun is to be told of a connection to this port, besides. */
export const tlsAt = (port: number): { readonly tls?: { readonly rejectUnauthorized: false } } =>
  ports.has(port) ? { tls: { rejectUnauthorized: false } } : {};

/** The beginning of a URL of the web door. */
export const webAt = (scheme: 'http' | 'ws', port: number): string =>
  `${scheme}${ports.has(port) ? 's' : ''}://127.0.0.1:${port}`;

/** A certificate of its own, in files of its own. */
export async function newCertificate(
  hosts: readonly string[] = ['localhost', '127.0.0.1', '::1'],
  days = 1,
  now = Date.now(),
): Promise<CertificateFiles> {
  const folder = await scratchFolder();
  const files = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  const { cert, key } = await makeCertificate(hosts, days, now);
  writeFileSync(files.cert, cert);
  writeFileSync(files.key, key, { mode: 0o600 });
  return files;
}

let shared: Promise<CertificateFiles> | undefined;

/** The one certificate of all servers of this process. */
export const testCertificate = (): Promise<CertificateFiles> => (shared ??= newCertificate());

/** The first bytes of a client that shakes hands. */
export async function clientHello(): Promise<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array>();
  const listener = Bun.listen({
    hostname: '127.0.0.1',
    port: 0,
    socket: { data: (_, bytes) => resolve(new Uint8Array(bytes)) },
  });
  const { port } = listener;
  const tls = { rejectUnauthorized: false };
  const socket = { data() {}, handshake() {}, error() {} };
  const client = await Bun.connect({ hostname: '127.0.0.1', port, tls, socket });
  const hello = await promise;
  client.terminate();
  listener.stop(true);
  return hello;
}

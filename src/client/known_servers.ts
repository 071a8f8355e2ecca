// What servers showed when they were reached over TLS first: the certificate that one made itself, or that an authority vouched.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Io } from '../cli/io';
import { limits } from '../protocol/limits';
import { stateFolder } from './state_folder';

/** An authority that is trusted has vouched for the server: it has no need of a certificate that nobody knows. */
export const vouched = 'authority';

/** By `HOST:PORT`: a certificate's fingerprint, or `vouched`. */
type Known = Map<string, string>;

export const knownServersFile = (env: Io['env']): string =>
  `${stateFolder(env)}/known-servers.json`;

/** What is known of a server. Undefined: nothing. */
export const knownServer = (server: string, env: Io['env']): string | undefined =>
  read(env).get(server);

/** Remembers it. The result: false where the file cannot be written. */
export function rememberServer(server: string, shown: string, env: Io['env']): boolean {
  const known = read(env);
  if (known.get(server) === shown) return true;
  known.set(server, shown);
  // Those that nobody has pinned are forgotten first: an authority vouches for them again.
  while (known.size > limits.client.knownServers) {
    const [first] = [...known].find(([, what]) => what === vouched) ?? [...known][0] ?? [];
    if (first === undefined) break;
    known.delete(first);
  }
  const temporary = `${knownServersFile(env)}.${process.pid}`;
  try {
    mkdirSync(stateFolder(env), { recursive: true, mode: 0o700 });
    const text = JSON.stringify(Object.fromEntries(known), undefined, 2);
    writeFileSync(temporary, `${text}\n`, { mode: 0o600 });
    renameSync(temporary, knownServersFile(env));
    return true;
  } catch {
    return false;
  }
}

function read(env: Io['env']): Known {
  try {
    const value: unknown = JSON.parse(readFileSync(knownServersFile(env), 'utf8'));
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(
      Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
  } catch {
    return new Map();
  }
}

// The names that this user has written to or seen in a list, and the servers used: what shells complete.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Io } from '../cli/io';
import { limits } from '../protocol/limits';
import { knownServers } from './last_sender';
import { stateFolder } from './state_folder';

const fileOf = (env: Io['env']): string => `${stateFolder(env)}/known-names.json`;

/** Remembers names, the latest first. If the file cannot be written, they are not completed, and nothing else is lost. */
export function rememberNames(names: readonly string[], env: Io['env']): void {
  const before = readNames(env);
  const kept = [...new Set([...names, ...before])].slice(0, limits.client.knownNames);
  if (kept.length === before.length && kept.every((name, index) => name === before[index])) return;
  const temporary = `${fileOf(env)}.${process.pid}`;
  try {
    mkdirSync(stateFolder(env), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    renameSync(temporary, fileOf(env));
  } catch {
    // A home folder that cannot be written is no reason to end.
  }
}

/** What the user's own files remember, for a shell. */
export const known = (
  env: Io['env'],
): { readonly users: readonly string[]; readonly servers: readonly string[] } => {
  const { users, servers } = knownServers(env);
  return { users: [...new Set([...readNames(env), ...users])], servers };
};

function readNames(env: Io['env']): string[] {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(env), 'utf8'));
    return Array.isArray(value) ? value.filter((name) => typeof name === 'string') : [];
  } catch {
    return [];
  }
}

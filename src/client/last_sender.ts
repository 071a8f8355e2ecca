// Remembers the last user of each server, so that `chat send` does not have to be told who sends.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Io } from '../cli/io';
import { limits } from '../protocol/limits';
import type { Endpoint } from './endpoint';
import { stateFolder } from './state_folder';

type Environment = Io['env'];

const fileOf = (env: Environment): string => `${stateFolder(env)}/last-senders.json`;

/** The user who connected to a server last; undefined if there was none, if the file cannot be read, or where users are numbers. */
export function lastSender(
  { client, serverUrl }: Pick<Endpoint, 'client' | 'serverUrl'>,
  env: Environment,
): string | undefined {
  return client.remembersUser === false ? undefined : readSenders(env).get(serverUrl);
}

/** Remembers the user. If the file cannot be written, the next `chat send` needs a flag, and nothing else is lost. */
export function rememberSender(serverUrl: string, user: string, env: Environment): void {
  const senders = readSenders(env);
  if (senders.get(serverUrl) === user) return;
  // It goes to the end, so that the first are the oldest.
  senders.delete(serverUrl);
  senders.set(serverUrl, user);
  const kept = Object.fromEntries([...senders].slice(-limits.client.rememberedServers));
  const temporary = `${fileOf(env)}.${process.pid}`;
  try {
    mkdirSync(stateFolder(env), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, fileOf(env));
  } catch {
    // A home folder that cannot be written is no reason to end.
  }
}

/** As whom a host was last spoken to, by whatever door; undefined where it never was. */
export function lastUserAt(host: string, env: Environment): string | undefined {
  const senders = [...readSenders(env)].toReversed();
  return senders.find(([server]) => URL.canParse(server) && new URL(server).hostname === host)?.[1];
}

/** The servers that were used, the latest first, and as whom. */
export function knownServers(env: Environment): {
  readonly servers: readonly string[];
  readonly users: readonly string[];
} {
  const senders = [...readSenders(env)].toReversed();
  return { servers: senders.map(([server]) => server), users: senders.map(([, user]) => user) };
}

function readSenders(env: Environment): Map<string, string> {
  try {
    const value: unknown = JSON.parse(readFileSync(fileOf(env), 'utf8'));
    if (typeof value !== 'object' || value === null) return new Map();
    return new Map(
      Object.entries(value).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
  } catch {
    return new Map();
  }
}

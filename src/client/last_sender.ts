// Remembers who connected to each server last, so that `chat send` need not be told who sends.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/** Places remembered; the oldest go. */
const placesMax = 100;

const folderOf = (env: Environment): string =>
  `${env['XDG_STATE_HOME'] || `${env['HOME'] ?? ''}/.local/state`}/chat`;

const fileOf = (env: Environment): string => `${folderOf(env)}/last-senders.json`;

/** Who connected to `place` last; undefined if nobody did, or the file is not to be read. */
export function lastSender(serverUrl: string, env: Environment): string | undefined {
  return readSenders(env).get(serverUrl);
}

/** Remembers it; what cannot be written is not remembered, which costs no more than a flag. */
export function rememberSender(serverUrl: string, user: string, env: Environment): void {
  const senders = readSenders(env);
  if (senders.get(serverUrl) === user) return;
  // Anew at the end: the first are the oldest.
  senders.delete(serverUrl);
  senders.set(serverUrl, user);
  const kept = Object.fromEntries([...senders].slice(-placesMax));
  const temporary = `${fileOf(env)}.${process.pid}`;
  try {
    mkdirSync(folderOf(env), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600 });
    renameSync(temporary, fileOf(env));
  } catch {
    // A home that cannot be written to is no reason not to talk.
  }
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

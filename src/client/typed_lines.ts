// The lines that a user typed in earlier sessions, in a file, for the arrow keys.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

import type { Io } from '../cli/io';
import { limits } from '../protocol/limits';
import { stateFolder } from './state_folder';

/** Each protocol has commands of its own, and so a file. */
const fileOf = (dialect: string, env: Io['env']): string =>
  `${stateFolder(env)}/history-${dialect}`;

/** Oldest first; none if there is no file that can be read. */
export function typedLines(dialect: string, env: Io['env']): readonly string[] {
  try {
    const lines = readFileSync(fileOf(dialect, env), 'utf8').split('\n');
    return lines.filter((line) => line !== '').slice(-limits.terminal.historyLines);
  } catch {
    return [];
  }
}

/**
 * Adds the lines of a session behind those that others have added meanwhile. Where the file cannot be written, they are
 * forgotten.
 */
export function keepTypedLines(dialect: string, typed: readonly string[], env: Io['env']): void {
  if (typed.length === 0) return;
  const kept = [...typedLines(dialect, env), ...typed].slice(-limits.terminal.historyLines);
  const temporary = `${fileOf(dialect, env)}.${process.pid}`;
  try {
    mkdirSync(stateFolder(env), { recursive: true, mode: 0o700 });
    writeFileSync(temporary, `${kept.join('\n')}\n`, { mode: 0o600 });
    renameSync(temporary, fileOf(dialect, env));
  } catch {
    // A home folder that cannot be written is no reason to end badly.
  }
}

// The data folder: made if missing, and held by one server at a time.

import { Database } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where everything is kept if nobody says otherwise. */
export function defaultFolder(): string {
  const state = process.env['XDG_STATE_HOME'];
  return join(
    state !== undefined && state !== '' ? state : join(homedir(), '.local/state'),
    'chat',
  );
}

/** The database in a data folder. */
export const databaseIn = (folder: string): string => join(folder, 'chat.db');

/** Another server works in the folder. */
export class FolderInUse extends Error {
  override readonly name = 'FolderInUse';
}

export interface HeldFolder {
  readonly database: string;
  readonly files: string;
  release(): void;
}

/**
 * Takes a folder for this process until `release` or its end, however it comes. Throws FolderInUse, or the
 * system's error where it cannot be written.
 */
export function holdFolder(folder: string): HeldFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // A lock that the system lets go when the process is killed, and that works wherever SQLite does.
  const lock = new Database(join(folder, 'lock'), { create: true });
  try {
    lock.run('PRAGMA locking_mode = EXCLUSIVE');
    lock.run('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new FolderInUse(`another server uses ${folder}`);
    }
    throw error;
  }
  return {
    database: databaseIn(folder),
    files: join(folder, 'files'),
    release: () => lock.close(),
  };
}

// The data folder: made if missing, and held by one server at a time.

import { Database } from 'bun:sqlite';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

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
    database: join(folder, 'chat.db'),
    files: join(folder, 'files'),
    release: () => lock.close(),
  };
}

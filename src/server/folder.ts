// Where the server keeps everything: a folder that one server holds at a time, or one that ends with the process.

import { Database } from 'bun:sqlite';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where everything is kept unless the operator says otherwise. */
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

export interface DataFolder {
  /** The database's path, as SQLite takes it. */
  readonly database: string;
  /** The folder of attachments. */
  readonly files: string;
  release(): void;
}

/**
 * Takes a folder for this process until `release`, or until the process ends in whatever way. Makes it if it is
 * missing. Throws FolderInUse, or the system's error where it cannot be written.
 */
export function holdFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  // The system lets this lock go when the process is killed, and it works wherever SQLite does.
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

/** A database in memory, and a folder for attachments that `release` removes. */
export function temporaryFolder(): DataFolder {
  const folder = mkdtempSync(join(tmpdir(), 'chat-'));
  return {
    database: ':memory:',
    files: join(folder, 'files'),
    release: () => rmSync(folder, { recursive: true, force: true }),
  };
}

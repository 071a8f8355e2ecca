// Where the server keeps everything: a folder that one server holds at a time.

import { Database } from 'bun:sqlite';
import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

import { isStoredName } from './files/names';

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

/** The folder holds what belongs to a database that is not there any more. */
export class LostDatabase extends Error {
  override readonly name = 'LostDatabase';
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
 * missing. Throws FolderInUse, LostDatabase, or the system's error where it cannot be written.
 */
export function holdFolder(folder: string): DataFolder {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = lockFolder(folder);
  try {
    refuseLostDatabase(folder);
    closeToOthers(folder);
  } catch (error) {
    lock.close();
    throw error;
  }
  return {
    database: databaseIn(folder),
    files: filesIn(folder),
    release: () => lock.close(),
  };
}

/** Throws FolderInUse where another process has it locked. Closing the database lets it go. */
export function lockFolder(folder: string): Database {
  // The system lets this lock go when the process is killed, and it works wherever SQLite does.
  const lock = new Database(join(folder, lockName), { create: true });
  try {
    lock.run('PRAGMA locking_mode = EXCLUSIVE');
    lock.run('BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock.close();
    if ((error as { code?: string }).code === 'SQLITE_BUSY') {
      throw new FolderInUse(`another server uses ${folder}`);
    }
    throw error;
  }
}

/** The name of the file by which a folder is locked. */
export const lockName = 'lock';

/** The folder of attachments in a data folder. */
export const filesIn = (folder: string): string => join(folder, 'files');

/** A new database knows no attachment, so the start would take all for leftovers. SQLite would drop the log, too. */
function refuseLostDatabase(folder: string): void {
  const database = databaseIn(folder);
  if (sizeOf(database) > 0) return;
  const left =
    sizeOf(`${database}-wal`) > 0
      ? `${database}-wal`
      : namesIn(filesIn(folder)).some(isStoredName)
        ? filesIn(folder)
        : undefined;
  if (left === undefined) return;
  throw new LostDatabase(`${left} belongs to a database, but ${database} is missing`);
}

/** An earlier version, or a copy, may have left the database readable for others; SQLite gives its log the same rights. */
function closeToOthers(folder: string): void {
  const database = databaseIn(folder);
  for (const path of [database, `${database}-wal`, `${database}-shm`, join(folder, lockName)]) {
    const stat = statSync(path, { throwIfNoEntry: false });
    const isOpen = stat !== undefined && (stat.mode & othersMode) !== 0;
    // Another user's file cannot be changed, and its owner has decided who may read it.
    if (isOpen && stat.uid === process.getuid?.()) chmodSync(path, ownerMode);
  }
}

/** Rights of a file: of everybody but its owner, and of its owner alone. */
const othersMode = 0o077;
const ownerMode = 0o600;

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

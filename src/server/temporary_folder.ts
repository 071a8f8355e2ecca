// The folder of a server that keeps nothing: its database is in memory, and its attachments go with it.

import {
  existsSync,
  mkdtempSync,
  readdirSync,
  rmdirSync,
  rmSync,
  statSync,
  unlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { isStoredName, isUploadName } from './files/names';
import { type DataFolder, filesIn, lockFolder, lockName } from './folder';

/** How its name begins; the system makes the rest. */
const folderStart = 'chat-memory-';
const folderName = new RegExp(`^${folderStart}\\w{6}$`);

/** A database in memory, and a folder for attachments that `release` removes. Removes those of servers that were killed. */
export function temporaryFolder(): DataFolder {
  removeStale(tmpdir());
  const folder = mkdtempSync(join(tmpdir(), folderStart));
  const lock = lockFolder(folder);
  return {
    database: ':memory:',
    files: filesIn(folder),
    release: () => {
      rmSync(folder, { recursive: true, force: true });
      lock.close();
    },
  };
}

/** Nothing goes that a server has not made. */
function removeStale(parent: string): void {
  for (const name of namesIn(parent)) {
    const folder = join(parent, name);
    // One without a lock is being made.
    if (!folderName.test(name) || !namesIn(folder).includes(lockName)) continue;
    try {
      if (statSync(folder).uid === process.getuid?.()) removeUnlocked(folder);
    } catch {
      // A server works in it, another one removed it, or it holds more than we put there.
    }
  }
}

function removeUnlocked(folder: string): void {
  const lock = lockFolder(folder);
  try {
    const files = filesIn(folder);
    for (const name of namesIn(files))
      if (isStoredName(name) || isUploadName(name)) unlinkSync(join(files, name));
    if (existsSync(files)) rmdirSync(files);
    unlinkSync(join(folder, lockName));
  } finally {
    // Which removes what SQLite itself has made beside the lock.
    lock.close();
  }
  rmdirSync(folder);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

// The paths that complete what a user has typed of one, as a shell would offer them.

import { type Dirent, opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { limits } from '../protocol/limits';
import { typedPath } from './source_file';

/** Files and folders (with a `/` behind) whose path begins as typed. Hidden ones only for a dot; none of a folder that cannot be read. */
export function pathsFrom(typed: string): string[] {
  const cut = typed.lastIndexOf('/') + 1;
  const folder = typed.slice(0, cut);
  const start = typed.slice(cut).toLowerCase();
  const paths: string[] = [];
  for (const entry of entriesOf(typedPath(folder === '' ? '.' : folder))) {
    const { name } = entry;
    if (!name.toLowerCase().startsWith(start)) continue;
    if (name.startsWith('.') && !start.startsWith('.')) continue;
    paths.push(folder + name + (isFolder(entry, typedPath(folder || '.')) ? '/' : ''));
  }
  return paths;
}

function* entriesOf(folder: string): Generator<Dirent, void> {
  try {
    const entries = opendirSync(folder);
    try {
      for (let read = 0; read < limits.client.listedFiles; read++) {
        const entry = entries.readSync();
        if (entry === null) return;
        yield entry;
      }
    } finally {
      entries.closeSync();
    }
  } catch {
    // Nothing is there to be offered.
  }
}

function isFolder(entry: Dirent, folder: string): boolean {
  if (!entry.isSymbolicLink()) return entry.isDirectory();
  return statSync(join(folder, entry.name), { throwIfNoEntry: false })?.isDirectory() ?? false;
}

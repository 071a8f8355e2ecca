// The name of a file that a peer sends: safe, where the user wants it, and never one that another file has.

import { statSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { extname, join } from 'node:path';

import { savableName } from '../protocol/bytes/validation';
import { limits } from '../protocol/limits';
import { typedPath } from './source_file';

export interface SaveTarget {
  /** The name that the peer gave. */
  readonly name: string;
  /** The path that the user gave, of a file or of a folder. */
  readonly path?: string;
}

/** The name under which a peer's file may stand in the user's folder, not too long. */
export function safeBaseName(name: string): string {
  const bare = savableName(name);
  const extension = Array.from(extname(bare)).slice(0, limits.client.savedExtensionLength).join('');
  let stem = bare.slice(0, bare.length - extname(bare).length);
  while (Buffer.byteLength(stem + extension) > limits.client.savedNameBytes)
    stem = Array.from(stem).slice(0, -1).join('');
  return savableName(stem + extension);
}

/** The path that a file is to have: the user's, else the peer's name in the working folder. */
export function destinationOf(target: SaveTarget): string {
  if (target.path === undefined) return safeBaseName(target.name);
  const path = typedPath(target.path);
  return path.endsWith('/') || isFolder(path) ? join(path, safeBaseName(target.name)) : path;
}

/** A path that cannot be read counts as no folder; writing there will fail and say why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/**
 * Takes the first free name (`a.txt`, `a (2).txt`, ...) by creating an empty file, which the temporary file then
 * replaces. Undefined if it cannot be created, or if all names that are tried are taken.
 */
export async function claimName(wanted: string): Promise<string | undefined> {
  const extension = extname(wanted);
  const stem = wanted.slice(0, wanted.length - extension.length);
  for (let count = 1; count <= limits.client.savedNameAttempts; count++) {
    const path = count === 1 ? wanted : `${stem} (${count})${extension}`;
    try {
      await (await open(path, 'wx')).close();
      return path;
    } catch (error) {
      if ((error as { code?: string }).code !== 'EEXIST') return undefined;
    }
  }
  return undefined;
}

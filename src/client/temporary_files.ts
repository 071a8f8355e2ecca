// Temporary files, which are removed when the program ends, whatever ends it.

import { unlinkSync } from 'node:fs';

const paths = new Set<string>();

export function add(path: string): void {
  paths.add(path);
}

/** The file has another name now, and stays. */
export function keep(path: string): void {
  paths.delete(path);
}

export function remove(path: string): void {
  if (!paths.delete(path)) return;
  try {
    unlinkSync(path);
  } catch {
    // Another program has removed it.
  }
}

process.on('exit', () => {
  for (const path of paths) remove(path);
});

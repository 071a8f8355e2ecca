// Folders that a server changes while a test waits for it, and what is in files.

import { existsSync, readdirSync, watch } from 'node:fs';

import { Changes } from './changes';

export const sha256 = (bytes: Uint8Array): string =>
  new Bun.CryptoHasher('sha256').update(bytes).digest('hex');

/** Resolves once the names in a folder are so; fails with what they are. */
export async function untilFolder(
  folder: string,
  isMet: (names: readonly string[]) => boolean,
): Promise<void> {
  const names = (): string[] => (existsSync(folder) ? readdirSync(folder) : []);
  const changes = new Changes();
  const watcher = watch(folder, () => changes.changed());
  try {
    await changes.until(
      () => isMet(names()),
      () => `there is ${names().join(', ') || 'nothing'} in ${folder}`,
    );
  } finally {
    watcher.close();
  }
}

export const untilEmpty = (folder: string): Promise<void> =>
  untilFolder(folder, (names) => names.length === 0);

// Temporary folders that are gone when the tests end, however they ended.
import { rmSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { removeAtEnd } from './cleanup';

/** An empty folder under its real path, so that a program that prints where it is prints the same. */
export async function scratchFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-test-')));
  removeAtEnd(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

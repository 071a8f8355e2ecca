// Temporary folders that are gone when the tests of a file end, however they ended.
import { afterAll } from 'bun:test';
import { rmSync } from 'node:fs';
import { mkdtemp, realpath } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made = new Set<string>();

/** An empty folder under its real path, so that a program that prints where it is prints the same. */
export async function scratchFolder(): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'chat-test-')));
  made.add(folder);
  return folder;
}

function removeAll(): void {
  for (const folder of made) rmSync(folder, { recursive: true, force: true });
  made.clear();
}

// A file's own afterAll may still need its folders, and an interrupted run calls none at all.
afterAll(removeAll);
process.on('exit', removeAll);

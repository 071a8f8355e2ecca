// What this server has open, in a file of the user's state folder, so that clients on this machine find it by itself.

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { defaultFolder } from './folder';

/** The port of each open door, by its dialect. */
export type OpenDoors = Readonly<Record<string, number>>;

const fileOf = (folder: string, pid: number): string => join(folder, `${pid}.json`);

/**
 * Says what is open until the result is called. Where the folder cannot be written, clients have to be told the port: that
 * is no reason not to serve.
 */
export function announce(doors: OpenDoors): () => void {
  const folder = join(defaultFolder(), 'open-doors');
  const file = fileOf(folder, process.pid);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    forgetDead(folder);
    writeFileSync(file, `${JSON.stringify({ pid: process.pid, doors })}\n`, { mode: 0o600 });
  } catch {
    return () => {};
  }
  return () => rmSync(file, { force: true });
}

/** Removes what servers left that were killed. */
function forgetDead(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = Number(/^(\d+)\.json$/.exec(name)?.[1]);
    if (Number.isSafeInteger(pid) && !isAlive(pid)) rmSync(fileOf(folder, pid), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

// What this server has open, in a file of the user's state folder, so that clients on this machine find it by itself.

import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isRunning, ownMark } from '../net/running_process';
import { defaultFolder } from './folder';

/** The port of each open door, by its dialect. */
export type OpenDoors = Readonly<Record<string, number>>;

const fileName = /^\d+\.json$/;

/**
 * Says what is open until the result is called. Where the folder cannot be written, clients have to be told the port: that
 * is no reason not to serve.
 */
export function announce(doors: OpenDoors): () => void {
  const folder = join(defaultFolder(), 'open-doors');
  const file = join(folder, `${process.pid}.json`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    forgetDead(folder);
    writeFileSync(file, `${JSON.stringify({ ...ownMark(), doors })}\n`, { mode: 0o600 });
  } catch {
    return () => {};
  }
  return () => rmSync(file, { force: true });
}

/** Removes what servers left that were killed. */
function forgetDead(folder: string): void {
  for (const name of readdirSync(folder)) {
    const file = join(folder, name);
    if (fileName.test(name) && !isRunning(markIn(file))) rmSync(file, { force: true });
  }
}

function markIn(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

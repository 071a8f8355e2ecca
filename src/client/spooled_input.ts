// Standard input as a file to be sent: collected without a name on disk first, because protocols say a file's size before it.

import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { CliError, exit } from '../cli/exit';
import type { Io } from '../cli/io';
import { inputOf } from './read_input';

/** What stands for standard input where a file is named. */
export const standardInput = '-';

/** A path by which the whole of standard input can be opened again and again, until the program ends. */
export async function spoolInput(io: Io): Promise<string> {
  const folder = join(tmpdir(), 'chat-');
  let own: string | undefined;
  let fd: number | undefined;
  try {
    own = mkdtempSync(folder);
    fd = openSync(join(own, 'stdin'), 'wx+', 0o600);
    // From now on it goes with the process, whatever ends that.
    rmSync(own, { recursive: true });
    for await (const piece of inputOf(io)) writeAll(fd, piece);
    return `/proc/self/fd/${fd}`;
  } catch (error) {
    if (fd !== undefined) closeSync(fd);
    if (own !== undefined) rmSync(own, { recursive: true, force: true });
    if (error instanceof CliError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new CliError(exit.cannotCreate, `standard input cannot be kept in ${tmpdir()}: ${why}`);
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
}

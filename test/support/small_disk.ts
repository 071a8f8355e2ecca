// A small disk of a program's own: a tmpfs in a mount namespace, which goes with the program.

import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { isatty } from 'node:tty';

const script = 'mount -t tmpfs -o size="$1" chat-test "$2" && shift 2 && exec "$@"';

/** What to put before a command so that a folder is a disk of that size (`16m`) for it: for `within` of startChat. */
export const smallDisk = (size: string, folder: string): readonly string[] => [
  'unshare',
  '--mount',
  'sh',
  '-c',
  script,
  'sh',
  size,
  folder,
];

let can: boolean | undefined;

/** Whether this machine lets us; says why not, once, so that the skipped tests have a reason in the log. */
export function canMakeDisks(): boolean {
  if (can !== undefined) return can;
  const { exitCode, stderr } = Bun.spawnSync([...smallDisk('1m', '/mnt'), 'true']);
  can = exitCode === 0;
  if (!can) {
    const [on, off] = isatty(2) ? ['\u001B[33m', '\u001B[39m'] : ['', ''];
    const why = stderr.toString().trim();
    process.stderr.write(`${on}SKIPPED: tests with a disk that is full: ${why}${off}\n`);
  }
  return can;
}

/** Fills the disk that a process sees in a folder, to the last byte. The result frees it again. */
export function fillDisk(pid: number, folder: string): () => void {
  const path = `/proc/${pid}/root${folder}/filler`;
  const file = openSync(path, 'w');
  // The last pieces are small, so that nothing fits any more.
  for (const size of [1 << 20, 1 << 12, 1]) {
    const piece = new Uint8Array(size);
    try {
      while (writeSync(file, piece) === size);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ENOSPC') throw error;
    }
  }
  closeSync(file);
  return () => rmSync(path);
}

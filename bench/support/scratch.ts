// Folders and processes of the bench, gone when it ends, however it ends.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'chat-bench-'));
const running = new Set<Bun.Subprocess>();
let folders = 0;

process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

/** A path that nothing is at yet. */
export const freshFolder = (): string => join(folder, String(folders++));

/** Kills the process at the end unless it has ended before. */
export function endWithUs(child: Bun.Subprocess): void {
  running.add(child);
  void child.exited.then(() => running.delete(child));
}

// Whether a process that said something of itself still runs: its number may have been given to another one since.

import { readFileSync } from 'node:fs';

/** A process of this machine. */
export interface ProcessMark {
  readonly pid: number;
  /** When it was started, in the system's own count; undefined where the system does not tell. */
  readonly started?: string | undefined;
}

/** This process. */
export const ownMark = (): ProcessMark => ({ pid: process.pid, started: startOf(process.pid) });

/** Whether that very process runs. What is no mark is none. */
export function isRunning(mark: unknown): boolean {
  const { pid, started } = (mark ?? {}) as Partial<Record<keyof ProcessMark, unknown>>;
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return false;
  return isAlive(pid) && (started === undefined || started === startOf(pid));
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** The 22nd field of proc(5)'s `stat`: the second one, in brackets, may hold blanks and brackets. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

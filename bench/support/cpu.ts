// The CPU time of a process as the kernel accounts it: every thread, user and system, in nanoseconds.

import { readdirSync, readFileSync } from 'node:fs';

type Times = ReadonlyMap<string, number>;

/** Time spent on the CPU by each thread that lives. */
export function threadTimes(pid: number): Times {
  const times = new Map<string, number>();
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    try {
      const [spent] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
      times.set(thread, Number(spent));
    } catch {
      // It ended between the two reads.
    }
  }
  return times;
}

/** Microseconds spent since an earlier look. What a thread that ended since then had added is not seen. */
export function spentSince(before: Times, pid: number): number {
  let ns = 0;
  for (const [thread, spent] of threadTimes(pid)) ns += spent - (before.get(thread) ?? 0);
  return ns / 1000;
}

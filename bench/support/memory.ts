// The memory of a process that is its own and no file's, in bytes.

import { readFileSync } from 'node:fs';

export function ownMemory(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kib = /^RssAnon:\s+(\d+) kB/m.exec(status)?.[1];
  if (kib === undefined) throw new Error('this system does not tell RssAnon');
  return Number(kib) * 1024;
}

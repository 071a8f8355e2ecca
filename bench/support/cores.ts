// Which core the server has and which the load generator, so that neither takes time from the other.

import { readFileSync } from 'node:fs';

/** The cores that this process may use. */
function allowed(): number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return (list ?? '0').split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

const [first = 0, second = first] = allowed();

export const cores = { server: first, load: second } as const;

/** The start of a command line that runs on one core only; empty where nothing can pin it. */
export const on = (core: number): readonly string[] =>
  Bun.which('taskset') === null ? [] : ['taskset', '-c', String(core)];

/** Moves this process, with all its threads, to the load generator's core. */
export function moveToLoadCore(): void {
  if (Bun.which('taskset') === null) return;
  Bun.spawnSync(['taskset', '-a', '-cp', String(cores.load), String(process.pid)]);
}

/** A line about the machine, which a reader of the figures must know. */
export function machine(): string {
  const info = readFileSync('/proc/cpuinfo', 'utf8');
  const model = /^model name\s*:\s*(.*)$/m.exec(info)?.[1] ?? 'unknown processor';
  const load = readFileSync('/proc/loadavg', 'utf8').split(' ', 1)[0];
  const apart =
    cores.server === cores.load
      ? `server and generator share core ${first}: the wall figures mean little`
      : `server on core ${cores.server}, generator on core ${cores.load}`;
  return `${model}, Bun ${Bun.version}, load ${load} at the start; ${apart}`;
}

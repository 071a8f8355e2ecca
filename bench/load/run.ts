// What all runs of the generator share: a number of operations in flight, latencies, the server's CPU, and what went wrong.

import { spentSince, threadTimes } from '../support/cpu';
import type { Measured } from './jobs';

/** The first few cases in words, and how many more there were. */
export class Wrongs {
  readonly #said: string[] = [];
  #more = 0;

  add(what: string): void {
    if (this.#said.length < 5) this.#said.push(what);
    else this.#more++;
  }

  get all(): readonly string[] {
    return this.#more === 0 ? this.#said : [...this.#said, `and ${this.#more} more`];
  }
}

/** The server still works when the last answer is out: it settles, closes, collects. That belongs to the run. */
const settleMs = 30;
/** A run is given up when so many looks in a row see nothing new. Looks and not a time, since a machine may stand still. */
const looks = 20;
const lookMs = 500;

/** Calls `stalled` once if a count stands still. The result ends the watch. */
export function watch(count: () => number, stalled: () => void): () => void {
  let seen = count();
  let quiet = 0;
  const timer = setInterval(() => {
    quiet = count() === seen ? quiet + 1 : 0;
    seen = count();
    if (quiet === looks) stalled();
  }, lookMs);
  return () => clearInterval(timer);
}

const pause = async (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

export interface Run {
  readonly count: number;
  readonly inFlight: number;
  readonly pid: number;
  /** Starts one operation. It calls `done` once it is over, with the time that it took. */
  readonly start: (index: number, done: (ms: number) => void) => void;
  /** Called when all are done, to check what concerns all of them. */
  readonly check?: () => void;
  readonly wrongs: Wrongs;
}

export async function run({ count, inFlight, pid, start, check, wrongs }: Run): Promise<Measured> {
  const latencies = new Float64Array(count);
  const cpu = threadTimes(pid);
  const startedMs = performance.now();
  let lastMs = startedMs;
  const { promise, resolve } = Promise.withResolvers<void>();
  let started = 0;
  let finished = 0;
  const next = (): void => {
    if (started >= count) return;
    start(started++, (ms) => {
      latencies[finished++] = ms;
      lastMs = performance.now();
      if (finished === count) resolve();
      else next();
    });
  };
  for (let free = Math.min(inFlight, count); free > 0; free--) next();
  const unwatch = watch(() => finished, resolve);
  await promise;
  unwatch();
  if (finished < count) wrongs.add(`lost: ${count - finished} of ${count} never ended`);
  const wallMs = lastMs - startedMs;
  await pause(settleMs);
  const cpuUs = spentSince(cpu, pid);
  check?.();
  const sorted = latencies.subarray(0, finished).sort();
  const at = (share: number): number =>
    sorted[Math.min(finished - 1, Math.floor(finished * share))] ?? Number.NaN;
  return { count: finished, wallMs, cpuUs, p50Ms: at(0.5), p99Ms: at(0.99), wrong: wrongs.all };
}

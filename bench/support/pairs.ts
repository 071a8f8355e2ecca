// Interleaved pairs: the two that are compared take turns, and medians stand for all of their runs.

import type { Measured } from '../load/jobs';

export const median = (numbers: readonly number[]): number => {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
};

/** Medians of several runs. */
export interface Side {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly cpuUsPerOperation: number;
}

export interface Pair {
  readonly ours: Side;
  readonly reference: Side;
  /** The median of the pairs' own ratios of CPU per operation: a change in the machine's speed meets both of a pair. */
  readonly cpuRatio: number;
  readonly count: number;
  readonly wrong: readonly string[];
}

const cpuOf = ({ cpuUs, count }: Measured): number => cpuUs / count;

const side = (runs: readonly Measured[]): Side => ({
  perSecond: median(runs.map(({ count, wallMs }) => (count / wallMs) * 1000)),
  p50Ms: median(runs.map(({ p50Ms }) => p50Ms)),
  p99Ms: median(runs.map(({ p99Ms }) => p99Ms)),
  cpuUsPerOperation: median(runs.map(cpuOf)),
});

/** The first runs are not measured: the server still compiles what it runs. */
export interface Runs {
  readonly unmeasured: number;
  readonly pairs: number;
}

/** All runs, measured or not: whatever they lose counts. */
export const allRuns = ({ unmeasured, pairs }: Runs): number => unmeasured + pairs;

export async function pairs(
  runs: Runs,
  ours: () => Promise<Measured>,
  reference: () => Promise<Measured>,
): Promise<Pair> {
  const warm: Measured[] = [];
  for (let index = 0; index < runs.unmeasured; index++) {
    warm.push(await ours(), await reference());
  }
  const our: Measured[] = [];
  const their: Measured[] = [];
  for (let index = 0; index < runs.pairs; index++) {
    // Which of the two goes first alternates.
    if (index % 2 === 0) our.push(await ours());
    their.push(await reference());
    if (index % 2 === 1) our.push(await ours());
  }
  const all = [...warm, ...our, ...their];
  return {
    ours: side(our),
    reference: side(their),
    cpuRatio: median(our.map((run, index) => cpuOf(run) / cpuOf(their[index] ?? run))),
    count: all.reduce((sum, run) => sum + run.count, 0),
    wrong: all.flatMap(({ wrong }) => wrong),
  };
}

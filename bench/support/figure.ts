// A figure: one thing that is measured. It gives rows of a table, and says what was found wrong on the way.

import type { LoadGenerator } from './load_generator';
import type { Pair, Runs, Side } from './pairs';

/** What a figure is handed. */
export interface Bench {
  readonly generator: LoadGenerator;
  /** The executable that is measured. */
  readonly chat: string;
  /** How many unmeasured runs of each side come first, and how many interleaved pairs are measured. */
  readonly runs: Runs;
  /** Makes a number of operations or of milliseconds small in a quick run. */
  readonly scaled: (count: number) => number;
}

export interface Row {
  readonly what: string;
  /** One for each of the figure's heads. */
  readonly cells: readonly string[];
  /** What is to be reached, and whether it is. */
  readonly goal?: { readonly wanted: string; readonly isMet: boolean };
}

export interface Figures {
  readonly rows: readonly Row[];
  /** How many operations were checked, one by one. */
  readonly checked: number;
  readonly wrong: readonly string[];
}

export interface Figure {
  readonly name: string;
  /** The line over its table. */
  readonly title: string;
  readonly heads: readonly string[];
  measure(bench: Bench): Promise<Figures>;
}

export const goal = (
  value: number,
  comparison: '<=' | '>=',
  bound: number,
  unit = '',
): NonNullable<Row['goal']> => ({
  wanted: `${comparison} ${bound}${unit}`,
  isMet: comparison === '<=' ? value <= bound : value >= bound,
});

export const rate = (perSecond: number): string => Math.round(perSecond).toLocaleString('en');
export const number = (value: number, digits = 2): string =>
  Number.isNaN(value) ? '-' : value.toFixed(digits);

/** The heads of rows made by `pairRow`. */
export const pairHeads = [
  'ops/s',
  'p99 ms',
  'CPU us/op',
  'plain ops/s',
  'p99 ms',
  'CPU us/op',
  'CPU ratio',
] as const;

/** One row for a pair of runs, with the CPU ratio that is to be reached. */
export const pairRow = (what: string, pair: Pair, wanted?: number): Row => ({
  what,
  cells: [...[pair.ours, pair.reference].flatMap(cellsOf), number(pair.cpuRatio)],
  ...(wanted !== undefined && { goal: goal(pair.cpuRatio, '<=', wanted) }),
});

const cellsOf = ({ perSecond, p99Ms, cpuUsPerOperation }: Side): string[] => [
  rate(perSecond),
  number(p99Ms),
  number(cpuUsPerOperation, 1),
];

// Every door under attack: strangers by the thousand, and a healthy pair whose messages still come in time.
//
//   HOSTILE=full node_modules/.bin/bun test test/server/hostile      at full size, as a table with the goals
//   HOSTILE=full ... -t market                                       one door of it
//   HOSTILE=floods ...                                               ten flooders alone, as a table
//   HOSTILE=short ...                                                the short form as a table
//
// The suite runs a short form. It holds what no busy machine changes: nobody healthy is dropped or refused, every message
// comes, and memory stays bounded. The full one holds times as well, and a closer bound of memory: until the runtime
// collects it, garbage counts, and a busy machine is late with that.
import { afterAll, expect, test } from 'bun:test';

import { table } from '../../../bench/support/table';
import { attacks } from './attacks';
import { attacked, descriptorsAllow, type Figures, type Plan } from './stage';

const tried = process.env['HOSTILE'];
const isFull = tried === 'full';
const short: Plan = {
  halfOpen: 300,
  slow: 50,
  flooders: 20,
  quiet: 20,
  exchanges: 10,
  lastsMs: 1_000,
};
const full: Plan = {
  halfOpen: 5_000,
  slow: 500,
  flooders: 20,
  quiet: 200,
  exchanges: 200,
  lastsMs: 15_000,
};
/** Nobody but ten who send at full speed: what one burst costs the others. */
const floods: Plan = {
  ...full,
  halfOpen: 0,
  slow: 0,
  flooders: 10,
  lastsMs: 5_000,
  afterMs: 60_000,
};
const plan = isFull ? full : tried === 'floods' ? floods : short;
const MiB = 1024 * 1024;
const goals = isFull
  ? { worstMs: 250, p99: 3, memory: 128 * MiB }
  : { worstMs: Infinity, p99: Infinity, memory: 1024 * MiB };

const isMet = ({ quiet, hostile, memory, drops, wrong }: Figures): boolean =>
  hostile.worstMs < goals.worstMs &&
  hostile.p99Ms < goals.p99 * quiet.p99Ms &&
  memory < goals.memory &&
  drops === 0 &&
  wrong.length === 0;

const heads = [
  'quiet p99',
  'p50 ms',
  'p99 ms',
  'worst ms',
  '+MiB',
  'left MiB',
  'drops',
  'trips',
  'sent MiB',
  'connections',
];
const all: Figures[] = [];

function report(): string {
  const rows = all.map((figures) => {
    const { door, quiet, hostile, memory, drops, spent } = figures;
    const times = [quiet.p99Ms, hostile.p50Ms, hostile.p99Ms, hostile.worstMs];
    const cells = [
      ...times.map((time) => time.toFixed(1)),
      (memory / MiB).toFixed(0),
      (figures.left / MiB).toFixed(0),
      String(drops),
      String(hostile.count),
      (spent.sent / MiB).toFixed(0),
      String(spent.made),
    ];
    return { what: door, cells, goal: { wanted: 'all', isMet: isMet(figures) } };
  });
  const wrong = all.flatMap((figures) => figures.wrong.map((what) => `${figures.door}: ${what}`));
  const wanted = 'goals: worst < 250 ms, p99 < 3 times the quiet p99, < +128 MiB, no drops';
  return ['', table(heads, rows), ...wrong, wanted, ''].join('\n');
}

if (tried !== undefined) afterAll(() => void process.stdout.write(report()));

test.each(Object.keys(attacks).map((door) => [door]))(
  '%s',
  async (door) => {
    // A socket has two ends, and each process one of them.
    if (!descriptorsAllow(plan.halfOpen + plan.slow + 1_000)) throw new Error('raise ulimit -n');
    const figures = await attacked(door, plan);
    all.push(figures);
    const { wrong, drops, memory, hostile, quiet } = figures;
    expect({ wrong, drops }).toEqual({ wrong: [], drops: 0 });
    expect(memory).toBeLessThan(goals.memory);
    expect(hostile.worstMs).toBeLessThan(goals.worstMs);
    expect(hostile.p99Ms).toBeLessThan(goals.p99 * quiet.p99Ms);
  },
  tried === undefined ? 120_000 : 400_000,
);

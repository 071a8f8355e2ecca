// Measures everything and writes the table: `bun bench/run.ts [--only NAME] [--quick]` (README.md).

import { mkdirSync, writeFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { archiveFigure } from './figures/archive';
import { channelsFigure, latencyFigure } from './figures/channels';
import { deliveriesFigure } from './figures/deliveries';
import { historyFigure } from './figures/history';
import { idleFigure } from './figures/idle';
import { operationsFigure } from './figures/operations';
import { peersFigure } from './figures/peers';
import { pendingFigure } from './figures/pending';
import { roomsFigure } from './figures/rooms';
import { startFigure } from './figures/start';
import { streamFigure } from './figures/stream';
import { tlsFigure } from './figures/tls';
import { machine, moveToLoadCore } from './support/cores';
import type { Bench, Figure, Row } from './support/figure';
import { LoadGenerator } from './support/load_generator';
import { table } from './support/table';

const figures: readonly Figure[] = [
  operationsFigure,
  deliveriesFigure,
  streamFigure,
  pendingFigure,
  historyFigure,
  archiveFigure,
  idleFigure,
  startFigure,
  channelsFigure,
  roomsFigure,
  peersFigure,
  latencyFigure,
  tlsFigure,
];

const root = resolve(import.meta.dir, '..');

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '5' },
    server: { type: 'string' },
  },
});

const written: string[] = [];
function print(text: string): void {
  written.push(text);
  process.stdout.write(`${text}\n`);
}

/** A quick run says whether all is right, and nothing about how fast. */
const withoutGoal = ({ what, cells }: Row): Row => ({ what, cells });

/** The executable that is measured: the one given, or one built from the sources as they are. */
function executable(): string {
  if (values.server !== undefined) return resolve(values.server);
  const built = Bun.spawnSync(['bash', 'scripts/build.sh'], { cwd: root, stderr: 'inherit' });
  if (built.exitCode !== 0) throw new Error('scripts/build.sh failed');
  return resolve(root, 'dist/chat');
}

function wantedFigures(): readonly Figure[] {
  const { only } = values;
  if (only === undefined) return figures;
  const unknown = only.filter((name) => !figures.some((figure) => figure.name === name));
  if (unknown.length > 0) {
    const names = figures.map(({ name }) => name).join(', ');
    process.stderr.write(`no figure ${unknown.join(', ')}; there are ${names}\n`);
    process.exit(64);
  }
  return figures.filter(({ name }) => only.includes(name));
}

/** Measures one figure and prints its table. How many things were lost or wrong. */
async function measure(figure: Figure, bench: Bench): Promise<number> {
  const { rows, checked, wrong } = await figure.measure(bench);
  print(`\n${figure.title}\n${table(figure.heads, values.quick ? rows.map(withoutGoal) : rows)}`);
  const count = wrong.length === 0 ? 'nothing' : wrong.length;
  print(`${checked.toLocaleString('en')} checked, ${count} lost or wrong`);
  for (const what of wrong) print(`  WRONG: ${what}`);
  return wrong.length;
}

/** Keeps what was printed as the results of this day. */
function writeResults(): void {
  const day = new Date().toISOString().slice(0, 10);
  const folder = resolve(root, 'bench/results');
  const path = resolve(folder, `${day}.md`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path, `# Figures of ${day}\n\n\`\`\`\n${written.join('\n')}\n\`\`\`\n`);
  process.stdout.write(`\nwritten to ${relative(process.cwd(), path)}\n`);
}

const wanted = wantedFigures();
const chat = executable();
moveToLoadCore();
const generator = new LoadGenerator();
const bench: Bench = {
  generator,
  chat,
  runs: values.quick ? { unmeasured: 0, pairs: 1 } : { unmeasured: 3, pairs: Number(values.pairs) },
  scaled: (count) => (values.quick ? Math.ceil(count / 50) : count),
};
print(machine());
let failures = 0;
for (const figure of wanted) failures += await measure(figure, bench);
await generator.stop();
// Parts, and runs that say nothing about speed, are no results.
if (wanted === figures && !values.quick) writeResults();
// Being slow is a figure; losing something is a failure.
process.exit(failures === 0 ? 0 : 1);

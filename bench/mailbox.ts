// Measures the mailbox door and the server's core: `bun bench/mailbox.ts [--only NAME] [--quick]` (README.md).

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { deliveriesFigure } from './figures/deliveries';
import { idleFigure } from './figures/idle';
import { operationsFigure } from './figures/operations';
import { pendingFigure } from './figures/pending';
import { startFigure } from './figures/start';
import { streamFigure } from './figures/stream';
import { machine } from './support/cores';
import type { Figure, Row } from './support/figure';
import { Generator } from './support/generator';
import { table } from './support/table';

const figures: readonly Figure[] = [
  operationsFigure,
  deliveriesFigure,
  streamFigure,
  pendingFigure,
  idleFigure,
  startFigure,
];

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    pairs: { type: 'string', default: '5' },
    server: { type: 'string' },
  },
});

/** A quick run says whether all is right, and nothing about how fast. */
const withoutGoal = ({ what, cells }: Row): Row => ({ what, cells });

const print = (text: string): void => void process.stdout.write(`${text}\n`);

/** The executable that is measured: the one built from the sources as they are, or the one given. */
function executable(): string {
  if (values.server !== undefined) return resolve(values.server);
  const root = resolve(import.meta.dir, '..');
  const built = Bun.spawnSync(['bash', 'scripts/build.sh'], { cwd: root, stderr: 'inherit' });
  if (built.exitCode !== 0) throw new Error('scripts/build.sh failed');
  return resolve(root, 'dist/chat');
}

const wanted = values.only ?? figures.map(({ name }) => name);
const unknown = wanted.filter((name) => !figures.some((figure) => figure.name === name));
if (unknown.length > 0) {
  const names = figures.map(({ name }) => name).join(', ');
  process.stderr.write(`no figure ${unknown.join(', ')}; there are ${names}\n`);
  process.exit(64);
}

const chat = executable();
const generator = new Generator();
const bench = {
  generator,
  chat,
  runs: values.quick ? { unmeasured: 0, pairs: 1 } : { unmeasured: 3, pairs: Number(values.pairs) },
  scaled: (count: number) => (values.quick ? Math.ceil(count / 50) : count),
};
print(machine());
let failures = 0;
for (const figure of figures.filter(({ name }) => wanted.includes(name))) {
  const { rows, checked, wrong } = await figure.measure(bench);
  print(`\n${figure.title}\n${table(figure.heads, values.quick ? rows.map(withoutGoal) : rows)}`);
  print(
    `${checked.toLocaleString('en')} checked, ${wrong.length === 0 ? 'nothing' : wrong.length} lost or wrong`,
  );
  for (const what of wrong) print(`  WRONG: ${what}`);
  failures += wrong.length;
}
await generator.stop();
// Slow is a figure; lost or wrong is a failure.
process.exit(failures === 0 ? 0 : 1);

// Twenty seconds: warns where the server's CPU has grown beside the plain reference's. It never fails.
//
// `bun bench/guard.ts` compares with the ratios of bench/results/guard.json; `--write` writes them anew.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import type { Job } from './load/jobs';
import { moveToLoadCore } from './support/cores';
import { LoadGenerator } from './support/load_generator';
import { pairs } from './support/pairs';
import { ours, plainMailbox } from './support/servers';

/** More than what one run and another differ by. */
const growthMost = 1.15;
/** Where a first look finds more, a second one decides: the machine may have been busy. */
const looks = 2;
const runs = { unmeasured: 2, pairs: 3 } as const;
const count = 4000;
const path = resolve(import.meta.dir, 'results/guard.json');

const names = (prefix: string): readonly string[] =>
  Array.from({ length: 64 }, (_, index) => `${prefix}${index}`);

const loads: Readonly<
  Record<string, Pick<Job & { do: 'operations' }, 'operation'> | 'deliveries'>
> = {
  CONNECTEDUSERS: { operation: 'CONNECTEDUSERS' },
  REGISTER: { operation: 'REGISTER' },
  SEND: { operation: 'SEND' },
  delivered: 'deliveries',
};

type Ratios = Record<string, number>;

const isWriting = process.argv.includes('--write');
const known = existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Ratios) : {};
const chat = resolve(import.meta.dir, '../dist/chat');
moveToLoadCore();
const generator = new LoadGenerator();
const [our, plain] = [await ours(chat), await plainMailbox()];
for (const { port } of [our, plain]) {
  await generator.must({ do: 'prepare', port, names: names('here'), here: true });
  await generator.must({ do: 'prepare', port, names: names('away'), here: false });
}

async function ratioOf(load: (typeof loads)[string]): Promise<number> {
  const shared = { inFlight: 64, count } as const;
  const ask = async ({ port, pid }: typeof our) =>
    generator.must(
      load === 'deliveries'
        ? { do: 'deliveries', ...shared, port, pid }
        : { do: 'operations', ...load, ...shared, port, pid },
    );
  const { cpuRatio } = await pairs(
    runs,
    async () => ask(our),
    async () => ask(plain),
  );
  return cpuRatio;
}

const found: Ratios = {};
for (const [name, load] of Object.entries(loads)) {
  const most = (known[name] ?? Infinity) * growthMost;
  let ratio = await ratioOf(load);
  for (let look = 1; look < looks && ratio > most; look++) {
    ratio = Math.min(ratio, await ratioOf(load));
  }
  found[name] = Number(ratio.toFixed(2));
  const line = `${name} costs ${found[name]} of the plain server's CPU; it was ${known[name]}`;
  process.stdout.write(`${ratio > most ? 'WARNING: ' : ''}${line}\n`);
}
await our.stop();
await plain.stop();
await generator.stop();
if (isWriting) writeFileSync(path, `${JSON.stringify(found, undefined, 2)}\n`);
process.exit(0);

// The load generator as the bench sees it: a process on its own core that does one job after the other.

import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';

import type { Job, Measured } from '../load/jobs';
import { cores, on } from './cores';
import { endWithUs } from './scratch';

/** No job takes this long unless something hangs. */
const jobMs = 120_000;

export class LoadGenerator {
  readonly #child: Bun.Subprocess<'pipe', 'pipe', 'inherit'>;
  readonly #lines: AsyncIterator<string>;

  constructor() {
    const main = resolve(import.meta.dir, '../load/main.ts');
    this.#child = Bun.spawn([...on(cores.load), process.execPath, main], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    endWithUs(this.#child);
    const input = Readable.from(this.#child.stdout);
    this.#lines = createInterface({ input })[Symbol.asyncIterator]();
  }

  async ask(job: Job): Promise<Measured> {
    void this.#child.stdin.write(`${JSON.stringify(job)}\n`);
    void this.#child.stdin.flush();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), jobMs);
    const line = await this.#lines.next();
    clearTimeout(timer);
    if (line.done === true) throw new Error(`the generator died doing ${JSON.stringify(job)}`);
    const measured = JSON.parse(line.value) as Measured;
    // JSON writes NaN as null.
    return {
      ...measured,
      p50Ms: measured.p50Ms ?? Number.NaN,
      p99Ms: measured.p99Ms ?? Number.NaN,
    };
  }

  /** Does a job that only prepares. Throws if anything went wrong. */
  async must(job: Job): Promise<Measured> {
    const measured = await this.ask(job);
    if (measured.wrong.length > 0) throw new Error(measured.wrong.join('\n'));
    return measured;
  }

  async stop(): Promise<void> {
    await this.#child.stdin.end();
    await this.#child.exited;
  }
}

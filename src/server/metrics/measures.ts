// What the server counts of its own work, in plain numbers: nothing is formatted or looked up until somebody asks.

import type { OperationName } from '../../protocol/commands';

/** The upper ends of a histogram's buckets, in seconds: from a fast disk to one that hangs. */
const boundsSeconds = [
  0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5,
] as const;

const msPerSecond = 1000;

/** Durations in buckets, as OpenMetrics has them: each bucket counts what is no longer than its end. */
export class Histogram {
  readonly #counts = new Float64Array(boundsSeconds.length + 1);
  sum = 0;
  count = 0;

  /** `ms`: a duration in milliseconds. */
  add(ms: number): void {
    const seconds = ms / msPerSecond;
    let bucket = 0;
    while (bucket < boundsSeconds.length && seconds > (boundsSeconds[bucket] ?? 0)) bucket++;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.sum += seconds;
    this.count++;
  }

  /** Each bucket's end with how many were no longer than that; the last one, `+Inf`, has all. */
  *buckets(): Generator<readonly [end: string, count: number], void> {
    let sum = 0;
    for (const [index, end] of boundsSeconds.entries()) {
      sum += this.#counts[index] ?? 0;
      yield [String(end), sum];
    }
    yield ['+Inf', this.count];
  }
}

interface Answered {
  readonly entry: { readonly command: { readonly do: OperationName } };
  readonly outcome: { readonly ok: boolean; readonly why?: string };
}

export class Measures {
  /** How many commands of each kind were done, and how many refused, by the refusal. */
  readonly commands = new Map<
    OperationName,
    { done: number; readonly refused: Map<string, number> }
  >();
  batches = 0;
  /** Of the batches that wrote something that lasts. */
  readonly commitSeconds = new Histogram();
  /** How late the event loop was where it should have been on time. */
  readonly loopLagSeconds = new Histogram();

  /** `commitMs`: undefined where nothing had to last. */
  batch(commands: readonly Answered[], commitMs: number | undefined): void {
    this.batches++;
    if (commitMs !== undefined) this.commitSeconds.add(commitMs);
    for (const { entry, outcome } of commands) this.#count(entry.command.do, outcome);
  }

  #count(name: OperationName, outcome: Answered['outcome']): void {
    let counts = this.commands.get(name);
    if (counts === undefined) this.commands.set(name, (counts = { done: 0, refused: new Map() }));
    if (outcome.ok) counts.done++;
    else {
      const { why = '' } = outcome;
      counts.refused.set(why, (counts.refused.get(why) ?? 0) + 1);
    }
  }
}

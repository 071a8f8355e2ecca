// Watches a running server: what it counts, and what is looked at when somebody asks.

import { statSync } from 'node:fs';

import { version } from '../../../package.json' with { type: 'json' };
import { limits } from '../../protocol/limits';
import type { Watched } from './door';
import { families, type Snapshot } from './families';
import { watchLoop } from './loop_lag';
import type { Measures } from './measures';

export interface WatchDeps {
  readonly measures: Measures;
  /** Dialects of all connections that are open. */
  dialects(): Iterable<string>;
  /** Private messages that wait for accounts: counted, which takes time. */
  countPending(): number;
  files(): Snapshot['files'];
  queuedCommands(): number;
  /** The database's path. */
  readonly database: string;
  proveCommit(done: (outcome: { readonly ok: boolean }) => void): void;
  /** Tells the operator of a long turn. */
  warn(line: string): void;
}

export class Watch implements Watched {
  readonly #deps: WatchDeps;
  readonly #stopLoop: () => void;
  readonly #startedAt = Math.floor(Date.now() / 1000);
  #pending = { at: -Infinity, count: 0 };
  #isStopping = false;

  constructor(deps: WatchDeps) {
    this.#deps = deps;
    this.#stopLoop = watchLoop(deps.measures, (ms) => deps.warn(`a turn took ${ms} ms`));
  }

  families(): ReturnType<typeof families> {
    const deps = this.#deps;
    const { measures, database } = deps;
    const connections = new Map<string, number>();
    for (const door of deps.dialects()) connections.set(door, (connections.get(door) ?? 0) + 1);
    const { rss: resident, heapUsed: heap } = process.memoryUsage();
    return families(measures, {
      connections,
      pending: this.#countPending(),
      files: deps.files(),
      database: { main: sizeOf(database), wal: sizeOf(`${database}-wal`) },
      queuedCommands: deps.queuedCommands(),
      memory: { resident, heap },
      startedAt: this.#startedAt,
      version,
      runtime: Bun.version,
    });
  }

  isReady(): Promise<boolean> {
    if (this.#isStopping) return Promise.resolve(false);
    return new Promise((resolve) => {
      const late = setTimeout(() => resolve(false), limits.metrics.readyMs);
      this.#deps.proveCommit(({ ok }) => {
        clearTimeout(late);
        resolve(ok && !this.#isStopping);
      });
    });
  }

  /** From now on it is not ready. */
  stopping(): void {
    this.#isStopping = true;
    this.#stopLoop();
  }

  /** One count serves all who ask within some time: it reads an index of all that waits. */
  #countPending(): number {
    const now = performance.now();
    if (now - this.#pending.at >= limits.metrics.countedMs) {
      this.#pending = { at: now, count: this.#deps.countPending() };
    }
    return this.#pending.count;
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

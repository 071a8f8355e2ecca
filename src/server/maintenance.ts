// Maintenance: what has expired goes, and its space is given back, in slices so small that nobody waits for them.

import type { Clock } from '../net/clock';
import type { Command, Outcome } from '../protocol/commands';
import { limits } from '../protocol/limits';
import { countOlderFiles } from './hub/state/attachments';
import type { Store } from './hub/store';

type Slice = 'file-expire' | 'outcomes-expire' | 'history-expire' | 'history-index' | 'reclaim';

/** A kind of slices, without its size. */
type Work = { [K in Slice]: Omit<Command<K>, 'most'> }[Slice];

interface MaintenanceDeps {
  readonly clock: Clock;
  /** How long an attachment waits, in ms. */
  readonly attachmentMs: number;
  /** `done` also gets how long it took, in ms. */
  submit(command: Command<Slice>, done: (outcome: Outcome<Slice>, ms: number) => void): void;
  /** Hub time, if time has proved the clock. */
  provedNow(): number | undefined;
  warn(line: string): void;
}

export class Maintenance {
  readonly #deps: MaintenanceDeps;
  readonly #countOlderFiles: (before: number) => number;
  #cancel = (): void => {};
  #cancelMemory = (): void => {};
  #cancelIndex = (): void => {};
  #hasWarned = false;
  /** Of those that have begun; Infinity after the last. */
  #round = 0;
  /** How much the next slice of each kind removes. */
  readonly #sizes = new Map<string, number>();

  constructor(db: Store, deps: MaintenanceDeps) {
    this.#deps = deps;
    this.#countOlderFiles = countOlderFiles(db);
    this.#begin();
    this.#reclaimMemory();
    this.#indexWords();
  }

  stop(): void {
    this.#round = Infinity;
    this.#cancel();
    this.#cancelMemory();
    this.#cancelIndex();
  }

  #begin(): void {
    const { clock, attachmentMs } = this.#deps;
    this.#round++;
    this.#cancel = clock.after(limits.server.maintenanceMs, () => this.#begin());
    const now = this.#deps.provedNow();
    if (now === undefined) return this.#warn();
    this.#hasWarned = false;
    this.#repeat({ do: 'file-expire', before: now - attachmentMs });
    this.#repeat({ do: 'outcomes-expire', before: now - limits.journal.outcomeMs });
    this.#repeat({ do: 'history-expire', at: now });
    this.#repeat({ do: 'reclaim', of: 'disk', keep: limits.server.freePages });
  }

  /** The index of words follows what is written down, a slice at a time. */
  #indexWords(): void {
    this.#slice({ do: 'history-index' }, (outcome, ms) => {
      if (this.#round === Infinity) return;
      const isDone = !outcome.ok || !outcome.value.more;
      // Who sends now is served first: the words of it are found one by one until then.
      const rest = Math.max(limits.server.maintenanceRestMs, ms * limits.history.indexRests);
      const pause = isDone ? limits.history.indexMs : rest;
      this.#cancelIndex = this.#deps.clock.after(pause, () => this.#indexWords());
    });
  }

  /** What does not last is given back soon, whatever time it is. */
  #reclaimMemory(): void {
    this.#slice({ do: 'reclaim', of: 'memory', keep: limits.server.freePages }, (outcome) => {
      if (this.#round === Infinity) return;
      const isDone = !outcome.ok || !outcome.value.more;
      const pause = isDone ? limits.server.memoryMs : limits.server.maintenanceRestMs;
      this.#cancelMemory = this.#deps.clock.after(pause, () => this.#reclaimMemory());
    });
  }

  /** As long as there is more to do, with pauses, until the next round. */
  #repeat(work: Work): void {
    const round = this.#round;
    this.#slice(work, (outcome) => {
      if (!outcome.ok || !outcome.value.more) return;
      this.#deps.clock.after(limits.server.maintenanceRestMs, () => {
        if (round === this.#round) this.#repeat(work);
      });
    });
  }

  /** One slice. What it took says how much the next one may remove: the hub itself knows no clock. */
  #slice(work: Work, done: (outcome: Outcome<Slice>, ms: number) => void): void {
    const kind = 'of' in work ? `${work.do} ${work.of}` : work.do;
    const size = this.#sizes.get(kind) ?? limits.server.sliceItemsFirst;
    this.#deps.submit({ ...work, most: size }, (outcome, ms) => {
      if (outcome.ok && outcome.value.more) this.#sizes.set(kind, nextSize(size, ms));
      done(outcome, ms);
    });
  }

  /** Nothing is deleted silently because of a clock that may be wrong. */
  #warn(): void {
    const { clock, attachmentMs } = this.#deps;
    const now = clock.now();
    const count = this.#countOlderFiles(now - attachmentMs);
    if (count === 0 || this.#hasWarned) return;
    this.#hasWarned = true;
    const what = count === 1 ? '1 attachment has' : `${count} attachments have`;
    const clockSays = `by the clock, which says ${new Date(now).toISOString()}`;
    this.#deps.warn(
      `${what} waited too long ${clockSays}: set it right within the hour, if it is not`,
    );
  }
}

/** At half of the time there is room for what takes longer than the last one; twice as much at most. */
function nextSize(size: number, ms: number): number {
  const fitting = Math.floor((size * limits.server.sliceMs) / 2 / ms);
  return Math.max(1, Math.min(fitting, 2 * size, limits.server.sliceItemsMost));
}

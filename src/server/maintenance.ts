// Maintenance: what has expired goes, and its space is given back, in slices so small that nobody waits for them.

import type { Clock } from '../net/clock';
import type { Command, Outcome } from '../protocol/commands';
import { limits } from '../protocol/limits';
import { countOlderFiles } from './hub/state/attachments';
import type { Store } from './hub/store';

type Slice = 'file-expire' | 'outcomes-expire' | 'reclaim';

interface MaintenanceDeps {
  readonly clock: Clock;
  /** How long an attachment waits, in ms. */
  readonly attachmentMs: number;
  submit(command: Command<Slice>, done: (outcome: Outcome<Slice>) => void): void;
  /** Hub time, if time has proved the clock. */
  provedNow(): number | undefined;
  warn(line: string): void;
}

export class Maintenance {
  readonly #deps: MaintenanceDeps;
  readonly #countOlderFiles: (before: number) => number;
  #cancel = (): void => {};
  #cancelMemory = (): void => {};
  #hasWarned = false;
  /** Of those that have begun; Infinity after the last. */
  #round = 0;

  constructor(db: Store, deps: MaintenanceDeps) {
    this.#deps = deps;
    this.#countOlderFiles = countOlderFiles(db);
    this.#begin();
    this.#reclaimMemory();
  }

  stop(): void {
    this.#round = Infinity;
    this.#cancel();
    this.#cancelMemory();
  }

  #begin(): void {
    const { clock, attachmentMs } = this.#deps;
    this.#round++;
    this.#cancel = clock.after(limits.server.maintenanceMs, () => this.#begin());
    const now = this.#deps.provedNow();
    if (now === undefined) return this.#warn();
    this.#hasWarned = false;
    const most = limits.server.maintenanceRows;
    const pages = limits.server.maintenancePages;
    this.#repeat({ do: 'file-expire', before: now - attachmentMs, most });
    this.#repeat({ do: 'outcomes-expire', before: now - limits.journal.outcomeMs, most });
    this.#repeat({ do: 'reclaim', of: 'disk', most: pages, keep: limits.server.freePages });
  }

  /** What does not last is given back soon, whatever time it is. */
  #reclaimMemory(): void {
    const { maintenancePages: most, freePages: keep } = limits.server;
    this.#deps.submit({ do: 'reclaim', of: 'memory', most, keep }, (outcome) => {
      if (this.#round === Infinity) return;
      const isDone = !outcome.ok || !outcome.value.more;
      const pause = isDone ? limits.server.memoryMs : limits.server.maintenanceRestMs;
      this.#cancelMemory = this.#deps.clock.after(pause, () => this.#reclaimMemory());
    });
  }

  /** As long as there is more to do, with pauses, until the next round. */
  #repeat(command: Command<Slice>): void {
    const round = this.#round;
    this.#deps.submit(command, (outcome) => {
      if (!outcome.ok || !outcome.value.more) return;
      this.#deps.clock.after(limits.server.maintenanceRestMs, () => {
        if (round === this.#round) this.#repeat(command);
      });
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

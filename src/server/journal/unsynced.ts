// Answers that wait for the disk: those of commands that are committed, and that a power cut might still undo.

import { limits } from '../../protocol/limits';
import type { Durability } from './durability';
import { type AppliedCommand, isApart } from './entry';

export interface UnsyncedDeps {
  readonly durability: Durability;
  monotonicNow(): number;
  /** Calls `then` after `ms`; the result cancels that. */
  after(ms: number, then: () => void): () => void;
  /** Answers commands, in order. */
  answer(commands: readonly AppliedCommand[]): void;
}

/** Commands that one sync covers, and those that saw what it covers. */
type Group = AppliedCommand[];

/**
 * Syncs run beside the event loop. Meanwhile other batches are applied and committed: what they wait for is a later
 * sync, so answers leave in the order of the log. Only what has nothing to do with the disk passes by, where nothing of
 * its own connection waits.
 */
export class Unsynced {
  readonly #deps: UnsyncedDeps;
  /** Those whose syncs are under way, the oldest first. */
  #groups: Group[] = [];
  /** What was committed since the last sync began. */
  #next: Group = [];
  #gatherMs = 0;
  #answeredAt = -Infinity;
  /** How many commands the next sync may have: those that the last one has answered come back at once. */
  #expected = 0;
  #cancelGathering: (() => void) | undefined;

  constructor(deps: UnsyncedDeps) {
    this.#deps = deps;
  }

  get size(): number {
    let size = this.#next.length;
    for (const group of this.#groups) size += group.length;
    return size;
  }

  /** Takes the commands of a batch, and returns those that may be answered at once. `needsSync`: it wrote what lasts. */
  take(commands: readonly AppliedCommand[], needsSync: boolean): readonly AppliedCommand[] {
    const last = this.#groups.at(-1);
    if (!needsSync && !last && this.#next.length === 0) return commands;
    // What has written nothing has seen only what was committed before it.
    const held = needsSync || this.#next.length > 0 ? this.#next : (last ?? this.#next);
    const free: AppliedCommand[] = [];
    for (const applied of commands) {
      const { lane } = applied.entry;
      if (lane && lane.unsynced === 0 && isApart(applied.entry)) {
        free.push(applied);
      } else {
        if (lane) lane.unsynced++;
        held.push(applied);
      }
    }
    this.#startSoon();
    return free;
  }

  /** Syncs now and answers all. */
  flush(): void {
    if (this.size === 0) return;
    this.#deps.durability.syncNow();
    this.#stopGathering();
    const all = [...this.#groups.splice(0), this.#next];
    this.#next = [];
    this.#answer(all.flat());
  }

  /**
   * Those who were just answered ask again, all at once: a sync that began without them would keep them waiting for two.
   * So it waits until as many have come, for at most a small part of what it takes.
   */
  #startSoon(): void {
    if (this.#groups.length >= limits.journal.syncsAtOnce || this.#next.length === 0) return;
    const left = this.#answeredAt + this.#gatherMs - this.#deps.monotonicNow();
    if (this.#next.length >= this.#expected || left <= 0) return this.#start();
    this.#cancelGathering ??= this.#deps.after(left, () => this.#start());
  }

  #stopGathering(): void {
    this.#cancelGathering?.();
    this.#cancelGathering = undefined;
  }

  #start(): void {
    this.#stopGathering();
    const group = this.#next;
    if (group.length === 0) return;
    this.#groups.push(group);
    this.#next = [];
    const began = this.#deps.monotonicNow();
    this.#deps.durability.sync(() => this.#synced(group, began));
  }

  /** It covers all that began before it, too. */
  #synced(group: Group, began: number): void {
    const covered = this.#groups.splice(0, this.#groups.indexOf(group) + 1).flat();
    // A later sync, or a flush, was faster.
    if (covered.length === 0) return;
    this.#answeredAt = this.#deps.monotonicNow();
    this.#gatherMs = (this.#answeredAt - began) / limits.journal.syncsPerGathering;
    this.#expected = covered.length + this.#next.length;
    this.#answer(covered);
    this.#startSoon();
  }

  #answer(commands: readonly AppliedCommand[]): void {
    for (const { entry } of commands) if (entry.lane) entry.lane.unsynced--;
    this.#deps.answer(commands);
  }
}

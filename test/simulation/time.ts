// Virtual time: a queue of steps that jumps to the next one, and takes those that are due together in random order.

import type { Clock, Wakeable } from '../../src/net/clock';
import type { Chance } from './chance';

interface Step {
  readonly due: number;
  /** Among steps that are due together. */
  readonly rank: number;
  readonly run: () => void;
  cancelled: boolean;
}

/** Whether `one` comes before `other`. */
const before = (one: Step, other: Step): boolean =>
  one.due < other.due || (one.due === other.due && one.rank < other.rank);

export class Time {
  readonly #chance: Chance;
  readonly #heap: Step[] = [];
  /** Milliseconds since 1970. */
  now = 1_700_000_000_000;

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  /** Runs a step after `ms`; what it returns cancels. */
  after(ms: number, run: () => void): () => void {
    const step = { due: this.now + ms, rank: this.#chance.number(), run, cancelled: false };
    this.#push(step);
    return () => {
      step.cancelled = true;
    };
  }

  /** Runs the next step, unless it is due later than `until`; whether there was one. */
  step(until = Infinity): boolean {
    for (;;) {
      const next = this.#heap[0];
      if (!next || next.due > until) return false;
      this.#pop();
      if (next.cancelled) continue;
      this.now = Math.max(this.now, next.due);
      next.run();
      return true;
    }
  }

  /** Lets a time pass, with all that is due in it. */
  pass(ms: number): void {
    const until = this.now + ms;
    while (this.step(until));
    this.now = Math.max(this.now, until);
  }

  #push(step: Step): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(step);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !before(step, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = step;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (!last || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (!one) break;
      const [child, step] = other && before(other, one) ? [left + 1, other] : [left, one];
      if (!before(step, last)) break;
      heap[at] = step;
      at = child;
    }
    heap[at] = last;
  }
}

/** The clock of one life of the server: what it has set is gone when that life ends. */
export class LifeClock implements Clock {
  readonly #time: Time;
  readonly #chance: Chance;
  readonly #alarms = new Map<Wakeable, () => void>();
  #over = false;

  constructor(time: Time, chance: Chance) {
    this.#time = time;
    this.#chance = chance;
  }

  now(): number {
    return this.#time.now;
  }

  monotonicNow(): number {
    return this.#time.now;
  }

  uptime(): number {
    return this.#time.now;
  }

  after(ms: number, then: () => void): () => void {
    return this.#time.after(ms, () => {
      if (!this.#over) then();
    });
  }

  wake(target: Wakeable, ms: number | undefined): void {
    this.#alarms.get(target)?.();
    this.#alarms.delete(target);
    if (ms === undefined) return;
    // Long waits end with the next sweep, as the real clock's do.
    const late = ms < 1000 ? 0 : this.#chance.below(500);
    const ring = (): void => {
      this.#alarms.delete(target);
      target.woke();
    };
    this.#alarms.set(target, this.after(ms + late, ring));
  }

  stop(): void {
    this.#over = true;
  }
}

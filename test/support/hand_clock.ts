// The clock of a server or a client, moved by the test: nothing is late, and no test waits for time.

import type { Clock, Wakeable } from '../../src/net/clock';

interface Due {
  readonly at: number;
  readonly run: () => void;
}

export class HandClock implements Clock {
  #now: number;
  /** How wrong the clock on the wall goes, in ms. */
  #wrong = 0;
  readonly #calls = new Set<Due>();
  readonly #alarms = new Map<Wakeable, Due>();

  constructor(now = Date.now()) {
    this.#now = now;
  }

  now(): number {
    return this.#now + this.#wrong;
  }

  /** Sets the clock on the wall `ms` ahead, or back, while no time passes. */
  jump(ms: number): void {
    this.#wrong += ms;
  }

  uptime(): number {
    return this.#now;
  }

  monotonicNow(): number {
    return this.#now;
  }

  after(ms: number, then: () => void): () => void {
    const call = { at: this.#now + ms, run: then };
    this.#calls.add(call);
    return () => void this.#calls.delete(call);
  }

  wake(target: Wakeable, ms: number | undefined): void {
    if (ms === undefined) this.#alarms.delete(target);
    else this.#alarms.set(target, { at: this.#now + ms, run: () => target.woke() });
  }

  /** How many are to be woken within `ms` from now. */
  timers(ms = Infinity): number {
    return [...this.#alarms.values()].filter(({ at }) => at <= this.#now + ms).length;
  }

  /** Lets time pass. What is due by then is called, in the order of time. */
  pass(ms: number): void {
    const end = this.#now + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }

  /** Takes out what is due first. */
  #next(end: number): Due | undefined {
    const all = [...this.#calls, ...this.#alarms.values()].filter(({ at }) => at <= end);
    const first = all.reduce<Due | undefined>(
      (least, due) => (least === undefined || due.at < least.at ? due : least),
      undefined,
    );
    if (first === undefined) return undefined;
    this.#calls.delete(first);
    for (const [target, due] of this.#alarms) if (due === first) this.#alarms.delete(target);
    return first;
  }
}

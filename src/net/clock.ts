// Time for both programs: exact timers for short waits, and one cheap sweep for many long ones.

import { uptime } from 'node:os';

import { limits } from '../protocol/limits';

/** Something that a clock wakes. */
export interface Wakeable {
  woke(): void;
}

/** Time as the program sees it. Tests move it by hand. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Milliseconds since any moment. They never go back, so they are good for measuring. */
  monotonicNow(): number;
  /** Milliseconds since the machine started, those included in which it slept. Good for long times only. */
  uptime(): number;
  /** Calls `then` once after `ms`. The result cancels that. */
  after(ms: number, then: () => void): () => void;
  /**
   * Wakes `target` once after `ms`, or up to half a second later. A target has one timer: a new one replaces the
   * old one, undefined cancels it.
   */
  wake(target: Wakeable, ms: number | undefined): void;
}

type Timer = ReturnType<typeof setTimeout>;

export class SystemClock implements Clock {
  /** Long waits, with the monotonic time at which each is due: ten thousand of them cost one timer. */
  readonly #due = new Map<Wakeable, number>();
  readonly #exact = new Map<Wakeable, Timer>();
  readonly #timers = new Set<Timer>();
  readonly #exactMs: number;
  #sweep: Timer | undefined;
  #isStopped = false;

  /** `exactMs`: shorter waits have a timer each. A program with few connections takes Infinity. */
  constructor(exactMs: number = 2 * limits.net.sweepMs) {
    this.#exactMs = exactMs;
  }

  now(): number {
    return Date.now();
  }

  monotonicNow(): number {
    return performance.now();
  }

  uptime(): number {
    return uptime() * 1000;
  }

  after(ms: number, then: () => void): () => void {
    if (this.#isStopped) return () => {};
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      then();
    }, ms);
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
  }

  wake(target: Wakeable, ms: number | undefined): void {
    if (this.#isStopped) return;
    if (this.#exact.size > 0) {
      clearTimeout(this.#exact.get(target));
      this.#exact.delete(target);
    }
    if (ms === undefined) {
      this.#due.delete(target);
    } else if (ms < this.#exactMs) {
      this.#due.delete(target);
      const timer = setTimeout(() => {
        this.#exact.delete(target);
        target.woke();
      }, ms);
      this.#exact.set(target, timer);
    } else {
      this.#due.set(target, performance.now() + ms);
      this.#sweep ??= setInterval(() => this.#wakeDue(), limits.net.sweepMs);
    }
  }

  #wakeDue(): void {
    const now = performance.now();
    for (const [target, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(target);
      target.woke();
    }
    if (this.#due.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
  }

  /** Wakes and calls nobody any more, so that the process can end. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#sweep);
    for (const timer of [...this.#exact.values(), ...this.#timers]) clearTimeout(timer);
  }
}

// The clock of the connections: exact alarms for short waits, one cheap sweep for the many long ones.

const sweepMs = 500;

/** Something that wants to be woken. */
export interface Sleeper {
  ring(): void;
}

/** Time as the server sees it; tests hold it in their hands. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls `then` after `ms`; what it returns cancels. */
  after(ms: number, then: () => void): () => void;
  /** Rings a sleeper after `ms`, or up to half a second later; undefined cancels. One alarm a sleeper. */
  wake(sleeper: Sleeper, ms: number | undefined): void;
}

export class SystemClock implements Clock {
  /** Ten thousand connections with a deadline each cost one timer. */
  readonly #due = new Map<Sleeper, number>();
  readonly #exact = new Map<Sleeper, ReturnType<typeof setTimeout>>();
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #sweep: ReturnType<typeof setInterval> | undefined;
  #isStopped = false;

  now(): number {
    return Date.now();
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

  wake(sleeper: Sleeper, ms: number | undefined): void {
    if (this.#isStopped) return;
    if (this.#exact.size > 0) {
      clearTimeout(this.#exact.get(sleeper));
      this.#exact.delete(sleeper);
    }
    if (ms === undefined) {
      this.#due.delete(sleeper);
    } else if (ms < 2 * sweepMs) {
      this.#due.delete(sleeper);
      const ring = (): void => {
        this.#exact.delete(sleeper);
        sleeper.ring();
      };
      this.#exact.set(sleeper, setTimeout(ring, ms));
    } else {
      this.#due.set(sleeper, performance.now() + ms);
      this.#sweep ??= setInterval(() => this.#ringAll(), sweepMs);
    }
  }

  #ringAll(): void {
    const now = performance.now();
    for (const [sleeper, due] of this.#due) {
      if (due > now) continue;
      this.#due.delete(sleeper);
      sleeper.ring();
    }
    if (this.#due.size === 0) {
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    }
  }

  /** Nobody is woken any more, and nothing is called: lets the process end. */
  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#sweep);
    for (const timer of [...this.#exact.values(), ...this.#timers]) clearTimeout(timer);
  }
}

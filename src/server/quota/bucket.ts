// A token bucket: so many at once, and so many a second in the long run.

/** How often something may happen. */
export interface Rate {
  /** In the long run. */
  readonly perSecond: number;
  /** At once, after a rest. */
  readonly burst: number;
}

const msPerSecond = 1000;

export class Bucket {
  #tokens: number;
  #at: number;

  /** `now`: in ms, from a clock that never goes back. */
  constructor({ burst }: Rate, now: number) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** How long until it holds the tokens, in ms; 0 where it does. What costs more than a full bucket needs a full one. */
  msUntil(cost: number, { perSecond, burst }: Rate, now: number): number {
    if (burst === Infinity) return 0;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * perSecond) / msPerSecond);
    this.#at = now;
    const missing = Math.min(cost, burst) - this.#tokens;
    return missing <= 0 ? 0 : Math.ceil((missing / perSecond) * msPerSecond);
  }

  /** What costs more than a full bucket leaves it in debt. */
  take(cost: number): void {
    this.#tokens -= cost;
  }
}

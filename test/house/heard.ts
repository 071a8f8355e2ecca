// What somebody heard, waited for by event; what comes in another order is kept.

const deadlineMs = 10_000;

export class Heard<T> {
  readonly #what: string;
  #kept: T[] = [];
  readonly #waiters = new Set<() => void>();

  constructor(what: string) {
    this.#what = what;
  }

  add(...heard: readonly T[]): void {
    this.#kept.push(...heard);
    for (const waiter of this.#waiters) waiter();
  }

  /** Takes the first that fits, now or when it comes; fails after a while with all that came instead. */
  async take(fits: (heard: T) => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      const at = this.#kept.findIndex(fits);
      if (at < 0) return;
      this.#kept.splice(at, 1);
      resolve();
    };
    const timer = setTimeout(() => {
      reject(
        new Error(`${this.#what}: ${JSON.stringify(this.#kept)}; waited for ${fits.toString()}`),
      );
    }, deadlineMs);
    this.#waiters.add(look);
    look();
    await promise.finally(() => {
      clearTimeout(timer);
      this.#waiters.delete(look);
    });
  }

  /** Everything that came and was not taken. */
  get rest(): readonly T[] {
    return this.#kept;
  }
}

// Waits for something to become true. It is looked at after every change, never after a guessed time.

/** How long a test waits for an event before it fails. It is long because a busy machine is slow. */
export const deadlineMs = 10_000;

export class Changes {
  readonly #looks = new Set<() => void>();

  /** Something changed: all who wait look again. */
  changed(): void {
    for (const look of this.#looks) look();
  }

  /** Resolves with the next change. Fails after the deadline with what `why` says then. */
  next(why: () => string): Promise<void> {
    let hasChanged = false;
    const look = (): void => void (hasChanged = true);
    this.#looks.add(look);
    return this.until(() => hasChanged, why).finally(() => this.#looks.delete(look));
  }

  /** Resolves once `met` holds. Fails after `ms` milliseconds with what `why` says then. */
  until(met: () => boolean, why: () => string, ms = deadlineMs): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = (): void => {
      try {
        if (met()) resolve();
      } catch (error) {
        reject(error);
      }
    };
    const timer = setTimeout(() => reject(new Error(`${why()} (within ${ms} ms)`)), ms);
    this.#looks.add(look);
    look();
    return promise.finally(() => {
      clearTimeout(timer);
      this.#looks.delete(look);
    });
  }
}

// What a test client received. A test takes what it waits for; what came in another order is kept.

import { Changes } from './changes';

export class Received<T> {
  readonly #what: string;
  #kept: T[] = [];
  readonly #changes = new Changes();

  /** `what` begins the message of a failed wait, as in `ann received`. */
  constructor(what: string) {
    this.#what = what;
  }

  add(...received: readonly T[]): void {
    this.#kept.push(...received);
    this.#changes.changed();
  }

  /** Takes the first that fits, now or when it comes. Fails after the deadline with all that came instead. */
  async take(fits: (received: T) => boolean): Promise<T> {
    const at = (): number => this.#kept.findIndex(fits);
    const taken: T[] = [];
    await this.#changes.until(
      () => {
        const found = at();
        if (found >= 0 && taken.length === 0) taken.push(...this.#kept.splice(found, 1));
        return taken.length > 0;
      },
      () => `${this.#what} ${JSON.stringify(this.#kept)}; waited for ${fits.toString()}`,
    );
    return taken[0] as T;
  }

  /** Everything that came and was not taken. */
  get rest(): readonly T[] {
    return this.#kept;
  }
}

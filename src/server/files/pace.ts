// How fast a file comes in: its sender keeps a least rate, in which the time does not count that the disk takes.

import { limits } from '../../protocol/limits';

export class Pace {
  readonly #now: () => number;
  #since: number;
  #bytes = 0;
  #pausedAt: number | undefined;

  /** `now`: in ms, from a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
    this.#since = now();
  }

  /** Bytes have come. False: too few in the time that is over. */
  came(bytes: number): boolean {
    this.#bytes += bytes;
    if (this.#pausedAt !== undefined || this.#now() - this.#since < limits.files.leastMs)
      return true;
    const isKept = this.#bytes >= limits.files.leastBytes;
    this.#since = this.#now();
    this.#bytes = 0;
    return isKept;
  }

  pause(): void {
    this.#pausedAt ??= this.#now();
  }

  resume(): void {
    if (this.#pausedAt !== undefined) this.#since += this.#now() - this.#pausedAt;
    this.#pausedAt = undefined;
  }
}

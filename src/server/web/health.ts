// Whether the server can still store anything: a commit proves it, one for all who ask at about the same time.

import type { Clock } from '../../net/clock';
import type { Outcome } from '../../protocol/commands';
import { limits } from '../../protocol/limits';

type Proof = Outcome<'prove-commit'>;

export class Health {
  readonly #clock: Clock;
  readonly #prove: () => Promise<Proof>;
  #askedAt = -Infinity;
  #proof: Promise<Proof> | undefined;

  constructor(clock: Clock, prove: () => Promise<Proof>) {
    this.#clock = clock;
    this.#prove = prove;
  }

  /** The last proof, or a new one if that is too old. */
  check(): Promise<Proof> {
    const now = this.#clock.monotonicNow();
    if (this.#proof === undefined || now - this.#askedAt >= limits.web.healthMs) {
      this.#askedAt = now;
      this.#proof = this.#prove();
    }
    return this.#proof;
  }
}

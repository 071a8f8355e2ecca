// The messages that a session was given and has not settled.

import type { Settle } from '../../protocol/dialect';

export class UnsettledMessages {
  readonly #settles = new Set<Settle>();

  /** Gives what the session settles a message with. Only the first call counts. */
  add(settle: Settle): Settle {
    this.#settles.add(settle);
    return (result) => {
      if (this.#settles.delete(settle)) settle(result);
    };
  }

  /** The connection is gone. */
  failAll(): void {
    const settles = [...this.#settles];
    this.#settles.clear();
    for (const settle of settles) settle('failed');
  }
}

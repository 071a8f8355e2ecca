// The bytes received that no session has taken, over all connections: above the total, who holds most is dropped.

import { limits } from '../../protocol/limits';

/** A connection that has sent what nobody has taken. */
export interface Holder {
  /** Its address, or network, where addresses are counted. */
  readonly network: string;
  /** Whether what it has sent is part of a message whose rest has not come. */
  readonly isUnfinished: boolean;
  drop(): void;
}

/**
 * Nobody can take the memory from others: where there is too much, it is the address with the most that loses its
 * connections, the oldest unfinished messages first. A message of good faith is whole long before it is the oldest.
 */
export class ReceivedBytes {
  /** In the order in which they began to hold something. */
  readonly #bytes = new Map<Holder, number>();
  #total = 0;
  #isShrinking = false;

  /** A connection holds so many bytes now. */
  set(holder: Holder, bytes: number): void {
    this.#total += bytes - (this.#bytes.get(holder) ?? 0);
    if (bytes === 0) this.#bytes.delete(holder);
    else this.#bytes.set(holder, bytes);
    if (this.#total > limits.net.inboxBytesInAll && !this.#isShrinking) this.#shrink();
  }

  /** Gives back a quarter, so that it need not look through all connections again soon. */
  #shrink(): void {
    this.#isShrinking = true;
    const goal = limits.net.inboxBytesInAll * (3 / 4);
    while (this.#total > goal && this.#bytes.size > 0) this.#dropOfGreediest(goal);
    this.#isShrinking = false;
  }

  #dropOfGreediest(goal: number): void {
    const totals = new Map<string, number>();
    for (const [{ network }, bytes] of this.#bytes)
      totals.set(network, (totals.get(network) ?? 0) + bytes);
    const [greediest, next] = [...totals].sort(([, one], [, other]) => other - one);
    let rest = greediest?.[1] ?? 0;
    const own = [...this.#bytes].filter(([{ network }]) => network === greediest?.[0]);
    const unfinished = own.filter(([{ isUnfinished }]) => isUnfinished);
    const whole = own.filter(([{ isUnfinished }]) => !isUnfinished);
    for (const [holder, bytes] of [...unfinished, ...whole]) {
      holder.drop();
      // Also where a connection that is dropped does not say so itself.
      this.set(holder, 0);
      rest -= bytes;
      if (this.#total <= goal || rest < (next?.[1] ?? 0)) return;
    }
  }
}

// Messages that a client was sent and has not confirmed yet: the oldest one tells whether the client is still there.

import type { Settle } from '../../dialect';
import { limits } from '../../limits';

interface Unconfirmed {
  /** Confirmations that are still to come: a long text was sent in several messages of one `Id`. */
  readonly left: number;
  /** When it was sent, in seconds of the host's time. */
  readonly since: number;
  readonly settle: Settle | undefined;
}

export class UnconfirmedMessages {
  /** By `Id`, oldest first. */
  readonly #messages = new Map<string, Unconfirmed>();
  #last = 0;

  /** The `Id` of the next message to this client. */
  nextId(): string {
    return `${++this.#last}`;
  }

  /** Whether the client is as far behind as any client may be. */
  get isFull(): boolean {
    return this.#messages.size >= limits.net.unansweredPerPeer;
  }

  /** A message was sent in `count` parts at `since`, in seconds. */
  add(id: string, count: number, since: number, settle?: Settle): void {
    this.#messages.set(id, { left: count, since, settle });
  }

  /** The client has answered; `isTaken`: it has the message. An `Id` that nothing waits for is passed over. */
  confirm(id: string, isTaken: boolean): void {
    const found = this.#messages.get(id);
    if (found === undefined) return;
    const { left, settle } = found;
    if (isTaken && left > 1) {
      this.#messages.set(id, { ...found, left: left - 1 });
      return;
    }
    this.#messages.delete(id);
    settle?.(isTaken ? 'delivered' : 'refused');
  }

  /** How long the client still has, in ms; undefined where it owes nothing, 0 where it is lost. `now` in seconds. */
  msLeft(now: number): number | undefined {
    const [oldest] = this.#messages.values();
    if (oldest === undefined) return undefined;
    // The host's time is in whole seconds, so a client gets one more: none is lost too early.
    return Math.max(0, limits.groups.confirmMs + (oldest.since + 1 - now) * 1000);
  }

  /** The connection is over. What was not confirmed is not delivered. */
  failAll(): void {
    for (const { settle } of this.#messages.values()) settle?.('failed');
    this.#messages.clear();
  }
}

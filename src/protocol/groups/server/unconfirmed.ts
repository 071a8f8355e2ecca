// Messages that a client was sent and has not confirmed yet: the oldest one tells whether it is still there.

import type { Settle } from '../../dialect';
import { limits } from '../../limits';

/** How long a client may take to confirm a message until it counts as lost, in seconds (the wire page). */
export const confirmSeconds = 20;

interface Waiting {
  /** Confirmations that are still to come: a long text was sent in several messages of one `Id`. */
  readonly left: number;
  /** When it was sent, in seconds of the host's time. */
  readonly since: number;
  readonly settle: Settle | undefined;
}

export class UnconfirmedMessages {
  /** By `Id`, oldest first. */
  readonly #waiting = new Map<string, Waiting>();
  #last = 0;

  /** The `Id` of the next message to this client. */
  nextId(): string {
    return `${++this.#last}`;
  }

  /** Whether the client is further behind than anybody may be. */
  get isFull(): boolean {
    return this.#waiting.size >= limits.net.unansweredPerPeer;
  }

  add(id: string, count: number, since: number, settle?: Settle): void {
    this.#waiting.set(id, { left: count, since, settle });
  }

  /** The client has answered; `isTaken`: it has the message. Whether anything was waiting for that. */
  confirm(id: string, isTaken: boolean): boolean {
    const found = this.#waiting.get(id);
    if (found === undefined) return false;
    const { left, settle } = found;
    if (isTaken && left > 1) {
      this.#waiting.set(id, { ...found, left: left - 1 });
      return true;
    }
    this.#waiting.delete(id);
    settle?.(isTaken ? 'delivered' : 'refused');
    return true;
  }

  /** How long the client still has, in ms; undefined where it owes nothing, 0 where it is lost. */
  msLeft(now: number): number | undefined {
    const [oldest] = this.#waiting.values();
    if (oldest === undefined) return undefined;
    // The host's time is in whole seconds: one more, so that nobody is lost before his time.
    return Math.max(0, oldest.since + confirmSeconds + 1 - now) * 1000;
  }

  /** The connection is over. What was not confirmed is not delivered. */
  failAll(): void {
    for (const { settle } of this.#waiting.values()) settle?.('failed');
    this.#waiting.clear();
  }
}

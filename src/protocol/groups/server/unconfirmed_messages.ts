// Messages that a client was sent and has not confirmed yet: the oldest one tells whether the client is still there.

import type { Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Name } from '../../model';

interface Unconfirmed {
  /** Confirmations that are still to come: a long text was sent in several messages of one `Id`. */
  readonly left: number;
  /** When it was sent, in seconds of the host's time. */
  readonly since: number;
  readonly settle: Settle | undefined;
  /** Who said it in a group; undefined for a private message, of which there is one at a time. */
  readonly sender: Name | undefined;
}

export class UnconfirmedMessages {
  /** By `Id`, oldest first. */
  readonly #messages = new Map<string, Unconfirmed>();
  /** How many of them each user has said in groups. */
  readonly #bySender = new Map<Name, number>();
  #last = 0;

  /** The `Id` of the next message to this client. */
  nextId(): string {
    return `${++this.#last}`;
  }

  /**
   * Whether one more message of a sender may be sent: as long as there is more room left than they have filled. So many
   * who flood share it, and none of them takes it all from the others.
   */
  hasRoomFor(sender: Name): boolean {
    const room = limits.net.unansweredPerPeer - this.#messages.size;
    return (this.#bySender.get(sender) ?? 0) < room;
  }

  /** A message was sent in `count` parts at `since`, in seconds. */
  add(id: string, count: number, since: number, of: { settle?: Settle; sender?: Name }): void {
    const { settle, sender } = of;
    this.#messages.set(id, { left: count, since, settle, sender });
    if (sender !== undefined) this.#count(sender, 1);
  }

  #count(sender: Name, change: 1 | -1): void {
    const count = (this.#bySender.get(sender) ?? 0) + change;
    if (count === 0) this.#bySender.delete(sender);
    else this.#bySender.set(sender, count);
  }

  /** The client has answered; `isTaken`: it has the message. An `Id` that nothing waits for is passed over. */
  confirm(id: string, isTaken: boolean): void {
    const found = this.#messages.get(id);
    if (found === undefined) return;
    const { left, settle, sender } = found;
    if (isTaken && left > 1) {
      this.#messages.set(id, { ...found, left: left - 1 });
      return;
    }
    this.#messages.delete(id);
    if (sender !== undefined) this.#count(sender, -1);
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
    this.#bySender.clear();
  }
}

// Tickets: addresses that nobody can guess, good for one file and a short while, so that a plain link can fetch it.

import { randomBytes } from 'node:crypto';

import type { Clock } from '../../net/clock';
import type { WaitingFile } from '../../protocol/commands';
import { limits } from '../../protocol/limits';

export class Tickets {
  readonly #clock: Clock;
  /** In the order in which they end. */
  readonly #open = new Map<string, { readonly file: WaitingFile; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(file: WaitingFile): string {
    this.#forget(limits.web.tickets - 1);
    const ticket = randomBytes(24).toString('base64url');
    this.#open.set(ticket, { file, until: this.#clock.now() + limits.web.ticketMs });
    return ticket;
  }

  /** The file that a ticket is good for; it is good for one use. */
  take(ticket: string): WaitingFile | undefined {
    this.#forget(limits.web.tickets);
    const found = this.#open.get(ticket);
    this.#open.delete(ticket);
    return found?.file;
  }

  /** What is good no more, and of more than `most` the oldest. */
  #forget(most: number): void {
    const now = this.#clock.now();
    for (const [ticket, { until }] of this.#open) {
      if (until > now && this.#open.size <= most) return;
      this.#open.delete(ticket);
    }
  }
}

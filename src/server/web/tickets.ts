// Tickets: addresses that nobody can guess, each good for one file and a short while, so that a plain link can fetch it.

import { randomBytes } from 'node:crypto';

import type { Clock } from '../../net/clock';
import { BoundedMap } from '../../protocol/bounded';
import type { WaitingFile } from '../../protocol/commands';
import { limits } from '../../protocol/limits';

/** Bytes of chance in a ticket. */
const ticketBytes = 24;

export class Tickets {
  readonly #clock: Clock;
  /** In the order in which they expire; of too many the first to expire is dropped. */
  readonly #open = new BoundedMap<string, { readonly file: WaitingFile; readonly until: number }>(
    limits.web.tickets,
  );

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  issue(file: WaitingFile): string {
    this.#dropExpired();
    const ticket = randomBytes(ticketBytes).toString('base64url');
    this.#open.set(ticket, { file, until: this.#clock.now() + limits.web.ticketMs });
    return ticket;
  }

  /** The file of a ticket, which is good for one use; undefined: there is no such ticket, or it has expired. */
  take(ticket: string): WaitingFile | undefined {
    this.#dropExpired();
    const found = this.#open.get(ticket);
    this.#open.delete(ticket);
    return found?.file;
  }

  #dropExpired(): void {
    const now = this.#clock.now();
    for (const [ticket, { until }] of this.#open) {
      if (until > now) return;
      this.#open.delete(ticket);
    }
  }
}

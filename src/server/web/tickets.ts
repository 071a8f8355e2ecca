// Tickets: addresses that nobody can guess, each good for one file and a short while after its last use, so that a plain
// link can fetch it.

import { randomBytes } from 'node:crypto';

import type { Clock } from '../../net/clock';
import type { WaitingFile } from '../../protocol/commands';
import { limits } from '../../protocol/limits';

/** Bytes of chance in a ticket. */
const ticketBytes = 24;

export interface Ticket {
  readonly account: string;
  readonly file: WaitingFile;
}

export class Tickets {
  readonly #clock: Clock;
  /** In the order in which they expire. */
  readonly #open = new Map<string, Ticket & { readonly until: number }>();
  /** The tickets of each account, the first to expire first. */
  readonly #byAccount = new Map<string, Set<string>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A new ticket for an account. Of too many the account's own first one is dropped, never another account's. */
  issue(account: string, file: WaitingFile): string {
    const ticket = randomBytes(ticketBytes).toString('base64url');
    this.renew(ticket, { account, file });
    return ticket;
  }

  /** What a ticket is for; undefined: there is no such ticket, or it has expired. */
  find(ticket: string): Ticket | undefined {
    this.#dropExpired();
    return this.#open.get(ticket);
  }

  /** A ticket that was found has been used: it is good for as long again. */
  renew(ticket: string, { account, file }: Ticket): void {
    this.drop(ticket);
    this.#dropExpired();
    const own = this.#byAccount.get(account) ?? new Set();
    this.#byAccount.set(account, own);
    if (own.size >= limits.web.ticketsPerAccount) this.#dropFirst(own);
    else if (this.#open.size >= limits.web.tickets) this.#dropFirst(this.#most());
    const until = this.#clock.monotonicNow() + limits.web.ticketMs;
    this.#open.set(ticket, { account, file, until });
    own.add(ticket);
  }

  /** The tickets of the account that has the most. */
  #most(): ReadonlySet<string> {
    let most: ReadonlySet<string> = new Set();
    for (const tickets of this.#byAccount.values()) if (tickets.size > most.size) most = tickets;
    return most;
  }

  #dropFirst(tickets: ReadonlySet<string>): void {
    for (const first of tickets) return this.drop(first);
  }

  /** It is good no more. */
  drop(ticket: string): void {
    const { account } = this.#open.get(ticket) ?? {};
    this.#open.delete(ticket);
    const own = account === undefined ? undefined : this.#byAccount.get(account);
    if (account === undefined || !own) return;
    own.delete(ticket);
    if (own.size === 0) this.#byAccount.delete(account);
  }

  #dropExpired(): void {
    const now = this.#clock.monotonicNow();
    for (const [ticket, { until }] of this.#open) {
      if (until > now) return;
      this.drop(ticket);
    }
  }
}

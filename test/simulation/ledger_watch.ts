// Watches the money while it moves: balances change by entries only, and their sum by `set` only.

import type { Store } from '../../src/server/hub/store';
import type { Payment } from './model';

interface Entry {
  readonly id: number;
  readonly payer: string | null;
  readonly amount: number;
  readonly before: number | null;
}

export class LedgerWatch {
  readonly #violated: (what: string) => never;
  #last = 0;
  #sum = 0;

  constructor(violated: (what: string) => never) {
    this.#violated = violated;
  }

  check(db: Store): void {
    const entries = db
      .query<Entry, [number]>(
        'SELECT id, payer, amount, before FROM ledger WHERE id > ? ORDER BY id',
      )
      .all(this.#last);
    for (const { id, payer, amount, before } of entries) {
      if (id !== this.#last + 1) this.#violated(`entries are missing before ${id}`);
      this.#last = id;
      if (payer === null) this.#sum += amount - (before ?? 0);
    }
    const row = db
      .query<{ sum: number; least: number; last: number }, []>(
        `SELECT total(balance) AS sum, ifnull(min(balance), 0) AS least,
           (SELECT ifnull(max(id), 0) FROM ledger) AS last FROM funds`,
      )
      .get();
    if (row?.sum !== this.#sum) {
      this.#violated(`balances add up to ${String(row?.sum)}, they were set to ${this.#sum}`);
    }
    if (row.least < 0) this.#violated(`a balance is ${row.least}`);
    if (row.last < this.#last) this.#violated(`the ledger has lost entries after ${row.last}`);
  }

  /** Every transfer that was confirmed is in the ledger, and none that was refused. */
  checkPayments(db: Store, payments: readonly Payment[]): void {
    const counts = new Map<string, { sent: number; perhaps: number; entered: number }>();
    const count = (from: string, to: string, amount: number) => {
      const key = `${from} to ${to}: ${amount}`;
      const found = counts.get(key) ?? { sent: 0, perhaps: 0, entered: 0 };
      counts.set(key, found);
      return found;
    };
    for (const { from, to, amount, state } of payments) {
      const found = count(from, to, amount);
      if (state === 'sent') found.sent++;
      else if (state !== 'refused') found.perhaps++;
    }
    const entries = db
      .query<{ payer_name: string; payee_name: string; amount: number }, []>(
        'SELECT payer_name, payee_name, amount FROM ledger WHERE payer IS NOT NULL',
      )
      .all();
    for (const { payer_name, payee_name, amount } of entries) {
      count(payer_name, payee_name, amount).entered++;
    }
    for (const [what, { sent, perhaps, entered }] of counts) {
      if (entered < sent || entered > sent + perhaps) {
        this.#violated(`${what}: ${sent} confirmed, ${perhaps} perhaps, ${entered} in the ledger`);
      }
    }
  }
}

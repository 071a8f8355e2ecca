// Watches the money while it moves: balances change by entries only, and their sum by `set` only.

import type { Store } from '../../src/server/hub/store';

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
}

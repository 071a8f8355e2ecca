// Reads the ledger from its first entry to its last and checks that it adds up to the balances.

import { limits } from '../../protocol/limits';
import type { Store } from './store';

/** One entry of the ledger: a balance was set, or money went from one to another. */
export interface LedgerEntry {
  readonly id: number;
  /** Seconds since 1970. */
  readonly at: number;
  readonly payer: string | null;
  readonly payer_name: string | null;
  readonly payee: string;
  readonly payee_name: string;
  readonly amount: number;
  /** The balance before it was set anew; null if there was none, and for a transfer. */
  readonly before: number | null;
}

export interface Funds {
  readonly owner: string;
  readonly name: string;
  readonly balance: number;
}

/** What the audit of a ledger found. `faults` is empty if it adds up. */
export interface Audit {
  readonly entries: number;
  readonly funds: readonly Funds[];
  /** All balances together, in dollars; more than a number holds exactly. */
  readonly sum: bigint;
  readonly faults: readonly string[];
}

/**
 * Goes over all entries in order, each given to `visit` first. Reads in one transaction, so that a server may go
 * on writing meanwhile. Needs no more of the hub than the two tables.
 */
export function auditLedger(db: Store, visit: (entry: LedgerEntry) => void = () => {}): Audit {
  return db.transaction(() => {
    const faults = new Faults();
    const balances = new Map<string, number>();
    let entries = 0;
    let last = 0;
    const rows = db.query<LedgerEntry, []>(
      'SELECT id, at, payer, payer_name, payee, payee_name, amount, before FROM ledger ORDER BY id',
    );
    for (const entry of rows.iterate()) {
      visit(entry);
      entries++;
      if (entry.id !== last + 1) faults.add(`entries are missing before ${entry.id}`);
      last = entry.id;
      apply(entry, balances, faults);
    }
    const given = db
      .query<{ seq: number }, []>("SELECT seq FROM sqlite_sequence WHERE name = 'ledger'")
      .get();
    if (given && given.seq !== last) faults.add(`entries are missing after ${last}`);
    const funds = db
      .query<Funds, []>('SELECT owner, name, balance FROM funds ORDER BY owner')
      .all();
    compare(funds, balances, faults);
    const sum = funds.reduce((total, { balance }) => total + BigInt(balance), 0n);
    return { entries, funds, sum, faults: faults.list };
  })();
}

function apply(entry: LedgerEntry, balances: Map<string, number>, faults: Faults): void {
  const { id, payer, payee, amount, before } = entry;
  const received = balances.get(payee);
  if (payer === null) {
    if ((received ?? null) !== before) {
      const said = before ?? 'nothing';
      const had = received ?? 'nothing';
      faults.add(`entry ${id} says that ${payee} had ${said}, the entries before say ${had}`);
    }
    balances.set(payee, amount);
    return;
  }
  const paid = balances.get(payer);
  if (paid === undefined || received === undefined) {
    faults.add(`entry ${id} moves money of somebody whose balance was never set`);
  }
  const rest = (paid ?? 0) - amount;
  if (rest < 0) faults.add(`entry ${id} leaves ${payer} with ${rest}`);
  const filled = (received ?? 0) + amount;
  if (!Number.isSafeInteger(filled)) faults.add(`entry ${id} leaves ${payee} with ${filled}`);
  balances.set(payer, rest);
  balances.set(payee, filled);
}

function compare(funds: readonly Funds[], balances: Map<string, number>, faults: Faults): void {
  for (const { owner, balance } of funds) {
    const added = balances.get(owner);
    if (added !== balance) {
      faults.add(
        `the balance of ${owner} is ${balance}, its entries add up to ${added ?? 'nothing'}`,
      );
    }
    balances.delete(owner);
  }
  for (const [owner, added] of balances) {
    faults.add(`${owner} has no balance, its entries add up to ${added}`);
  }
}

/** Faults in the order in which they were found, a bounded number of them. */
class Faults {
  readonly list: string[] = [];

  add(fault: string): void {
    if (this.list.length < limits.hub.ledgerFaults) this.list.push(fault);
  }
}

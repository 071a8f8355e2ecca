// Outcomes remembered by an account's idempotency key, so that a repeated command is applied once.

import { limits } from '../../protocol/limits';
import type { Result } from '../../protocol/model';
import type { Store } from '../hub/store';

/** A key means something for the account that chose it, and for nobody else. */
export interface AccountKey {
  readonly account: number;
  readonly key: string;
}

/** The outcomes of an account go with it (ON DELETE CASCADE). */
export class IdempotencyStore {
  readonly #sql;
  /** Hub time of the last pruning, in ms. */
  #prunedAt = 0;

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<{ outcome: string }, [number, string]>(
        'SELECT outcome FROM account_outcome WHERE account = ? AND idempotency_key = ?',
      ),
      add: db.prepare<never, [number, string, number, string]>(
        'INSERT INTO account_outcome (account, idempotency_key, at, outcome) VALUES (?, ?, ?, ?)',
      ),
      prune: db.prepare<never, [number]>('DELETE FROM account_outcome WHERE at < ?'),
    };
  }

  /**
   * The outcome of the command that the account had applied under this key, if that was within `limits.journal.outcomeMs`.
   * `at` is hub time in ms.
   */
  find({ account, key }: AccountKey, at: number): Result<unknown, string> | undefined {
    if (at - this.#prunedAt > limits.journal.outcomePruneMs) {
      this.#sql.prune.run(at - limits.journal.outcomeMs);
      this.#prunedAt = at;
    }
    const row = this.#sql.find.get(account, key);
    return row ? (JSON.parse(row.outcome) as Result<unknown, string>) : undefined;
  }

  add({ account, key }: AccountKey, at: number, outcome: Result<unknown, string>): void {
    this.#sql.add.run(account, key, at, JSON.stringify(outcome));
  }
}

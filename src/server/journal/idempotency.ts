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

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<{ outcome: string }, [number, string, number]>(
        'SELECT outcome FROM account_outcome WHERE account = ? AND idempotency_key = ? AND at >= ?',
      ),
      // One that is too old to be found may still be there. Each gets the number after the account's last one.
      add: db.prepare<{ number: number }, [number, string, number, string]>(
        `INSERT OR REPLACE INTO account_outcome (account, idempotency_key, at, outcome, number)
         VALUES (?1, ?2, ?3, ?4, 1 + coalesce(
           (SELECT number FROM account_outcome WHERE account = ?1 ORDER BY number DESC LIMIT 1), 0))
         RETURNING number`,
      ),
      forget: db.prepare<never, [number, number]>(
        'DELETE FROM account_outcome WHERE account = ? AND number <= ?',
      ),
    };
  }

  /**
   * The outcome of the command that the account had applied under this key, if that was within `limits.journal.outcomeMs`.
   * `provedAt` is hub time in ms; while that is not proved, none is too old.
   */
  find(
    { account, key }: AccountKey,
    provedAt: number | undefined,
  ): Result<unknown, string> | undefined {
    const oldest = provedAt === undefined ? 0 : provedAt - limits.journal.outcomeMs;
    const row = this.#sql.find.get(account, key, oldest);
    return row ? (JSON.parse(row.outcome) as Result<unknown, string>) : undefined;
  }

  /** Of more than `limits.journal.outcomesPerAccount`, the account's own first ones are forgotten. */
  add({ account, key }: AccountKey, at: number, outcome: Result<unknown, string>): void {
    const added = this.#sql.add.get(account, key, at, JSON.stringify(outcome));
    const last = (added?.number ?? 0) - limits.journal.outcomesPerAccount;
    if (last > 0) this.#sql.forget.run(account, last);
  }
}

// Outcomes remembered by the client's idempotency key, so that a repeated command is applied once.

import { limits } from '../../protocol/limits';
import type { Result } from '../../protocol/model';
import type { Store } from '../hub/store';

export class IdempotencyStore {
  readonly #sql;
  /** Hub time of the last pruning, in ms. */
  #prunedAt = 0;

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<{ outcome: string }, [string]>(
        'SELECT outcome FROM outcome WHERE idempotency_key = ?',
      ),
      add: db.prepare<never, [string, number, string]>(
        'INSERT INTO outcome (idempotency_key, at, outcome) VALUES (?, ?, ?)',
      ),
      prune: db.prepare<never, [number]>('DELETE FROM outcome WHERE at < ?'),
    };
  }

  /**
   * The outcome of the command that was applied under this key, if that was within `limits.journal.outcomeMs`.
   * `at` is hub time in ms.
   */
  find(idempotencyKey: string, at: number): Result<unknown, string> | undefined {
    if (at - this.#prunedAt > limits.journal.outcomePruneMs) {
      this.#sql.prune.run(at - limits.journal.outcomeMs);
      this.#prunedAt = at;
    }
    const row = this.#sql.find.get(idempotencyKey);
    return row ? (JSON.parse(row.outcome) as Result<unknown, string>) : undefined;
  }

  add(idempotencyKey: string, at: number, outcome: Result<unknown, string>): void {
    this.#sql.add.run(idempotencyKey, at, JSON.stringify(outcome));
  }
}

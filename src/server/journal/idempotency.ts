// Outcomes remembered by the client's own key, so that a repeated command is applied once.

import { limits } from '../../protocol/limits';
import type { Result } from '../../protocol/model';
import type { Store } from '../hub/store';

export class IdempotencyStore {
  readonly #find;
  readonly #keep;
  readonly #prune;
  #pruned = 0;

  constructor(db: Store) {
    this.#find = db.prepare<{ outcome: string }, [string]>(
      'SELECT outcome FROM outcome WHERE idempotency_key = ?',
    );
    this.#keep = db.prepare<never, [string, number, string]>(
      'INSERT INTO outcome (idempotency_key, at, outcome) VALUES (?, ?, ?)',
    );
    this.#prune = db.prepare<never, [number]>('DELETE FROM outcome WHERE at < ?');
  }

  /** What became of the command with this key, if it was applied within the last 24 h. `at` is hub time. */
  find(key: string, at: number): Result<unknown, string> | undefined {
    if (at - this.#pruned > limits.journal.outcomeMs / 24) {
      this.#prune.run(at - limits.journal.outcomeMs);
      this.#pruned = at;
    }
    const row = this.#find.get(key);
    return row ? (JSON.parse(row.outcome) as Result<unknown, string>) : undefined;
  }

  keep(key: string, at: number, outcome: Result<unknown, string>): void {
    this.#keep.run(key, at, JSON.stringify(outcome));
  }
}

// How long and how much is kept, as the server was told when it started, and whose history is switched off.

import type { Store } from '../store';

export interface HistoryState {
  /** Ms; 0: nothing is kept. */
  readonly kept_ms: number;
  readonly most_bytes: number;
  /** Entries up to this serial stand in the index of words, and are counted. */
  readonly indexed: number;
  /** Of the entries that are counted. */
  readonly bytes: number;
}

/** A copy of one row, void after every rollback. What is written through this class keeps it right. */
export class HistorySettings {
  readonly #sql;
  #state: HistoryState | undefined;

  constructor(db: Store) {
    this.#sql = {
      read: db.prepare<HistoryState, []>(
        'SELECT kept_ms, most_bytes, indexed, bytes FROM history_state',
      ),
      keep: db.prepare<never, [number, number]>(
        'UPDATE history_state SET kept_ms = ?, most_bytes = ?',
      ),
      progress: db.prepare<never, [number, number]>(
        'UPDATE history_state SET indexed = ?, bytes = max(0, bytes + ?)',
      ),
      isOff: db.prepare<{ one: 1 }, [number]>('SELECT 1 AS one FROM history_off WHERE account = ?'),
      off: db.prepare<never, [number]>('INSERT OR IGNORE INTO history_off (account) VALUES (?)'),
      on: db.prepare<never, [number]>('DELETE FROM history_off WHERE account = ?'),
    };
  }

  get state(): HistoryState {
    return (this.#state ??= this.#read());
  }

  #read(): HistoryState {
    const state = this.#sql.read.get();
    if (!state) throw new Error('the row of the history is gone');
    return state;
  }

  get isOn(): boolean {
    return this.state.kept_ms > 0;
  }

  keep(ms: number, bytes: number): void {
    this.#sql.keep.run(ms, bytes);
    this.#state = undefined;
  }

  /** The index has come to a serial, or not further; so many bytes more, or less, are counted. */
  progress(indexed: number, bytes: number): void {
    this.#sql.progress.run(indexed, Math.round(bytes));
    this.#state = undefined;
  }

  /** Whether an account wants nothing of its private conversations to be kept. */
  isOffFor(account: number): boolean {
    return this.#sql.isOff.get(account) !== null;
  }

  switchFor(account: number, isOff: boolean): void {
    if (isOff) this.#sql.off.run(account);
    else this.#sql.on.run(account);
  }

  /** Something was rolled back: what was read is void. */
  invalidate(): void {
    this.#state = undefined;
  }
}

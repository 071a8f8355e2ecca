// The statements of one SQLite transaction: begun when it is first needed, with a savepoint for each command.

import type { Store } from '../hub/store';

export class Transaction {
  readonly #db: Store;
  readonly #sql;
  /** For reading: nothing is locked before the first query, and many commands need none. */
  #begun: 'no' | 'reading' | 'writing' = 'no';

  constructor(db: Store) {
    this.#db = db;
    this.#sql = {
      beginReading: db.prepare('BEGIN'),
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      savepoint: db.prepare('SAVEPOINT command'),
      release: db.prepare('RELEASE command'),
      undo: db.prepare('ROLLBACK TO command'),
    };
  }

  /** Begins unless it has begun: outside a transaction every query takes and gives back the locks of the file. */
  begin(): void {
    if (this.#begun !== 'no') return;
    this.#sql.beginReading.run();
    this.#begun = 'reading';
  }

  /** Nobody else writes, so what was read before still holds. */
  #beginWriting(): void {
    if (this.#begun === 'writing') return;
    this.commit();
    this.#sql.begin.run();
    this.#begun = 'writing';
  }

  /** Where `undo` goes back to. */
  savepoint(): void {
    this.#beginWriting();
    this.#sql.savepoint.run();
  }

  /** Keeps what was done since the savepoint. */
  release(): void {
    this.#sql.release.run();
  }

  /** Undoes what was done since the savepoint. */
  undo(): void {
    this.#sql.undo.run();
    this.#sql.release.run();
  }

  /** Whether SQLite itself gave the transaction up, as it does on a full disk and the like. */
  get isLost(): boolean {
    return this.#begun !== 'no' && !this.#db.inTransaction;
  }

  commit(): void {
    if (this.#begun !== 'no') this.#sql.commit.run();
    this.#begun = 'no';
  }

  rollback(): void {
    if (this.#db.inTransaction) this.#sql.rollback.run();
    this.#begun = 'no';
  }
}

/** Whether SQLite could not write or read its files, which is no bug of the command's. */
export const isOfDisk = (error: unknown): boolean =>
  /^SQLITE_(?:FULL|IOERR)/.test((error as { code?: string }).code ?? '');

// The looks of all names that are taken, by accounts for good and by guests while they are here.

import type { Database } from 'bun:sqlite';

import type { Name, SessionId } from '../../../protocol/model';
import { looksOf } from '../looks';

/** Stores the looks of an account's name. */
export function prepareAccountLooks(db: Database): (account: number, name: string) => void {
  const add = db.prepare<never, [string, string, number, number]>(
    'INSERT INTO account_look (shape, look, account, shown) VALUES (?, ?, ?, ?)',
  );
  return (account, name) => {
    for (const { shape, look, isShown } of looksOf(name))
      add.run(shape, look, account, isShown ? 1 : 0);
  };
}

export class NameLooks {
  readonly #addOfAccount;
  readonly #sql;

  constructor(db: Database) {
    this.#addOfAccount = prepareAccountLooks(db);
    this.#sql = {
      addOfGuest: db.prepare<never, [string, SessionId, number]>(
        'INSERT INTO live.guest_look (look, session, shown) VALUES (?, ?, ?)',
      ),
      removeOfGuest: db.prepare<never, [string, SessionId]>(
        'DELETE FROM live.guest_look WHERE look = ? AND session = ?',
      ),
      removeOfAccount: db.prepare<never, [string, string, number]>(
        'DELETE FROM account_look WHERE shape = ? AND look = ? AND account = ?',
      ),
      isTaken: db.prepare<{ one: 1 }, [string, string, number]>(
        `SELECT 1 AS one FROM account_look WHERE shape = ?1 AND look = ?2 AND shown >= ?3
         UNION ALL SELECT 1 FROM live.guest_look WHERE look = ?2 AND shown >= ?3 LIMIT 1`,
      ),
    };
  }

  /** Whether a name that is taken could be taken for this one. */
  isTaken(name: Name): boolean {
    // What it is shown like must be no look of another; what it would be in another case, nothing that another is shown like.
    return looksOf(name).some(
      ({ shape, look, isShown }) => this.#sql.isTaken.get(shape, look, isShown ? 0 : 1) !== null,
    );
  }

  addAccount(account: number, name: Name): void {
    this.#addOfAccount(account, name);
  }

  removeAccount(account: number, name: Name): void {
    for (const { shape, look } of looksOf(name))
      this.#sql.removeOfAccount.run(shape, look, account);
  }

  /** The looks of an account's new name, instead of those of the old one. */
  renameAccount(account: number, from: Name, to: Name): void {
    this.removeAccount(account, from);
    this.addAccount(account, to);
  }

  removeGuest(session: SessionId, name: Name): void {
    for (const { look } of looksOf(name)) this.#sql.removeOfGuest.run(look, session);
  }

  addGuest(session: SessionId, name: Name): void {
    for (const { look, isShown } of looksOf(name))
      this.#sql.addOfGuest.run(look, session, isShown ? 1 : 0);
  }
}

// The looks of all names that are taken, by accounts for good and by guests while they are here.

import type { Database } from 'bun:sqlite';

import type { Name, SessionId } from '../../../protocol/model';
import { looksOf } from '../looks';

type Row = readonly [look: string, owner: string | number, shown: number];

/** Each look once, and whether the name is shown like it. */
function rowsOf(name: string, owner: string | number): Row[] {
  const { shown, variants } = looksOf(name);
  return [...new Set([...shown, ...variants])].map((look) => [
    look,
    owner,
    shown.includes(look) ? 1 : 0,
  ]);
}

/** Stores the looks of an account's name. They go with the account. */
export function prepareAccountLooks(db: Database): (account: number, name: string) => void {
  const add = db.prepare<never, [...Row]>(
    'INSERT INTO account_look (look, account, shown) VALUES (?, ?, ?)',
  );
  return (account, name) => {
    for (const row of rowsOf(name, account)) add.run(...row);
  };
}

export class NameLooks {
  readonly #addOfAccount;
  readonly #sql;

  constructor(db: Database) {
    this.#addOfAccount = prepareAccountLooks(db);
    this.#sql = {
      addOfGuest: db.prepare<never, [...Row]>(
        'INSERT INTO live.guest_look (look, session, shown) VALUES (?, ?, ?)',
      ),
      // The first two are how the name is shown, all four how it could be.
      isTaken: db.prepare<{ one: 1 }, string[]>(
        `SELECT 1 AS one FROM account_look
         WHERE look IN (?1, ?2, ?3, ?4) AND (shown = 1 OR look IN (?1, ?2))
         UNION ALL SELECT 1 FROM live.guest_look
         WHERE look IN (?1, ?2, ?3, ?4) AND (shown = 1 OR look IN (?1, ?2)) LIMIT 1`,
      ),
    };
  }

  /** Whether a name that is taken could be taken for this one. */
  isTaken(name: Name): boolean {
    const { shown, variants } = looksOf(name);
    return this.#sql.isTaken.get(...shown, ...variants) !== null;
  }

  addAccount(account: number, name: Name): void {
    this.#addOfAccount(account, name);
  }

  /** They go when the session goes. */
  addGuest(session: SessionId, name: Name): void {
    for (const row of rowsOf(name, session)) this.#sql.addOfGuest.run(...row);
  }
}

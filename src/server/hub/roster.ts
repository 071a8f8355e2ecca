// Everybody who is here, as every list shows it: read from the database once and kept until presence changes.

import type { Name, User } from '../../protocol/model';
import type { Store } from './store';

interface UserRow {
  readonly name: Name;
  readonly account: number | null;
  readonly dialect: string;
  readonly host: string;
  readonly port: number;
}

/**
 * A copy of what SQLite holds, never a source: whoever changes presence calls `changed`, and so does a
 * rollback, whatever it undid.
 */
export class Roster {
  readonly #read;
  #users: readonly User[] | undefined;

  constructor(db: Store) {
    this.#read = db.prepare<UserRow, []>(
      `SELECT account.name AS name, account, dialect, address.host AS host, port, at, opened AS number
         FROM address JOIN account ON account.id = address.account
       UNION ALL
       SELECT name, account, dialect, host, port, at, number FROM live.session
       ORDER BY at, number`,
    );
  }

  changed(): void {
    this.#users = undefined;
  }

  /** In the order in which they came; who has both an address and sessions stands once, where he came first. */
  everybody(): readonly User[] {
    return (this.#users ??= this.#load());
  }

  #load(): User[] {
    const accounts = new Set<number>();
    return this.#read.all().flatMap(({ name, account, dialect, host, port }): User[] => {
      if (account !== null) {
        if (accounts.has(account)) return [];
        accounts.add(account);
      }
      const kind = account === null ? 'guest' : 'account';
      return [{ name, kind, dialect, address: { host, port } }];
    });
  }
}

// Who is here: read from the database once and kept until presence changes.

import type { Name, User } from '../../../protocol/model';
import type { Store } from '../store';

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
export class PresenceCache {
  readonly #read;
  readonly #address;
  readonly #live;
  #users: readonly User[] | undefined;
  readonly #reachable = new Map<number, boolean>();

  constructor(db: Store) {
    this.#read = db.prepare<UserRow, []>(
      `SELECT account.name AS name, account, dialect, address.host AS host, port, at, opened AS number
         FROM address JOIN account ON account.id = address.account
       UNION ALL
       SELECT name, account, dialect, host, port, at, number FROM live.session
       ORDER BY at, number`,
    );
    this.#address = db.prepare<{ one: 1 }, [number]>(
      'SELECT 1 AS one FROM address WHERE account = ?',
    );
    this.#live = db.prepare<{ one: 1 }, [number]>(
      'SELECT 1 AS one FROM live.session WHERE account = ? AND deaf = 0 LIMIT 1',
    );
  }

  changed(): void {
    this.#users = undefined;
    if (this.#reachable.size > 0) this.#reachable.clear();
  }

  /** Whether an outlet for the account exists now. */
  reachable(account: number): boolean {
    const known = this.#reachable.get(account);
    if (known !== undefined) return known;
    const here = this.#address.get(account) !== null || this.#live.get(account) !== null;
    this.#reachable.set(account, here);
    return here;
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

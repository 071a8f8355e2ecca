// Who can be reached: read from the database once and kept until presence changes.

import type { Name, SessionId, User } from '../../../protocol/model';
import type { Store } from '../store';

interface UserRow {
  readonly name: Name;
  readonly account: number | null;
  readonly dialect: string;
  readonly host: string;
  readonly port: number;
  readonly serves_files: number;
}

/** A copy of what SQLite holds, never a source: every change of presence and every rollback makes it void. */
export class PresenceCache {
  readonly #sql;
  #users: readonly User[] | undefined;
  readonly #reachable = new Map<number, boolean>();
  /** How many sessions each account has. */
  readonly #sessions = new Map<number, number>();

  constructor(db: Store) {
    this.#sql = {
      users: db.prepare<UserRow, []>(
        `SELECT account.name AS name, account, dialect, address.host AS host, port, serves_files, at,
                opened AS number
           FROM address JOIN account ON account.id = address.account
         UNION ALL
         SELECT name, account, dialect, host, port, 0, at, number FROM live.session
         ORDER BY at, number`,
      ),
      isCallable: db.prepare<{ one: 1 }, [number]>(
        'SELECT 1 AS one FROM address WHERE account = ?',
      ),
      isConnected: db.prepare<{ one: 1 }, [number]>(
        'SELECT 1 AS one FROM live.session WHERE account = ? AND deaf = 0 LIMIT 1',
      ),
      sessions: db.prepare<{ count: number }, [number]>(
        'SELECT count(*) AS count FROM live.session WHERE account = ?',
      ),
      isAnyFrom: db.prepare<{ one: 1 }, [string, string]>(
        `SELECT 1 AS one FROM address WHERE host = ?
         UNION ALL SELECT 1 FROM live.session WHERE host = ? LIMIT 1`,
      ),
    };
  }

  invalidate(): void {
    this.#users = undefined;
    if (this.#reachable.size > 0) this.#reachable.clear();
    if (this.#sessions.size > 0) this.#sessions.clear();
  }

  /** Whether an outlet for the account exists now. */
  isReachable(account: number): boolean {
    const cached = this.#reachable.get(account);
    if (cached !== undefined) return cached;
    const { isCallable, isConnected } = this.#sql;
    const isReachable = isCallable.get(account) !== null || isConnected.get(account) !== null;
    this.#reachable.set(account, isReachable);
    return isReachable;
  }

  /** Whether an account has sessions besides one. */
  hasOthers(account: number, session: SessionId | undefined): boolean {
    let count = this.#sessions.get(account);
    if (count === undefined) {
      count = this.#sql.sessions.get(account)?.count ?? 0;
      this.#sessions.set(account, count);
    }
    return count > (session === undefined ? 0 : 1);
  }

  /** Whether any user is here from a host. */
  isAnyFrom(host: string): boolean {
    return this.#sql.isAnyFrom.get(host, host) !== null;
  }

  /** In the order in which they came. An account with an address and sessions stands once, at the earliest. */
  users(): readonly User[] {
    return (this.#users ??= this.#load());
  }

  #load(): User[] {
    const accounts = new Set<number>();
    return this.#sql.users.all().flatMap(({ name, account, serves_files, ...of }): User[] => {
      if (account !== null) {
        if (accounts.has(account)) return [];
        accounts.add(account);
      }
      const kind = account === null ? 'guest' : 'account';
      const { dialect, host, port } = of;
      const servesFiles = serves_files === 1 && ({ servesFiles: true } as const);
      return [{ name, kind, dialect, address: { host, port }, ...servesFiles }];
    });
  }
}

// Lists of who is here, for every door alike.

import { type Name, ok, refused, type SessionId, type User } from '../../protocol/model';
import { mayBeNamed, type People } from './people';
import type { Store } from './store';
import type { Handlers } from './turn';

interface UserRow {
  readonly name: Name;
  readonly account: number | null;
  readonly dialect: string;
  readonly host: string;
  readonly port: number;
}

export function lists(db: Store, people: People): Pick<Handlers, 'users' | 'name-free'> {
  // Who has both an address and sessions stands once, where he came first.
  const everybody = db.prepare<UserRow, []>(
    `SELECT account.name AS name, account, dialect, address.host AS host, port, at, opened AS number
       FROM address JOIN account ON account.id = address.account
     UNION ALL
     SELECT name, account, dialect, host, port, at, number FROM live.session
     ORDER BY at, number`,
  );
  const hereFrom = db.prepare<{ one: 1 }, [string, string]>(
    `SELECT 1 AS one FROM address WHERE host = ?
     UNION ALL SELECT 1 FROM live.session WHERE host = ? LIMIT 1`,
  );
  const registeredFrom = db.prepare<{ one: 1 }, [string]>(
    'SELECT 1 AS one FROM account WHERE host = ? LIMIT 1',
  );

  return {
    users(command) {
      const why = refusal(command.asker);
      if (why !== undefined) return refused(why);
      const users: User[] = [];
      const accounts = new Set<number>();
      for (const row of everybody.all()) {
        if (row.account !== null) {
          if (accounts.has(row.account)) continue;
          accounts.add(row.account);
        }
        users.push({
          name: row.name,
          kind: row.account === null ? 'guest' : 'account',
          dialect: row.dialect,
          address: { host: row.host, port: row.port },
        });
      }
      return ok({ users });
    },

    'name-free'(command) {
      return ok({ free: !people.taken(command.name) });
    },
  };

  function refusal(
    asker: { account: Name } | { session: SessionId } | { host: string },
  ): 'unknown-user' | 'not-connected' | undefined {
    if ('session' in asker) return people.session(asker.session) ? undefined : 'not-connected';
    if ('account' in asker) {
      const account = people.account(asker.account);
      if (account && mayBeNamed(account)) {
        return people.reachable(account.id) ? undefined : 'not-connected';
      }
      return !account && people.guest(asker.account) ? undefined : 'unknown-user';
    }
    if (hereFrom.get(asker.host, asker.host)) return undefined;
    return registeredFrom.get(asker.host) ? 'not-connected' : 'unknown-user';
  }
}

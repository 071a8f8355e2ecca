// Lists of who is here, for every door alike.

import { type Actor, ok, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import { mayAct, type People } from '../state/people';
import type { PresenceCache } from '../state/presence';
import type { Store } from '../store';

export function lists(
  db: Store,
  people: People,
  presence: PresenceCache,
): Pick<Handlers, 'users' | 'name-free'> {
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
      return ok({ users: presence.everybody() });
    },

    'name-free'(command) {
      return ok({ free: !people.taken(command.name) });
    },
  };

  function refusal(
    asker: Actor | { readonly host: string },
  ): 'unknown-user' | 'not-connected' | undefined {
    if ('session' in asker) return people.session(asker.session) ? undefined : 'not-connected';
    if ('account' in asker) {
      const account = people.account(asker.account);
      if (account && mayAct(account, asker.tokenHash)) {
        // A token says who asks, wherever he is.
        if (asker.tokenHash !== undefined) return undefined;
        return people.reachable(account.id) ? undefined : 'not-connected';
      }
      return !account && people.guest(asker.account) ? undefined : 'unknown-user';
    }
    if (hereFrom.get(asker.host, asker.host)) return undefined;
    return registeredFrom.get(asker.host) ? 'not-connected' : 'unknown-user';
  }
}

// Lists of users who are here, for every door alike.

import { type Actor, ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { mayActFor } from '../state/credentials';

type Refusal = 'unknown-user' | 'not-connected';

/** Why the asker gets no list: only users who are connected do, or who show a credential. */
function refusalFor(
  { accounts, credentials, presence, sessions }: HubState,
  asker: Actor | { readonly host: string },
): Refusal | undefined {
  if ('session' in asker) return sessions.find(asker.session) ? undefined : 'not-connected';
  if ('account' in asker) {
    const account = accounts.find(asker.account);
    if (account && mayActFor(credentials, account, asker.credential)) {
      // It says who asks, from wherever they ask.
      if (asker.credential !== undefined) return undefined;
      return presence.isReachable(account.id) ? undefined : 'not-connected';
    }
    return !account && sessions.guest(asker.account) ? undefined : 'unknown-user';
  }
  if (presence.isAnyFrom(asker.host)) return undefined;
  return accounts.isAnyFrom(asker.host) ? 'not-connected' : 'unknown-user';
}

const users: Define<'users'> = (hub) => (command) => {
  const why = refusalFor(hub, command.asker);
  return why === undefined ? ok({ users: hub.presence.users() }) : refused(why);
};

const nameFree: Define<'name-free'> =
  (hub) =>
  ({ name }) =>
    ok({ free: !hub.users.isTaken(name) });

export const listHandlers = (hub: HubState): Pick<Handlers, 'users' | 'name-free'> => ({
  users: users(hub),
  'name-free': nameFree(hub),
});

// Invite codes: made, listed, taken back. `register` uses them up.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';

const inviteMake: Define<'invite-make'> =
  ({ invites }) =>
  ({ hash, label, endsAt }, context) => {
    const at = context.seconds;
    invites.removeEnded(at);
    if (invites.count >= limits.hub.invites) return refused('too-many');
    context.isDurable = true;
    return ok({ id: invites.add({ hash, label, at, endsAt }) });
  };

const list: Define<'invites'> =
  ({ invites }) =>
  (_command, context) =>
    ok({ invites: invites.good(context.seconds) });

const inviteRevoke: Define<'invite-revoke'> =
  ({ invites }) =>
  ({ id }, context) => {
    if (!invites.remove(id)) return refused('unknown-invite');
    context.isDurable = true;
    return ok(undefined);
  };

export const inviteHandlers = (
  hub: HubState,
): Pick<Handlers, 'invite-make' | 'invites' | 'invite-revoke'> => ({
  'invite-make': inviteMake(hub),
  invites: list(hub),
  'invite-revoke': inviteRevoke(hub),
});

// Acts on people: kicking them, giving them other names and roles, and deleting their accounts.

import { limits } from '../../../protocol/limits';
import { type Name, ok, refused, type Result } from '../../../protocol/model';
import type { ModerationRefusal } from '../../../protocol/moderation';
import { accountRecipient, keyOf } from '../names';
import type { AccountRow } from '../state/accounts';
import { removeAccount } from './accounts';
import { type Act, type Acted, type Case, expel, expelNamed, isOneself } from './moderation_case';
import { isOutOfReach, levelOfRole, lineWithin, ownerLevel } from './moderators';

/** An account that may be acted on, or why not. */
export function accountFor(
  { hub, actor }: Case,
  name: Name,
): Result<AccountRow, ModerationRefusal> {
  const account = hub.accounts.find(name);
  if (!account) return refused('unknown-user');
  return isOutOfReach(actor, account) ? refused('not-allowed') : ok(account);
}

export function kick(of: Case, { who, reason: given }: Act<'kick'>): Acted {
  const { hub, actor } = of;
  const reason = lineWithin(given, limits.hub.reasonBytes);
  if (reason === undefined) return refused('too-long');
  const removed = { why: 'kicked', reason } as const;
  if ('session' in who) {
    const session = hub.sessions.find(who.session);
    if (!session) return refused('unknown-user');
    if (session.id === actor.session) return refused('oneself');
    const account = session.account === null ? undefined : hub.accounts.find(session.name);
    if (!isOneself(of, session.name) && isOutOfReach(actor, account)) return refused('not-allowed');
    expel(of, session, removed);
    return ok(1);
  }
  const { name } = who;
  if (isOneself(of, name)) return refused('oneself');
  const account = hub.accounts.find(name);
  if (!account && !hub.sessions.guest(name)) return refused('unknown-user');
  if (isOutOfReach(actor, account)) return refused('not-allowed');
  return ok(expelNamed(of, name, removed));
}

export function rename(of: Case, { account: from, name }: Act<'rename'>): Acted {
  const { hub, context, actor } = of;
  const found = hub.accounts.find(from);
  if (!found) return refused('unknown-user');
  if (!isOneself(of, from) && isOutOfReach(actor, found)) return refused('not-allowed');
  // In another case, it is the same name.
  if (keyOf(name) !== keyOf(found.name) && hub.users.isTaken(name)) return refused('name-taken');
  if (hub.sanctions.banOfNewName(name, context.seconds)) return refused('name-taken');
  context.isDurable = true;
  const count = expelNamed(of, found.name, { why: 'renamed', reason: '', name });
  const recipient = accountRecipient(found.id);
  hub.accounts.rename(found.id, name);
  hub.looks.renameAccount(found.id, found.name, name);
  hub.groups.rename(recipient, name);
  hub.rooms.rename(recipient, name);
  hub.rules.rename(recipient, found.name, name);
  hub.sanctions.rename(found.name, name);
  hub.blocks.rename(found.name, name);
  hub.presence.invalidate();
  return ok(count);
}

export function remove(of: Case, { account: name, reason: given }: Act<'delete'>): Acted {
  const { hub, context } = of;
  const reason = lineWithin(given, limits.hub.reasonBytes);
  if (reason === undefined) return refused('too-long');
  const account = accountFor(of, name);
  if (!account.ok) return account;
  const sessions = removeAccount(hub, context, account.value);
  for (const session of sessions) {
    context.emit({ is: 'expelled', session, removed: { why: 'deleted', reason } });
  }
  return ok(sessions.length);
}

export function giveRole(of: Case, { account: name, role }: Act<'role'>): Acted {
  const { hub, actor } = of;
  if (actor.level < ownerLevel || levelOfRole(role) > actor.level) return refused('not-allowed');
  if (isOneself(of, name)) return refused('oneself');
  const account = accountFor(of, name);
  if (!account.ok) return account;
  hub.accounts.setRole(account.value.id, role);
  return ok(0);
}

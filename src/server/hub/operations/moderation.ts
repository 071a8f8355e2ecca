// Acts on the whole server by somebody with a role: each is done, and written into the audit log.

import { limits } from '../../../protocol/limits';
import { ok, refused, type SessionId } from '../../../protocol/model';
import type { ModerationAct } from '../../../protocol/moderation';
import type { Define, Handler, Handlers, HubState } from '../handler';
import { accountRecipient } from '../names';
import { roomKey } from '../state/conversations';
import { credentialHandlers } from './credentials';
import { inviteHandlers } from './invites';
import { type Act, type Acted, type Case, expelNamed, isOneself } from './moderation_case';
import { actingModerator, adminLevel, audit, lineWithin } from './moderators';
import { accountFor, giveRole, kick, remove, rename } from './people_acts';
import { putOutAll, roomCase } from './room_acts';
import { actOnRoom } from './room_moderation';
import { ban, mute, unban, unmute } from './sanction_acts';

function roomClear(
  { hub, context, actor }: Case,
  { room, reason: given }: Act<'room-clear'>,
): Acted {
  const reason = lineWithin(given, limits.hub.reasonBytes);
  if (reason === undefined) return refused('too-long');
  const of = roomCase(hub, context, actor, room);
  if (!of) return refused('unknown-room');
  const members = of.isGroup ? hub.groups.recipients(room) : hub.membership.recipientsOf(room);
  const count = putOutAll(of, members, reason);
  // A group went with its last member.
  if (!of.isGroup && hub.rooms.remove(room)) {
    hub.rules.forgetRoom(room);
    hub.history.conversations.close(roomKey(room));
  }
  return ok(count);
}

function filesClear({ hub, context }: Case, { of }: Act<'files-clear'>): Acted {
  if ('serial' in of) {
    const hash = hub.attachments.remove(of.serial);
    if (hash === undefined) return refused('unknown-file');
    context.emit({ is: 'file-released', hash });
    return ok(1);
  }
  const account = hub.accounts.find(of.account);
  if (!account) return refused('unknown-user');
  const hashes = hub.attachments.removeOf(accountRecipient(account.id));
  for (const hash of hashes) context.emit({ is: 'file-released', hash });
  return ok(hashes.length);
}

function announce({ context }: Case, { text: given }: Act<'announce'>): Acted {
  const text = lineWithin(given, limits.hub.announcementBytes);
  if (text === undefined) return refused('too-long');
  context.notify('everybody', { is: 'announced', text, at: context.seconds });
  return ok(0);
}

/** What other operations do as well. */
interface Shared {
  readonly resetCredentials: Handler<'credentials-reset'>;
  readonly makeInvite: Handler<'invite-make'>;
  readonly revokeInvite: Handler<'invite-revoke'>;
}

function resetCredentials(of: Case, act: Act<'credentials-reset'>, { resetCredentials }: Shared) {
  const { account: name, hash } = act;
  if (isOneself(of, name)) return refused('oneself');
  const account = accountFor(of, name);
  if (!account.ok) return account;
  const count = expelNamed(of, name, { why: 'kicked', reason: 'credentials reset' });
  const reset = resetCredentials({ do: 'credentials-reset', account: name, hash }, of.context);
  return reset.ok ? ok(count) : refused('unknown-user');
}

function invite(of: Case, act: Act<'invite'>, { makeInvite }: Shared): Acted {
  const { hash, label: given, endsAt } = act;
  const label = lineWithin(given, limits.hub.reasonBytes);
  if (label === undefined) return refused('too-long');
  const made = makeInvite({ do: 'invite-make', hash, label, endsAt }, of.context);
  return made.ok ? ok(made.value.id) : refused('too-many');
}

function perform(of: Case, act: Exclude<ModerationAct, { do: 'room' }>, shared: Shared): Acted {
  switch (act.do) {
    case 'kick':
      return kick(of, act);
    case 'ban':
      return ban(of, act);
    case 'unban':
      return unban(of, act);
    case 'mute':
      return mute(of, act);
    case 'unmute':
      return unmute(of, act);
    case 'rename':
      return rename(of, act);
    case 'delete':
      return remove(of, act);
    case 'role':
      return giveRole(of, act);
    case 'room-clear':
      return roomClear(of, act);
    case 'files-clear':
      return filesClear(of, act);
    case 'announce':
      return announce(of, act);
    case 'credentials-reset':
      return resetCredentials(of, act, shared);
    case 'invite':
      return invite(of, act, shared);
    case 'invite-revoke': {
      const revoked = shared.revokeInvite(act, of.context);
      return revoked.ok ? ok(1) : refused('unknown-invite');
    }
  }
}

/** Whom or what an act is done to, as the audit log has it. */
function targetOf(act: ModerationAct): string {
  switch (act.do) {
    case 'kick':
      return 'name' in act.who ? act.who.name : act.who.session;
    case 'ban':
    case 'unban':
      return 'name' in act.whom ? act.whom.name : act.whom.network;
    case 'mute':
    case 'unmute':
      return act.name;
    case 'rename':
    case 'delete':
    case 'role':
    case 'credentials-reset':
      return act.account;
    case 'room':
    case 'room-clear':
      return act.room;
    case 'files-clear':
      return 'serial' in act.of ? String(act.of.serial) : act.of.account;
    case 'invite':
      return act.label;
    case 'invite-revoke':
      return String(act.id);
    case 'announce':
      return '';
  }
}

const moderate: Define<'moderate'> = (hub) => {
  const { 'credentials-reset': resetOf } = credentialHandlers(hub);
  const { 'invite-make': makeInvite, 'invite-revoke': revokeInvite } = inviteHandlers(hub);
  const shared: Shared = { resetCredentials: resetOf, makeInvite, revokeInvite };
  return ({ by, act }, context) => {
    const actor = actingModerator(hub, by);
    if (!actor || actor.level < adminLevel) return refused('not-allowed');
    if (act.do === 'room') {
      const acted = actOnRoom(hub, context, actor, act);
      return acted.ok ? ok({ count: 0 }) : acted;
    }
    // Read before the act, which may end it.
    const target = describedTarget(hub, act);
    const acted = perform({ hub, context, actor }, act, shared);
    if (!acted.ok) return acted;
    const { do: verb, ...rest } = act;
    // A hash says nothing to who reads the log, and is nobody's business.
    const shown = 'hash' in rest ? { ...rest, hash: undefined } : rest;
    audit(hub, context, actor, { act: verb, target, rest: shown });
    return ok({ count: acted.value });
  };
};

/** A session's id says nothing to who reads the log later: the name of its user stands there. */
function describedTarget(hub: HubState, act: ModerationAct): string {
  const session: SessionId | undefined =
    act.do === 'kick' && 'session' in act.who ? act.who.session : undefined;
  return (session && hub.sessions.find(session)?.name) ?? targetOf(act);
}

export const moderationHandlers = (hub: HubState): Pick<Handlers, 'moderate'> => ({
  moderate: moderate(hub),
});

// Groups, command by command: only the creator invites, anyone leaves without asking.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { memberOf } from '../state/sessions';
import { recipientOf } from '../state/users';
import { tellTopic } from './rooms';

const groupCreate: Define<'group-create'> =
  ({ groups }) =>
  ({ group }, context, session) => {
    if (groups.isTaken(group)) return refused('room-exists');
    const creator = groups.memberFor(session);
    if (!groups.quotas.mayCreate(creator.recipient)) return refused('too-many');
    groups.create(context, group, creator);
    return ok(undefined);
  };

const groupInvite: Define<'group-invite'> =
  ({ blocks, groups, rules, sanctions, users }) =>
  (command, context, session) => {
    if (sanctions.mutedUntil(session.name) > context.seconds) return refused('muted');
    const group = groups.find(command.group);
    const recipient = recipientOf(session);
    // A user who does not belong to a group is not told that there is one.
    if (!group || !groups.isMember(group.name, recipient)) return refused('unknown-room');
    if (group.creator !== recipient) return refused('not-creator');
    const to = users.recipientNamed(command.to);
    if (!to) return refused('unknown-user');
    if (groups.isMember(group.name, to.recipient)) return refused('already-member');
    if (rules.banOf(group.name, to.name, context.seconds)) return refused('banned');
    if (groups.countMembers(group.name) >= limits.hub.groupMembers) return refused('too-many');
    if (!groups.quotas.mayInvite(recipient, to.recipient, group.name)) return refused('too-many');
    // They are not told that they are blocked.
    if (blocks.isBlocked(to.recipient, session.name)) return ok(undefined);
    groups.invite(context, group.name, to.recipient, memberOf(session));
    return ok(undefined);
  };

const groupAccept: Define<'group-accept'> =
  ({ groups, rules }) =>
  ({ group }, context, session) => {
    if (!groups.find(group)) return refused('unknown-room');
    if (!groups.removeInvitation(context, group, recipientOf(session))) {
      return refused('not-invited');
    }
    if (rules.banOf(group, session.name, context.seconds)) return refused('banned');
    // Many may hold an invitation to the last place. The refusal undoes the removal, so theirs stay good.
    if (groups.countMembers(group) >= limits.hub.groupMembers) return refused('too-many');
    const member = groups.memberFor(session);
    if (!groups.quotas.mayJoin(member.recipient)) return refused('too-many');
    groups.addMember(context, group, member);
    tellTopic(rules, context, group, session.id);
    return ok(undefined);
  };

const groupDecline: Define<'group-decline'> =
  ({ groups }) =>
  ({ group }, context, session) => {
    if (!groups.find(group)) return refused('unknown-room');
    const wasInvited = groups.removeInvitation(context, group, recipientOf(session));
    return wasInvited ? ok(undefined) : refused('not-invited');
  };

const groupLeave: Define<'group-leave'> =
  ({ groups }) =>
  ({ group }, context, session) => {
    if (!groups.find(group)) return refused('unknown-room');
    const wasMember = groups.removeMember(context, group, groups.memberFor(session));
    return wasMember ? ok(undefined) : refused('not-member');
  };

const groupList: Define<'group-list'> =
  ({ groups }) =>
  (_command, _context, session) => {
    const recipient = recipientOf(session);
    return ok({
      groups: groups.groupsOf(recipient).map((name) => ({
        name,
        creates: groups.find(name)?.creator === recipient,
        members: groups.members(name),
      })),
    });
  };

export const groupHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  'group-create' | 'group-invite' | 'group-accept' | 'group-decline' | 'group-leave' | 'group-list'
> => ({
  'group-create': groupCreate(hub),
  'group-invite': groupInvite(hub),
  'group-accept': groupAccept(hub),
  'group-decline': groupDecline(hub),
  'group-leave': groupLeave(hub),
  'group-list': groupList(hub),
});

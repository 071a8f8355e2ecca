// Groups, command by command: only the creator invites, anyone leaves without asking.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import type { Groups } from '../state/groups';
import { memberOf, type People } from '../state/people';

type Part =
  'group-create' | 'group-invite' | 'group-accept' | 'group-decline' | 'group-leave' | 'group-list';

export function groups(people: People, closed: Groups): Pick<Handlers, Part> {
  return {
    'group-create'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const { group } = command;
      if (closed.taken(group)) return refused('room-exists');
      if (closed.count() >= limits.hub.groups) return refused('too-many');
      const who = memberOf(session);
      const recipient = people.recipientOf(session);
      closed.create(context, group, who, recipient, closed.sessionsOf(who, session.account));
      return ok(undefined);
    },

    'group-invite'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const group = closed.find(command.group);
      const recipient = people.recipientOf(session);
      // Who does not belong to a group is not told that there is one.
      if (!group || !closed.has(group.name, recipient)) return refused('unknown-room');
      if (group.creator !== recipient) return refused('not-creator');
      const to = people.recipientNamed(command.to);
      if (!to) return refused('unknown-user');
      if (closed.has(group.name, to.recipient)) return refused('already-member');
      if (closed.size(group.name) >= limits.hub.groupMembers) return refused('too-many');
      closed.invite(context, group.name, to.recipient, memberOf(session));
      return ok(undefined);
    },

    'group-accept'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      if (!closed.find(command.group)) return refused('unknown-room');
      const who = memberOf(session);
      const recipient = people.recipientOf(session);
      if (!closed.uninvite(context, command.group, recipient)) return refused('not-invited');
      const here = closed.sessionsOf(who, session.account);
      closed.admit(context, command.group, who, recipient, here);
      return ok(undefined);
    },

    'group-decline'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      if (!closed.find(command.group)) return refused('unknown-room');
      const was = closed.uninvite(context, command.group, people.recipientOf(session));
      return was ? ok(undefined) : refused('not-invited');
    },

    'group-leave'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      if (!closed.find(command.group)) return refused('unknown-room');
      const who = memberOf(session);
      const recipient = people.recipientOf(session);
      const here = closed.sessionsOf(who, session.account);
      const was = closed.expel(context, command.group, who, recipient, here);
      return was ? ok(undefined) : refused('not-member');
    },

    'group-list'(command) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const names = closed.roomsOf(people.recipientOf(session));
      return ok({
        groups: names.map((name) => ({
          name,
          creates: closed.find(name)?.creator === people.recipientOf(session),
          members: closed.members(name),
        })),
      });
    },
  };
}

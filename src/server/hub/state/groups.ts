// The tables of groups: who belongs to them, whether here or away, kept over restarts for accounts.

import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { CommandContext } from '../context';
import { lookOf } from '../looks';
import { accountOf } from '../names';
import type { Store } from '../store';
import { groupKey } from './conversations';
import { GroupQuotas } from './group_quotas';
import { type GroupRow, prepareGroupStatements } from './group_tables';
import type { History } from './history';
import type { Member, Membership } from './membership';
import type { RoomRules } from './room_rules';
import { memberOf, type SessionRow, type Sessions } from './sessions';
import { recipientOf } from './users';

/** One who belongs to groups, with the sessions that hear them now. */
export interface GroupMember {
  readonly recipient: RecipientId;
  /** The session that acts, or one of them. */
  readonly member: Member;
  readonly sessions: readonly Member[];
}

/** Guests do not outlive the server: neither do their memberships, nor groups to which only guests belonged. */
export function forgetGuestsGroups(db: Store): void {
  db.run(`DELETE FROM group_member WHERE recipient LIKE 'g%'`);
  db.run(`DELETE FROM group_invitation WHERE recipient LIKE 'g%'`);
  db.run(`UPDATE chat_group SET creator = NULL WHERE creator LIKE 'g%'`);
  db.run(`DELETE FROM chat_group WHERE name NOT IN (SELECT group_name FROM group_member)`);
  db.run(`UPDATE conversation SET is_gone = 1, key = 'x ' || id
    WHERE kind = 'group' AND is_gone = 0 AND name NOT IN (SELECT name FROM chat_group)`);
}

/**
 * Belonging to a group is a fact about a recipient (`group_member`, durable). Hearing it is a fact about the
 * recipient's sessions, which enter and leave `live.member` without a word to the others.
 */
export class Groups {
  readonly quotas: GroupQuotas;
  readonly #membership: Membership;
  readonly #rules: RoomRules;
  readonly #sessions: Sessions;
  readonly #history: History;
  readonly #sql;

  constructor(
    db: Store,
    membership: Membership,
    sessions: Sessions,
    { history, rules }: { readonly history: History; readonly rules: RoomRules },
  ) {
    this.quotas = new GroupQuotas(db);
    this.#membership = membership;
    this.#sessions = sessions;
    this.#history = history;
    this.#rules = rules;
    this.#sql = prepareGroupStatements(db);
  }

  find(name: RoomName): GroupRow | undefined {
    return this.#sql.find.get(name) ?? undefined;
  }

  /** Whether a room or a group has the name, or one that looks like it. */
  isTaken(name: RoomName): boolean {
    return this.#sql.isLookTaken.get(lookOf(name)) !== null;
  }

  members(group: RoomName): Name[] {
    return this.#sql.members.all(group).map(({ name }) => name);
  }

  countMembers(group: RoomName): number {
    return this.#sql.countMembers.get(group)?.members ?? 0;
  }

  isMember(group: RoomName, recipient: RecipientId): boolean {
    return this.#sql.isMember.get(group, recipient) !== null;
  }

  groupsOf(recipient: RecipientId): RoomName[] {
    return this.#sql.groupsOf.all(recipient).map(({ group_name: group }) => group);
  }

  /** The one who acts by a session. */
  memberFor(session: SessionRow): GroupMember {
    const member = memberOf(session);
    const { account } = session;
    const sessions = account === null ? [member] : this.#sessions.ofAccount(account);
    return { recipient: recipientOf(session), member, sessions };
  }

  create(context: CommandContext, group: RoomName, creator: GroupMember): void {
    context.isDurable = true;
    this.#sql.add.run(group, lookOf(group), creator.recipient, context.at);
    this.addMember(context, group, creator);
  }

  /** Adds a member; the others are told once, however many sessions the member has. */
  addMember(
    context: CommandContext,
    group: RoomName,
    { recipient, member, sessions }: GroupMember,
  ): void {
    context.isDurable = true;
    this.#sql.addMember.run({ group, recipient, name: member.name, at: context.at });
    const account = accountOf(recipient);
    if (account !== undefined) {
      this.#history.marks.begin(account, this.#history.group(group).id, context.position);
    }
    for (const one of sessions) {
      this.#membership.enter(context, group, one, { silent: one.session !== member.session });
    }
  }

  /** Removes a member and tells the others, unless `silent`; an empty group goes too, and without its creator no member invites. */
  removeMember(
    context: CommandContext,
    group: RoomName,
    { recipient, member, sessions }: GroupMember,
    silent = false,
  ): boolean {
    if (this.#sql.removeMember.get(group, recipient) === null) return false;
    context.isDurable = true;
    this.#sql.dropCreator.run(group, recipient);
    this.#sql.dropFounder.run(group, recipient);
    const account = accountOf(recipient);
    if (account !== undefined) this.#history.marks.end(account, this.#history.group(group).id);
    this.#rules.forgetMember(group, recipient);
    // A group of the same name that is made later inherits nothing.
    if (this.#sql.removeEmpty.get(group)) {
      this.#history.conversations.close(groupKey(group));
      this.#rules.forgetRoom(group);
    }
    for (const one of sessions) this.#membership.leave(context, group, one, true);
    if (!silent) this.#membership.notify(context, group, member, 'left');
    return true;
  }

  /** Somebody else leads the group. What the one before invited to is void: it would count for the new one. */
  handOver(context: CommandContext, group: RoomName, to: RecipientId): void {
    context.isDurable = true;
    this.#sql.setCreator.run(to, group);
    this.#sql.removeInvitationsTo.run(group);
  }

  /** Everybody who belongs to a group, whether here or away. */
  recipients(group: RoomName): { readonly recipient: RecipientId; readonly name: Name }[] {
    return this.#sql.recipients.all(group);
  }

  /** The name of a member. */
  nameOf(group: RoomName, recipient: RecipientId): Name | undefined {
    return this.#sql.nameOf.get(group, recipient)?.name;
  }

  rename(recipient: RecipientId, name: Name): void {
    this.#sql.rename.run(name, recipient);
  }

  invite(context: CommandContext, room: RoomName, recipient: RecipientId, by: Member): void {
    context.isDurable = true;
    const { name: byName, dialect: origin } = by;
    this.#sql.addInvitation.run({ group: room, recipient, byName, origin, at: context.at });
    context.notify({ recipient }, { is: 'invited', room, by: byName, origin });
  }

  /** Whether there was an invitation. */
  removeInvitation(context: CommandContext, group: RoomName, recipient: RecipientId): boolean {
    if (this.#sql.removeInvitation.get(group, recipient) === null) return false;
    context.isDurable = true;
    return true;
  }

  /** A session of an account came: it hears the account's groups. Delivery tells it of its invitations. */
  sessionEntered(context: CommandContext, member: Member, recipient: RecipientId): void {
    for (const group of this.groupsOf(recipient)) {
      this.#membership.enter(context, group, member, { silent: true });
    }
  }

  /** A session of an account went, without a word: the account still belongs to its groups. */
  sessionLeft(context: CommandContext, member: Member): void {
    for (const room of this.#membership.roomsOf(member.session)) {
      if (this.find(room)) this.#membership.leave(context, room, member, true);
    }
  }

  /** A recipient is gone for good. */
  recipientGone(context: CommandContext, gone: GroupMember): void {
    for (const group of this.groupsOf(gone.recipient)) this.removeMember(context, group, gone);
    this.#sql.removeInvitations.run(gone.recipient);
  }
}

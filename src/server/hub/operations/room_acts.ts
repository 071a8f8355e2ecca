// What each act on a room or group does, and who may do it there.

import { limits } from '../../../protocol/limits';
import {
  type Kicked,
  type Name,
  ok,
  type RecipientId,
  refused,
  type Result,
  type RoomName,
  type RoomStanding,
  type SessionId,
} from '../../../protocol/model';
import type { ModerationRefusal, RoomAct } from '../../../protocol/moderation';
import type { CommandContext } from '../context';
import type { HubState } from '../handler';
import { accountOf, accountRecipient, keyOf } from '../names';
import type { Member } from '../state/membership';
import { fitsMask } from '../state/room_rules';
import type { OpenRoom } from '../state/rooms';
import { type ActingModerator, adminLevel, isOutOfReach, lineWithin } from './moderators';

export type Acted = Result<void, ModerationRefusal>;

/** A room or group that is acted on, and by whom. */
export interface RoomCase {
  readonly hub: HubState;
  readonly context: CommandContext;
  readonly actor: ActingModerator;
  readonly room: RoomName;
  readonly isGroup: boolean;
  readonly creator: RecipientId | null;
}

const nobody = '' as SessionId;
const done = ok(undefined);

/** What who acts may do here: 0 nothing, 1 as an operator, 2 as the creator, 3 as an admin. */
const authority = { operator: 1, creator: 2, admin: 3 } as const;

export function authorityOf({ hub, actor, room, creator }: RoomCase): number {
  if (actor.level >= adminLevel) return authority.admin;
  if (actor.recipient === undefined) return 0;
  if (actor.recipient === creator) return authority.creator;
  const rank = hub.rules.rankOf(room, actor.recipient);
  return rank === 'operator' ? authority.operator : 0;
}

/** Whom a name stands for; who is not here and has no account is a name and nothing else. */
function recipientNamed({ hub }: RoomCase, name: Name) {
  return hub.users.recipientNamed(name);
}

/** Whether an act would touch somebody who leads the room, or has a role, and who acts has less to say. */
function isProtected(
  of: RoomCase,
  recipient: RecipientId | undefined,
  may = authorityOf(of),
): boolean {
  if (recipient === undefined || recipient === of.actor.recipient) return false;
  const number = accountOf(recipient);
  const account = number === undefined ? undefined : of.hub.accounts.byId(number);
  if (may === authority.admin) return isOutOfReach(of.actor, account);
  return recipient === of.creator || (account !== undefined && account.role !== 'member');
}

const byOf = ({ actor }: RoomCase): { readonly by?: Name } =>
  actor.name === undefined ? {} : { by: actor.name };

/** Tells all who are in the room, who acts included, and whom it concerns in words of their own. */
function tellStanding(
  of: RoomCase,
  change: Pick<RoomStanding, 'name' | 'change'> & { reason?: string; until?: number },
): void {
  const { hub, actor, room } = of;
  const { dialect: origin } = actor;
  const standing = { is: 'standing', room, reason: '', origin, ...byOf(of), ...change } as const;
  const to = hub.users.recipientNamed(change.name);
  tellBoth(of, standing, to ? hub.sessions.ofRecipient(to.recipient) : []);
}

function tellBoth(
  { context, room }: RoomCase,
  notice: Kicked | RoomStanding,
  concerned: readonly Member[],
  isQuiet = false,
): void {
  for (const { session } of concerned) context.notify({ session }, { ...notice, you: true });
  if (isQuiet) return;
  const others = new Set(concerned.map(({ session }) => session));
  context.notify({ room, except: nobody, others }, notice);
}

/** Puts several out. Where they are many, those who stay are not told of each. Gives how many that were. */
export function putOutAll(
  of: RoomCase,
  members: readonly { readonly recipient: RecipientId; readonly name: Name }[],
  reason: string,
): number {
  const isQuiet = members.length > limits.hub.putOutTold;
  let count = 0;
  for (const { recipient, name } of members) count += putOut(of, recipient, name, reason, isQuiet);
  return count;
}

/** Who is put out of an open room does not belong to it while they are away either, and reads no more of it. */
function endKeeping({ hub, room }: RoomCase, recipient: RecipientId): void {
  const account = accountOf(recipient);
  const known = account === undefined ? undefined : hub.history.roomIfKnown(room);
  if (account !== undefined && known) hub.history.marks.end(account, known.id);
}

/**
 * Puts one recipient out. Gives how many sessions, or members who are away, that were: 0 where they were not in. `isQuiet`:
 * the others are not told.
 */
function putOut(
  of: RoomCase,
  recipient: RecipientId,
  name: Name,
  reason: string,
  isQuiet = false,
): number {
  const { hub, context, room, actor } = of;
  const kicked: Kicked = {
    is: 'kicked',
    room,
    name,
    reason,
    origin: actor.dialect,
    ...byOf(of),
  };
  const sessions = hub.sessions.ofRecipient(recipient);
  if (of.isGroup) {
    const member = sessions[0] ?? { session: nobody, name, dialect: '' };
    if (!hub.groups.removeMember(context, room, { recipient, member, sessions }, true)) return 0;
    tellBoth(of, kicked, sessions, isQuiet);
    return 1;
  }
  endKeeping(of, recipient);
  const out = sessions.filter((member) => hub.membership.leave(context, room, member, true));
  if (out.length > 0) tellBoth(of, kicked, out, isQuiet);
  return out.length;
}

export const roomActs: {
  readonly [D in RoomAct['do']]: (of: RoomCase, act: Extract<RoomAct, { do: D }>) => Acted;
} = {
  kick(of, { name, reason: given }) {
    const reason = lineWithin(given, limits.hub.reasonBytes);
    if (reason === undefined) return refused('too-long');
    const to = recipientNamed(of, name);
    if (!to) return refused('unknown-user');
    if (isProtected(of, to.recipient)) return refused('not-allowed');
    return putOut(of, to.recipient, to.name, reason) > 0 ? done : refused('not-member');
  },
  ban(of, { mask, reason: given, until }) {
    const { hub, context, room, actor } = of;
    const reason = lineWithin(given, limits.hub.reasonBytes);
    if (reason === undefined) return refused('too-long');
    const key = keyOf(mask);
    if (actor.name !== undefined && fitsMask(key, keyOf(actor.name))) return refused('oneself');
    const fitting = hub.membership
      .recipientsOf(room)
      .concat(of.isGroup ? hub.groups.recipients(room) : [])
      .filter(({ name }) => fitsMask(key, keyOf(name)));
    const named = recipientNamed(of, mask);
    if (isProtected(of, named?.recipient)) return refused('not-allowed');
    const may = authorityOf(of);
    if (fitting.some(({ recipient }) => isProtected(of, recipient, may))) {
      return refused('not-allowed');
    }
    const known = of.isGroup ? undefined : hub.history.roomIfKnown(room);
    for (const { account, name } of known ? hub.history.marks.membersOf(known.id) : []) {
      if (fitsMask(key, keyOf(name))) endKeeping(of, accountRecipient(account));
    }
    const { seconds: at } = context;
    const rule = { shown: mask, reason, by_name: actor.name ?? '', at, until: until ?? null };
    if (hub.rules.put(room, 'ban', key, rule) === 'too-many') return refused('too-many');
    const ends = until === undefined ? {} : { until };
    tellStanding(of, { name: mask, change: 'banned', reason, ...ends });
    putOutAll(of, fitting, reason);
    return done;
  },
  unban(of, { mask }) {
    if (!of.hub.rules.remove(of.room, 'ban', keyOf(mask))) return refused('not-banned');
    tellStanding(of, { name: mask, change: 'unbanned' });
    return done;
  },
  mute(of, { name, reason: given, until }) {
    const { hub, context, room, actor } = of;
    const reason = lineWithin(given, limits.hub.reasonBytes);
    if (reason === undefined) return refused('too-long');
    const to = recipientNamed(of, name);
    if (to !== undefined && to.recipient === actor.recipient) return refused('oneself');
    if (isProtected(of, to?.recipient)) return refused('not-allowed');
    const shown = to?.name ?? name;
    const { seconds: at } = context;
    const rule = { shown, reason, by_name: actor.name ?? '', at, until: until ?? null };
    if (hub.rules.put(room, 'mute', keyOf(name), rule) === 'too-many') return refused('too-many');
    const ends = until === undefined ? {} : { until };
    tellStanding(of, { name: shown, change: 'muted', reason, ...ends });
    return done;
  },
  unmute(of, { name }) {
    if (!of.hub.rules.remove(of.room, 'mute', keyOf(name))) return refused('not-muted');
    tellStanding(of, { name, change: 'unmuted' });
    return done;
  },
  rank(of, { name, rank }) {
    const { hub, context, room, actor } = of;
    const to = memberNamed(of, name);
    if (!to) return refused('not-member');
    if (isProtected(of, to.recipient)) return refused('not-allowed');
    hub.rules.forgetMember(room, to.recipient);
    const { seconds: at } = context;
    const rule = { shown: to.name, reason: '', by_name: actor.name ?? '', at, until: null };
    if (rank !== 'none' && hub.rules.put(room, rank, to.recipient, rule) === 'too-many') {
      return refused('too-many');
    }
    tellStanding(of, { name: to.name, change: rank });
    return done;
  },
  topic(of, { topic: given }) {
    const { hub, context, room, actor } = of;
    const topic = lineWithin(given, limits.hub.topicBytes);
    if (topic === undefined) return refused('too-long');
    const { seconds: at } = context;
    hub.rules.setTopic(room, { topic, by_name: actor.name ?? '', at });
    const { dialect: origin } = actor;
    const told = { is: 'topic', room, topic, origin, at, ...byOf(of) } as const;
    context.notify({ room, except: nobody }, told);
    return done;
  },
  'hand-over'(of, { to: name }) {
    if (authorityOf(of) < authority.creator) return refused('not-allowed');
    const to = memberNamed(of, name);
    if (!to) return refused('not-member');
    if (to.recipient === of.creator) return refused('oneself');
    if (of.isGroup) of.hub.groups.handOver(of.context, of.room, to.recipient);
    // Nobody leads a room that is a protocol's own.
    else if (!of.hub.rooms.handOver(of.room, to.recipient, to.name)) return refused('not-allowed');
    of.hub.rules.forgetMember(of.room, to.recipient);
    tellStanding(of, { name: to.name, change: 'creator' });
    return done;
  },
};

function memberNamed(of: RoomCase, name: Name) {
  const { hub, room, isGroup } = of;
  const to = recipientNamed(of, name);
  if (!to) return undefined;
  const isIn = isGroup
    ? hub.groups.isMember(room, to.recipient)
    : hub.membership.recipientsOf(room).some(({ recipient }) => recipient === to.recipient);
  return isIn ? to : undefined;
}

/** The room or group of a name, as who acts sees it. */
export function roomCase(
  hub: HubState,
  context: CommandContext,
  actor: ActingModerator,
  room: RoomName,
): RoomCase | undefined {
  const open: OpenRoom | undefined = hub.rooms.find(room);
  const group = open ? undefined : hub.groups.find(room);
  if (!open && !group) return undefined;
  const creator = open ? open.creator : (group?.creator ?? null);
  return { hub, context, actor, room, isGroup: !open, creator };
}

// Acts on one room or group: by who leads it, and by admins; and what holds there.

import { type Name, ok, refused, type RoomName } from '../../../protocol/model';
import type { RoomAct } from '../../../protocol/moderation';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { recipientOf } from '../state/users';
import { type ActingModerator, actingModerator, audit } from './moderators';
import { type Acted, authorityOf, roomActs, type RoomCase, roomCase } from './room_acts';

const targetOf = (act: RoomAct): string => {
  if (act.do === 'topic') return '';
  if (act.do === 'hand-over') return act.to;
  return act.do === 'ban' || act.do === 'unban' ? act.mask : act.name;
};

/** Acts on a room and writes the entry of it. */
export function actOnRoom(
  hub: HubState,
  context: CommandContext,
  actor: ActingModerator,
  { room, act }: { readonly room: RoomName; readonly act: RoomAct },
): Acted {
  const of = roomCase(hub, context, actor, room);
  if (!of) return refused('unknown-room');
  if (authorityOf(of) === 0) {
    // A user who does not belong to a group is not told that there is one.
    const isKnown = !of.isGroup || (actor.recipient && hub.groups.isMember(room, actor.recipient));
    return refused(isKnown ? 'not-allowed' : 'unknown-room');
  }
  const perform = roomActs[act.do] as (of: RoomCase, act: RoomAct) => Acted;
  const acted = perform(of, act);
  if (!acted.ok) return acted;
  const { do: verb, ...rest } = act;
  audit(hub, context, actor, {
    act: `room ${verb}`,
    target: targetOf(act),
    rest: { room, ...rest },
  });
  return ok(undefined);
}

const roomModerate: Define<'room-moderate'> = (hub) => (command, context) => {
  const actor = actingModerator(hub, command);
  if (!actor) return refused('not-allowed');
  // Topics and reasons are read by many.
  const isMuted =
    actor.name !== undefined && hub.sanctions.mutedUntil(actor.name) > context.seconds;
  return isMuted ? refused('not-allowed') : actOnRoom(hub, context, actor, command);
};

const roomInfo: Define<'room-info'> =
  ({ groups, rooms, rules }) =>
  ({ room }, context, session) => {
    const open = rooms.find(room);
    const group = open ? undefined : groups.find(room);
    const recipient = recipientOf(session);
    if (!open && !(group && groups.isMember(room, recipient))) return refused('unknown-room');
    const creator = open
      ? open.creator_name
      : group?.creator
        ? (groups.nameOf(room, group.creator) ?? null)
        : null;
    const topic = rules.topic(room);
    const named = (kind: 'operator' | 'voice'): Name[] =>
      rules.list(room, kind, context.seconds).map(({ shown }) => shown);
    const ruled = (kind: 'ban' | 'mute') =>
      rules
        .list(room, kind, context.seconds)
        .map(({ shown: name, reason, by_name: by, at, until }) => ({
          name,
          reason,
          by,
          at,
          ...(until !== null && { until }),
        }));
    return ok({
      room,
      ...(creator !== null && { creator }),
      ...(topic && { topic: { text: topic.topic, by: topic.by_name, at: topic.at } }),
      operators: named('operator'),
      voices: named('voice'),
      bans: ruled('ban'),
      mutes: ruled('mute'),
    });
  };

export const roomModerationHandlers = (
  hub: HubState,
): Pick<Handlers, 'room-moderate' | 'room-info'> => ({
  'room-moderate': roomModerate(hub),
  'room-info': roomInfo(hub),
});

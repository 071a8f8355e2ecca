// Open rooms: created by any user, joined by any user, alive until the server stops or their place is needed.

import { limits } from '../../../protocol/limits';
import { ok, refused, type RoomName, type Said, type SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { lookOf } from '../looks';
import type { RoomRules } from '../state/room_rules';
import { memberOf, type SessionRow } from '../state/sessions';
import { authorOf, recipientOf } from '../state/users';
import type { Store } from '../store';

const prepareExists = (db: Store) =>
  db.prepare<{ one: 1 }, [string]>('SELECT 1 AS one FROM live.room WHERE name = ?');

function prepareCreation(db: Store) {
  return {
    insert: db.prepare<never, [string, string, string, string]>(
      `INSERT INTO live.room (name, look, creator, creator_name, founder, reserved)
       VALUES (?1, ?2, ?3, ?4, ?3, 0)`,
    ),
    reserve: db.prepare<never, [string, string]>(
      'INSERT INTO live.room (name, look, reserved) VALUES (?, ?, 1)',
    ),
    count: db.prepare<{ rooms: number }, []>(
      'SELECT count(*) AS rooms FROM live.room WHERE reserved = 0',
    ),
    countOf: db.prepare<{ rooms: number }, [string]>(
      'SELECT count(*) AS rooms FROM live.room WHERE founder = ?',
    ),
    removeOldestEmpty: db.prepare<{ name: RoomName }, []>(
      `DELETE FROM live.room WHERE number = (
         SELECT number FROM live.room WHERE reserved = 0
           AND NOT EXISTS (SELECT 1 FROM live.member WHERE room = live.room.name)
         ORDER BY number LIMIT 1)
       RETURNING name`,
    ),
  };
}

const roomCreate: Define<'room-create'> = ({ db, groups, reservedRooms, rules }) => {
  const sql = prepareCreation(db);
  for (const name of reservedRooms) sql.reserve.run(name, lookOf(name));
  return ({ room }, _context, session) => {
    if (groups.isTaken(room)) return refused('room-exists');
    const creator = recipientOf(session);
    const own = sql.countOf.get(creator)?.rooms ?? 0;
    if (own >= limits.hub.roomsPerCreator) return refused('too-many');
    const rooms = sql.count.get()?.rooms ?? 0;
    if (rooms >= limits.hub.rooms) {
      const removed = sql.removeOldestEmpty.get();
      if (!removed) return refused('too-many');
      rules.forgetRoom(removed.name);
    }
    sql.insert.run(room, lookOf(room), creator, session.name);
    return ok(undefined);
  };
};

const roomJoin: Define<'room-join'> = ({ db, membership, rules }) => {
  const exists = prepareExists(db);
  const openRoomsOf = db.prepare<{ room: RoomName }, [string]>(
    `SELECT room FROM live.member JOIN live.room ON live.room.name = live.member.room
     WHERE session = +?`,
  );
  return ({ room, only, mute = false }, context, session) => {
    if (!exists.get(room)) return refused('unknown-room');
    if (rules.banOf(room, session.name, context.seconds)) return refused('banned');
    const member = memberOf(session);
    const leaving = only === true ? openRoomsOf.all(session.id) : [{ room }];
    for (const { room: left } of leaving) membership.leave(context, left, member);
    membership.enter(context, room, member, { mute });
    tellTopic(rules, context, room, session.id);
    return ok(undefined);
  };
};

/** Who comes into a room is told its topic. */
export function tellTopic(
  rules: RoomRules,
  context: CommandContext,
  room: RoomName,
  session: SessionId,
): void {
  const set = rules.topic(room);
  if (!set) return;
  const { topic, at } = set;
  context.notify({ session }, { is: 'topic', room, topic, origin: '', at });
}

const roomLeave: Define<'room-leave'> = ({ db, membership }) => {
  const exists = prepareExists(db);
  return ({ room }, context, session) => {
    if (!exists.get(room)) return refused('not-member');
    const wasMember = membership.leave(context, room, memberOf(session));
    return wasMember ? ok(undefined) : refused('not-member');
  };
};

const rooms: Define<'rooms'> =
  ({ rooms: list }) =>
  () =>
    ok({ rooms: list.names() });

const roomsCounted: Define<'rooms-counted'> = ({ db, rooms: list, rules }) => {
  const counts = db.prepare<{ room: RoomName; members: number }, []>(
    'SELECT room, count(*) AS members FROM live.member GROUP BY room',
  );
  return () => {
    const members = new Map(counts.all().map((row) => [row.room, row.members]));
    const rows = list.names().map((room) => ({
      room,
      members: members.get(room) ?? 0,
      topic: rules.topic(room)?.topic ?? '',
    }));
    return ok({ rooms: rows });
  };
};

const roomMembers: Define<'room-members'> =
  ({ groups, membership, rooms: list }) =>
  ({ room }, _context, session) => {
    const isKnown = list.find(room) !== undefined || groups.isMember(room, recipientOf(session));
    return isKnown ? ok({ members: membership.membersOf(room) }) : refused('unknown-room');
  };

/** Writes down what is said in a group; of a room, the server does it a moment later. Whether it is kept at all. */
function keepSaid(
  { history }: HubState,
  context: CommandContext,
  {
    room,
    text,
    reply,
  }: { readonly room: RoomName; readonly text: string; readonly reply?: number | undefined },
  session: SessionRow,
  isGroup: boolean,
): boolean {
  const author = authorOf(session);
  if (!isGroup) return history.keepsRoom(room, author);
  const conversation = history.keptGroup(room, author)?.id;
  if (conversation === undefined) return false;
  context.isDurable = true;
  const { name, dialect: origin, account } = session;
  const { position: serial, at } = context;
  const answers = reply === undefined ? undefined : history.entries.find(reply);
  const answered = answers?.conversation === conversation && { reply: answers.serial };
  history.entries.add({ serial, conversation, author, name, at, text, origin, ...answered });
  // Who speaks has read what was said.
  if (account !== null) history.marks.advance(account, conversation, { got: serial, seen: serial });
  return true;
}

const say: Define<'say'> = (hub) => (command, context, session) => {
  const { text, raw, reference, reply } = command;
  if (text.length > limits.hub.textBytes) return refused('too-long');
  const { rooms, open, groups, mutedUntil, mutes } = hub.speakers.roomsOf(session);
  const room = command.room ?? open;
  if (room === undefined || !rooms.includes(room)) return refused('not-member');
  // Both are as good as never there.
  if (mutedUntil > 0 && mutedUntil > context.seconds) return refused('muted');
  if (mutes.size > 0 && (mutes.get(room) ?? 0) > context.seconds) return refused('muted');
  const isGroup = groups.has(room);
  const isKept =
    hub.history.isOn && keepSaid(hub, context, { room, text, reply }, session, isGroup);
  const { name: from, dialect: origin } = session;
  const plain: Said = { is: 'said', room, from, text, origin, at: context.seconds };
  const withSerial: Said = isKept ? { ...plain, serial: context.position } : plain;
  // Nearly nothing that is said has more.
  const hasMore = raw !== undefined || reference !== undefined || reply !== undefined;
  const said: Said = !hasMore
    ? withSerial
    : {
        ...withSerial,
        ...(raw && { raw }),
        ...(reference !== undefined && { reference }),
        ...(reply !== undefined && { reply }),
      };
  const to = { room, except: session.id };
  if (!isKept || isGroup) context.notify(to, said);
  else {
    const kept = { author: authorOf(session), at: context.at };
    context.emit({ is: 'notice', to, notice: said, kept });
  }
  return ok({ room, ...(isKept && { serial: context.position }) });
};

export const roomHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  'room-create' | 'room-join' | 'room-leave' | 'rooms' | 'rooms-counted' | 'room-members' | 'say'
> => ({
  'room-create': roomCreate(hub),
  'room-join': roomJoin(hub),
  'room-leave': roomLeave(hub),
  rooms: rooms(hub),
  'rooms-counted': roomsCounted(hub),
  'room-members': roomMembers(hub),
  say: say(hub),
});

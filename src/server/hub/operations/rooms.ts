// Open rooms: created by any user, joined by any user, alive until the server stops.

import { limits } from '../../../protocol/limits';
import { ok, refused, type RoomName, type Said } from '../../../protocol/model';
import type { Define, Handlers, HubState } from '../handler';
import { memberOf } from '../state/sessions';
import type { Store } from '../store';

const prepareExists = (db: Store) =>
  db.prepare<{ one: 1 }, [string]>('SELECT 1 AS one FROM live.room WHERE name = ?');

const roomCreate: Define<'room-create'> = ({ db, groups, reservedRooms }) => {
  const insert = db.prepare<never, [string, number]>(
    'INSERT INTO live.room (name, reserved) VALUES (?, ?)',
  );
  for (const name of reservedRooms) insert.run(name, 1);
  // No open room is ever removed, so the newest one's number is how many there are: no counting.
  const newest = db.prepare<{ rooms: number | null }, []>(
    'SELECT max(number) AS rooms FROM live.room',
  );
  return ({ room }) => {
    if (groups.isTaken(room)) return refused('room-exists');
    const rooms = (newest.get()?.rooms ?? 0) - reservedRooms.length;
    if (rooms >= limits.hub.rooms) return refused('too-many');
    insert.run(room, 0);
    return ok(undefined);
  };
};

const roomJoin: Define<'room-join'> = ({ db, membership }) => {
  const exists = prepareExists(db);
  const openRoomsOf = db.prepare<{ room: RoomName }, [string]>(
    `SELECT room FROM live.member JOIN live.room ON live.room.name = live.member.room
     WHERE session = ?`,
  );
  return ({ room, only, mute = false }, context, session) => {
    if (!exists.get(room)) return refused('unknown-room');
    const member = memberOf(session);
    const leaving = only === true ? openRoomsOf.all(session.id) : [{ room }];
    for (const { room: left } of leaving) membership.leave(context, left, member);
    membership.enter(context, room, member, { mute });
    return ok(undefined);
  };
};

const roomLeave: Define<'room-leave'> = ({ db, membership }) => {
  const exists = prepareExists(db);
  return ({ room }, context, session) => {
    if (!exists.get(room)) return refused('not-member');
    const wasMember = membership.leave(context, room, memberOf(session));
    return wasMember ? ok(undefined) : refused('not-member');
  };
};

const rooms: Define<'rooms'> = ({ db }) => {
  const list = db.prepare<{ name: RoomName }, []>(
    `SELECT name FROM live.room
     WHERE reserved = 0 OR EXISTS (SELECT 1 FROM live.member WHERE room = live.room.name)
     ORDER BY number`,
  );
  return () => ok({ rooms: list.all().map(({ name }) => name) });
};

const say: Define<'say'> =
  ({ speakers }) =>
  (command, context, session) => {
    const { text, raw, reference } = command;
    if (text.length > limits.hub.textBytes) return refused('too-long');
    const { rooms, open } = speakers.roomsOf(session.id);
    const room = command.room ?? open;
    if (room === undefined || !rooms.includes(room)) return refused('not-member');
    const said: Said = {
      is: 'said',
      room,
      from: session.name,
      text,
      origin: session.dialect,
      at: context.seconds,
      ...(raw && { raw }),
      ...(reference !== undefined && { reference }),
    };
    context.notify({ room, except: session.id }, said);
    return ok({ room });
  };

export const roomHandlers = (
  hub: HubState,
): Pick<Handlers, 'room-create' | 'room-join' | 'room-leave' | 'rooms' | 'say'> => ({
  'room-create': roomCreate(hub),
  'room-join': roomJoin(hub),
  'room-leave': roomLeave(hub),
  rooms: rooms(hub),
  say: say(hub),
});

// Open rooms: created by anybody, joined by anybody, alive until the server stops.

import { limits } from '../../../protocol/limits';
import { ok, refused, type RoomName, type Said } from '../../../protocol/model';
import type { Handlers } from '../context';
import type { Groups } from '../state/groups';
import type { Membership } from '../state/membership';
import { memberOf, type People } from '../state/people';
import type { Speakers } from '../state/speakers';
import type { Store } from '../store';

export function rooms(
  db: Store,
  people: People,
  membership: Membership,
  closed: Groups,
  speakers: Speakers,
  reserved: readonly string[],
): Pick<Handlers, 'room-create' | 'room-join' | 'room-leave' | 'rooms' | 'say'> {
  const insert = db.prepare<never, [string, number]>(
    'INSERT INTO live.room (name, reserved) VALUES (?, ?)',
  );
  for (const name of reserved) insert.run(name, 1);

  const exists = db.prepare<{ one: 1 }, [string]>('SELECT 1 AS one FROM live.room WHERE name = ?');
  // No open room is ever removed, so the newest one's number is how many there are: no counting.
  const newest = db.prepare<{ rooms: number | null }, []>(
    'SELECT max(number) AS rooms FROM live.room',
  );
  const list = db.prepare<{ name: RoomName }, []>(
    `SELECT name FROM live.room
     WHERE reserved = 0 OR EXISTS (SELECT 1 FROM live.member WHERE room = live.room.name)
     ORDER BY number`,
  );
  const openRoomsOf = db.prepare<{ room: RoomName }, [string]>(
    `SELECT room FROM live.member JOIN live.room ON live.room.name = live.member.room
     WHERE session = ?`,
  );

  return {
    'room-create'(command) {
      if (!people.session(command.session)) return refused('not-entered');
      if (closed.taken(command.room)) return refused('room-exists');
      if ((newest.get()?.rooms ?? 0) >= limits.hub.rooms + reserved.length)
        return refused('too-many');
      insert.run(command.room, 0);
      return ok(undefined);
    },

    'room-join'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      if (!exists.get(command.room)) return refused('unknown-room');
      const who = memberOf(session);
      const leaving =
        command.only === true ? openRoomsOf.all(session.id) : [{ room: command.room }];
      for (const { room } of leaving) membership.leave(context, room, who);
      membership.enter(context, command.room, who, { mute: command.mute ?? false });
      return ok(undefined);
    },

    'room-leave'(command, context) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const who = memberOf(session);
      if (!exists.get(command.room)) return refused('not-member');
      return membership.leave(context, command.room, who) ? ok(undefined) : refused('not-member');
    },

    rooms() {
      return ok({ rooms: list.all().map((row) => row.name) });
    },

    say(command, context) {
      const speaker = speakers.of(command.session);
      if (!speaker) return refused('not-entered');
      if (command.text.length > limits.hub.textBytes) return refused('too-long');
      const { session } = speaker;
      const room = command.room ?? speaker.open;
      if (room === undefined || !speaker.rooms.includes(room)) return refused('not-member');
      const { raw, reference } = command;
      const said: Said = {
        is: 'said',
        room,
        from: session.name,
        text: command.text,
        origin: session.dialect,
        at: context.seconds,
        ...(raw && { raw }),
        ...(reference !== undefined && { reference }),
      };
      context.notify({ room, except: session.id }, said);
      return ok({ room });
    },
  };
}

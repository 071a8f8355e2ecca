// Who is in which room: the member table and the notices that every change of it causes.

import type { Name, RoomName, SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Store } from '../store';

/** One session as its rooms know it. */
export interface Member {
  readonly session: SessionId;
  readonly name: Name;
  readonly dialect: string;
}

export class Membership {
  readonly #add;
  readonly #remove;
  readonly #of;
  readonly #has;

  constructor(db: Store) {
    this.#add = db.prepare<never, [string, string, number]>(
      'INSERT INTO live.member (room, session, mute) VALUES (?, ?, ?)',
    );
    this.#remove = db.prepare<{ room: string }, [string, string]>(
      'DELETE FROM live.member WHERE room = ? AND session = ? RETURNING room',
    );
    this.#of = db.prepare<{ room: RoomName }, [string]>(
      'SELECT room FROM live.member WHERE session = ? ORDER BY room',
    );
    this.#has = db.prepare<{ one: 1 }, [string, string]>(
      'SELECT 1 AS one FROM live.member WHERE room = ? AND session = ?',
    );
  }

  has(room: RoomName, session: SessionId): boolean {
    return this.#has.get(room, session) !== null;
  }

  roomsOf(session: SessionId): RoomName[] {
    return this.#of.all(session).map((row) => row.room);
  }

  /** Lets a session hear (or, mute, only speak in) a room. `silent`: the others are not told. */
  enter(
    context: CommandContext,
    room: RoomName,
    who: Member,
    how: { readonly mute?: boolean; readonly silent?: boolean } = {},
  ): void {
    const mute = how.mute ?? false;
    this.#add.run(room, who.session, mute ? 1 : 0);
    context.emit({ is: 'room-in', room, session: who.session, mute });
    if (how.silent === true) return;
    context.notify(
      { room, except: who.session },
      { is: 'joined', room, name: who.name, origin: who.dialect },
    );
  }

  /** Whether the session was in the room at all. */
  leave(context: CommandContext, room: RoomName, who: Member, silent = false): boolean {
    if (this.#remove.get(room, who.session) === null) return false;
    context.emit({ is: 'room-out', room, session: who.session });
    if (!silent) {
      context.notify(
        { room, except: who.session },
        { is: 'left', room, name: who.name, origin: who.dialect },
      );
    }
    return true;
  }

  leaveAll(context: CommandContext, who: Member): void {
    for (const room of this.roomsOf(who.session)) this.leave(context, room, who);
  }
}

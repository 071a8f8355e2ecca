// The members of rooms: their table, and the notices that every change of it causes.

import type { RoomMember } from '../../../protocol/commands';
import type { Name, RecipientId, RoomName, SessionId } from '../../../protocol/model';
import type { CommandContext } from '../context';
import { accountRecipient, guestRecipient } from '../names';
import type { Store } from '../store';

/** One session as a member of rooms. */
export interface Member {
  readonly session: SessionId;
  readonly name: Name;
  readonly dialect: string;
}

export class Membership {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      add: db.prepare<never, [string, string, number]>(
        'INSERT INTO live.member (room, session, mute) VALUES (?, ?, ?)',
      ),
      remove: db.prepare<{ room: string }, [string, string]>(
        'DELETE FROM live.member WHERE room = ? AND session = ? RETURNING room',
      ),
      recipients: db.prepare<{ id: SessionId; account: number | null; name: Name }, [string]>(
        `SELECT id, account, name FROM live.member JOIN live.session ON live.session.id = session
         WHERE room = +? ORDER BY number`,
      ),
      members: db.prepare<{ account: number | null; name: Name; dialect: string }, [string]>(
        `SELECT account, name, dialect FROM live.member JOIN live.session ON live.session.id = session
         WHERE room = +? ORDER BY number`,
      ),
      roomsOf: db.prepare<{ room: RoomName }, [string]>(
        'SELECT room FROM live.member WHERE session = +? ORDER BY room',
      ),
    };
  }

  roomsOf(session: SessionId): RoomName[] {
    return this.#sql.roomsOf.all(session).map((row) => row.room);
  }

  /** Everybody who is in an open room, each once. */
  recipientsOf(room: RoomName): { readonly recipient: RecipientId; readonly name: Name }[] {
    const found = new Map<RecipientId, Name>();
    for (const { id, account, name } of this.#sql.recipients.all(room)) {
      found.set(account === null ? guestRecipient(id) : accountRecipient(account), name);
    }
    return [...found].map(([recipient, name]) => ({ recipient, name }));
  }

  /** Everybody who is in a room or here in a group, each once. */
  membersOf(room: RoomName): RoomMember[] {
    const found = new Map<Name, RoomMember>();
    for (const { account, name, dialect } of this.#sql.members.all(room)) {
      if (!found.has(name)) {
        found.set(name, { name, kind: account === null ? 'guest' : 'account', dialect });
      }
    }
    return [...found.values()];
  }

  /** Lets a session hear a room, or only speak there (`mute`). `silent`: the others are not told. */
  enter(
    context: CommandContext,
    room: RoomName,
    member: Member,
    how: { readonly mute?: boolean; readonly silent?: boolean } = {},
  ): void {
    const mute = how.mute ?? false;
    this.#sql.add.run(room, member.session, mute ? 1 : 0);
    context.emit({ is: 'room-in', room, session: member.session, mute });
    if (how.silent !== true) this.notify(context, room, member, 'joined');
  }

  /** Whether the session was in the room at all. */
  leave(context: CommandContext, room: RoomName, member: Member, silent = false): boolean {
    if (this.#sql.remove.get(room, member.session) === null) return false;
    context.emit({ is: 'room-out', room, session: member.session });
    if (!silent) this.notify(context, room, member, 'left');
    return true;
  }

  leaveAll(context: CommandContext, member: Member): void {
    for (const room of this.roomsOf(member.session)) this.leave(context, room, member);
  }

  /** Tells the other members. */
  notify(context: CommandContext, room: RoomName, member: Member, is: 'joined' | 'left'): void {
    context.notify(
      { room, except: member.session },
      { is, room, name: member.name, origin: member.dialect },
    );
  }
}

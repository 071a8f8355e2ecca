// Closed rooms (groups): who belongs to them, whether here or away, kept over restarts for accounts.

import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Store } from '../store';
import type { Member, Membership } from './membership';

interface ClosedRoom {
  readonly name: RoomName;
  /** Who may invite; null once he left. */
  readonly creator: RecipientId | null;
}

/** Guests do not outlive the server: neither do their memberships, nor groups in which nobody else is. */
export function forgetGuestsGroups(db: Store): void {
  db.run(`DELETE FROM closed_member WHERE recipient LIKE 'g%'`);
  db.run(`DELETE FROM invitation WHERE recipient LIKE 'g%'`);
  db.run(`UPDATE closed_room SET creator = NULL WHERE creator LIKE 'g%'`);
  db.run(`DELETE FROM closed_room WHERE name NOT IN (SELECT room FROM closed_member)`);
}

/**
 * Belonging to a group is a fact about a recipient (`closed_member`, durable); hearing it is one about his
 * sessions, who enter and leave `live.member` without a word to the others.
 */
export class Groups {
  readonly #membership: Membership;
  readonly #sql;

  constructor(db: Store, membership: Membership) {
    this.#membership = membership;
    this.#sql = {
      find: db.prepare<ClosedRoom, [string]>(
        'SELECT name, creator FROM closed_room WHERE name = ?',
      ),
      isOpen: db.prepare<{ one: 1 }, [string]>('SELECT 1 AS one FROM live.room WHERE name = ?'),
      count: db.prepare<{ rooms: number }, []>('SELECT count(*) AS rooms FROM closed_room'),
      create: db.prepare<never, [string, string, number]>(
        'INSERT INTO closed_room (name, creator, at) VALUES (?, ?, ?)',
      ),
      orphan: db.prepare<never, [string, string]>(
        'UPDATE closed_room SET creator = NULL WHERE name = ? AND creator = ?',
      ),
      removeEmpty: db.prepare<never, [string]>(
        `DELETE FROM closed_room WHERE name = ?1
         AND NOT EXISTS (SELECT 1 FROM closed_member WHERE room = ?1)`,
      ),
      isMember: db.prepare<{ one: 1 }, [string, string]>(
        'SELECT 1 AS one FROM closed_member WHERE room = ? AND recipient = ?',
      ),
      members: db.prepare<{ name: Name }, [string]>(
        'SELECT name FROM closed_member WHERE room = ? ORDER BY at, name',
      ),
      size: db.prepare<{ members: number }, [string]>(
        'SELECT count(*) AS members FROM closed_member WHERE room = ?',
      ),
      add: db.prepare<never, [string, string, string, number]>(
        'INSERT INTO closed_member (room, recipient, name, at) VALUES (?, ?, ?, ?)',
      ),
      remove: db.prepare<{ room: string }, [string, string]>(
        'DELETE FROM closed_member WHERE room = ? AND recipient = ? RETURNING room',
      ),
      roomsOf: db.prepare<{ room: RoomName }, [string]>(
        'SELECT room FROM closed_member WHERE recipient = ? ORDER BY at, room',
      ),
      invite: db.prepare<never, [string, string, string, string, number]>(
        `INSERT INTO invitation (room, recipient, by_name, origin, at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (room, recipient) DO UPDATE SET by_name = excluded.by_name, at = excluded.at`,
      ),
      uninvite: db.prepare<{ room: string }, [string, string]>(
        'DELETE FROM invitation WHERE room = ? AND recipient = ? RETURNING room',
      ),
      invitations: db.prepare<{ room: RoomName; by_name: Name; origin: string }, [string]>(
        'SELECT room, by_name, origin FROM invitation WHERE recipient = ? ORDER BY at, room',
      ),
      forgetInvitations: db.prepare<never, [string]>('DELETE FROM invitation WHERE recipient = ?'),
      sessions: db.prepare<Member, [number]>(
        `SELECT id AS session, name, dialect FROM live.session WHERE account = ? ORDER BY number`,
      ),
    };
  }

  find(name: RoomName): ClosedRoom | undefined {
    return this.#sql.find.get(name) ?? undefined;
  }

  /** Whether a room of whatever kind has the name. */
  taken(name: RoomName): boolean {
    return this.find(name) !== undefined || this.#sql.isOpen.get(name) !== null;
  }

  count(): number {
    return this.#sql.count.get()?.rooms ?? 0;
  }

  members(room: RoomName): Name[] {
    return this.#sql.members.all(room).map(({ name }) => name);
  }

  size(room: RoomName): number {
    return this.#sql.size.get(room)?.members ?? 0;
  }

  has(room: RoomName, recipient: RecipientId): boolean {
    return this.#sql.isMember.get(room, recipient) !== null;
  }

  roomsOf(recipient: RecipientId): RoomName[] {
    return this.#sql.roomsOf.all(recipient).map(({ room }) => room);
  }

  create(
    context: CommandContext,
    room: RoomName,
    who: Member,
    recipient: RecipientId,
    here: readonly Member[],
  ): void {
    context.isDurable = true;
    this.#sql.create.run(room, recipient, context.at);
    this.admit(context, room, who, recipient, here);
  }

  /** He belongs from now on; the others are told once, whatever number of sessions he has. */
  admit(
    context: CommandContext,
    room: RoomName,
    who: Member,
    recipient: RecipientId,
    here: readonly Member[],
  ): void {
    context.isDurable = true;
    this.#sql.add.run(room, recipient, who.name, context.at);
    for (const member of here) {
      this.#membership.enter(context, room, member, { silent: member.session !== who.session });
    }
  }

  /** He belongs no more: the others are told; an empty group is gone; without its creator nobody invites. */
  expel(
    context: CommandContext,
    room: RoomName,
    who: Member,
    recipient: RecipientId,
    here: readonly Member[],
  ): boolean {
    if (this.#sql.remove.get(room, recipient) === null) return false;
    context.isDurable = true;
    this.#sql.orphan.run(room, recipient);
    this.#sql.removeEmpty.run(room);
    for (const member of here) this.#membership.leave(context, room, member, true);
    context.notify(
      { room, except: who.session },
      { is: 'left', room, name: who.name, origin: who.dialect },
    );
    return true;
  }

  invite(context: CommandContext, room: RoomName, recipient: RecipientId, by: Member): void {
    context.isDurable = true;
    this.#sql.invite.run(room, recipient, by.name, by.dialect, context.at);
    context.notify({ recipient }, { is: 'invited', room, by: by.name, origin: by.dialect });
  }

  /** Whether there was an invitation. */
  uninvite(context: CommandContext, room: RoomName, recipient: RecipientId): boolean {
    if (this.#sql.uninvite.get(room, recipient) === null) return false;
    context.isDurable = true;
    return true;
  }

  /** A session of an account came: it hears the account's groups, and what it was invited to meanwhile. */
  arrived(context: CommandContext, who: Member, recipient: RecipientId): void {
    for (const room of this.roomsOf(recipient)) {
      this.#membership.enter(context, room, who, { silent: true });
    }
    for (const { room, by_name: by, origin } of this.#sql.invitations.all(recipient)) {
      context.notify({ session: who.session }, { is: 'invited', room, by, origin });
    }
  }

  /** A session went: an account's goes without a word, since it still belongs. */
  departed(context: CommandContext, who: Member): void {
    for (const room of this.#membership.roomsOf(who.session)) {
      if (this.find(room)) this.#membership.leave(context, room, who, true);
    }
  }

  /** A recipient is gone for good. */
  forget(
    context: CommandContext,
    who: Member,
    recipient: RecipientId,
    here: readonly Member[],
  ): void {
    for (const room of this.roomsOf(recipient)) this.expel(context, room, who, recipient, here);
    this.#sql.forgetInvitations.run(recipient);
  }

  /** The sessions of one recipient, the one at hand first. */
  sessionsOf(who: Member, account: number | null): Member[] {
    if (account === null) return [who];
    return this.#sql.sessions.all(account);
  }
}

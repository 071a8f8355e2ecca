// The list of rooms: read from the database once, and kept until something is written.

import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { Store } from '../store';

/** An open room. */
export interface OpenRoom {
  readonly name: RoomName;
  /** Null where its name is reserved. */
  readonly creator: RecipientId | null;
  readonly creator_name: Name | null;
}

/** A copy of what SQLite holds, never a source: every change and every rollback makes it void. */
export class RoomList {
  readonly #sql;
  #names: readonly RoomName[] | undefined;
  /** Rows that had been changed when it was read. */
  #changes = 0;

  constructor(db: Store) {
    this.#sql = {
      names: db.prepare<{ name: RoomName }, []>(
        `SELECT name FROM live.room
         WHERE reserved = 0 OR EXISTS (SELECT 1 FROM live.member WHERE room = live.room.name)
         ORDER BY number`,
      ),
      find: db.prepare<OpenRoom, [string]>(
        'SELECT name, creator, creator_name FROM live.room WHERE name = ?',
      ),
      handOver: db.prepare<never, [string, string, string]>(
        'UPDATE live.room SET creator = ?, creator_name = ? WHERE name = ? AND reserved = 0',
      ),
      rename: db.prepare<never, [string, string]>(
        'UPDATE live.room SET creator_name = ? WHERE creator = ?',
      ),
      remove: db.prepare<never, [string]>('DELETE FROM live.room WHERE name = ? AND reserved = 0'),
      changes: db.prepare<{ changes: number }, []>('SELECT total_changes() AS changes'),
    };
  }

  invalidate(): void {
    this.#names = undefined;
  }

  find(room: RoomName): OpenRoom | undefined {
    return this.#sql.find.get(room) ?? undefined;
  }

  /** Somebody else leads the room; false where its name is reserved. */
  handOver(room: RoomName, to: RecipientId, name: Name): boolean {
    return this.#sql.handOver.run(to, name, room).changes > 0;
  }

  /** Whether it went: those whose names are reserved stay. */
  remove(room: RoomName): boolean {
    return this.#sql.remove.run(room).changes > 0;
  }

  rename(recipient: RecipientId, name: Name): void {
    this.#sql.rename.run(name, recipient);
  }

  /** In the order of their creation. As long as it is the same list, it is the same array. */
  names(): readonly RoomName[] {
    const changes = this.#sql.changes.get()?.changes ?? 0;
    if (this.#names === undefined || changes !== this.#changes) {
      this.#names = this.#sql.names.all().map(({ name }) => name);
      this.#changes = changes;
    }
    return this.#names;
  }
}

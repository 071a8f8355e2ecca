// The list of rooms: read from the database once, and kept until something is written.

import type { RoomName } from '../../../protocol/model';
import type { Store } from '../store';

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
      changes: db.prepare<{ changes: number }, []>('SELECT total_changes() AS changes'),
    };
  }

  invalidate(): void {
    this.#names = undefined;
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

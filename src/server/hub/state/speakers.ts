// Who says things where: what saying needs to know, read once for all that is said while nothing changes.

import type { RoomName, SessionId } from '../../../protocol/model';
import type { Store } from '../store';
import type { People, SessionRow } from './people';

export interface Speaker {
  readonly session: SessionRow;
  /** Rooms and groups that it may speak in. */
  readonly rooms: readonly RoomName[];
  /** The open room it is in, or one of them. */
  readonly open: RoomName | undefined;
}

/**
 * A copy of what SQLite holds, never a source: any command that may write, and any rollback, makes it void.
 * Things are said far more often than anything else happens, many of them in one group.
 */
export class Speakers {
  readonly #people: People;
  readonly #rooms;
  readonly #known = new Map<SessionId, Speaker>();

  constructor(db: Store, people: People) {
    this.#people = people;
    this.#rooms = db.prepare<{ room: RoomName; open: 0 | 1 }, [string]>(
      `SELECT room, EXISTS (SELECT 1 FROM live.room WHERE name = live.member.room) AS open
       FROM live.member WHERE session = ? ORDER BY room`,
    );
  }

  of(id: SessionId): Speaker | undefined {
    const known = this.#known.get(id);
    if (known) return known;
    const session = this.#people.session(id);
    if (!session) return undefined;
    const rows = this.#rooms.all(id);
    const speaker: Speaker = {
      session,
      rooms: rows.map(({ room }) => room),
      open: rows.find(({ open }) => open === 1)?.room,
    };
    this.#known.set(id, speaker);
    return speaker;
  }

  /** Something may have been written or undone. */
  changed(): void {
    if (this.#known.size > 0) this.#known.clear();
  }
}

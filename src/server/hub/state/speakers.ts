// Where each session may speak, read once for all that is said while nothing changes.

import type { RoomName, SessionId } from '../../../protocol/model';
import type { Store } from '../store';
import type { RoomRules } from './room_rules';
import type { Sanctions } from './sanctions';
import type { SessionRow } from './sessions';

export interface SpeakerRooms {
  /** Rooms and groups in which the session may speak. */
  readonly rooms: readonly RoomName[];
  /** The open room it is in, or one of them. */
  readonly open: RoomName | undefined;
  /** The groups among them: what is said there lasts. */
  readonly groups: ReadonlySet<RoomName>;
  /** Until when its user may not speak anywhere, in seconds since 1970; 0: they may. */
  readonly mutedUntil: number;
  /** The same for single rooms. */
  readonly mutes: ReadonlyMap<RoomName, number>;
}

/**
 * A copy of what SQLite holds, never a source: any command that may write, and any rollback, makes it void.
 * Things are said far more often than anything else happens, many of them in one batch.
 */
export class SpeakerCache {
  readonly #rooms;
  readonly #rules: RoomRules;
  readonly #sanctions: Sanctions;
  readonly #cache = new Map<SessionId, SpeakerRooms>();

  constructor(db: Store, rules: RoomRules, sanctions: Sanctions) {
    this.#rules = rules;
    this.#sanctions = sanctions;
    this.#rooms = db.prepare<{ room: RoomName; open: 0 | 1 }, [string]>(
      `SELECT room, EXISTS (SELECT 1 FROM live.room WHERE name = live.member.room) AS open
       FROM live.member WHERE session = +? ORDER BY room`,
    );
  }

  roomsOf({ id, name }: Pick<SessionRow, 'id' | 'name'>): SpeakerRooms {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const rows = this.#rooms.all(id);
    const groups = rows.filter(({ open }) => open === 0).map(({ room }) => room);
    const found: SpeakerRooms = {
      groups: new Set(groups),
      rooms: rows.map(({ room }) => room),
      open: rows.find(({ open }) => open === 1)?.room,
      mutedUntil: this.#sanctions.mutedUntil(name),
      mutes: this.#rules.mutesOf(name),
    };
    this.#cache.set(id, found);
    return found;
  }

  invalidate(): void {
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

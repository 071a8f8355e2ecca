// The outlets that hear each room, kept from the hub's events so that `said` need not name a thousand members.

import type { RoomName, SessionId } from '../../protocol/model';
import type { Outlet } from './outlet';

export class RoomOutlets {
  readonly #rooms = new Map<RoomName, Map<SessionId, Outlet>>();

  enter(room: RoomName, session: SessionId, outlet: Outlet): void {
    const outlets = this.#rooms.get(room) ?? new Map<SessionId, Outlet>();
    outlets.set(session, outlet);
    this.#rooms.set(room, outlets);
  }

  leave(room: RoomName, session: SessionId): void {
    const outlets = this.#rooms.get(room);
    if (outlets?.delete(session) === true && outlets.size === 0) this.#rooms.delete(room);
  }

  /**
   * Runs `tell` for every hearing member except one session, and except those in `hidden`. The result: how many hear
   * the room.
   */
  each(
    room: RoomName,
    except: SessionId,
    hidden: ReadonlySet<SessionId> | undefined,
    tell: (outlet: Outlet) => void,
  ): number {
    const outlets = this.#rooms.get(room);
    if (!outlets) return 0;
    for (const [session, outlet] of outlets) {
      if (session !== except && hidden?.has(session) !== true) tell(outlet);
    }
    return outlets.size;
  }
}

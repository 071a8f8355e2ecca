// Which sessions block whom: what is said in a room passes them by.

import type { Name, SessionId } from '../../protocol/model';
import { keyOf } from '../hub/names';

export class Blockers {
  /** The sessions that block a name, by the name's key: few names are blocked, and many things said. */
  readonly #byKey = new Map<string, Set<SessionId>>();
  readonly #keys = new Map<SessionId, ReadonlySet<string>>();

  /** From now on a session blocks these names, and no others. */
  set(session: SessionId, keys: ReadonlySet<string>): void {
    this.forget(session);
    if (keys.size === 0) return;
    this.#keys.set(session, keys);
    for (const key of keys) {
      const sessions = this.#byKey.get(key) ?? new Set();
      this.#byKey.set(key, sessions.add(session));
    }
  }

  forget(session: SessionId): void {
    for (const key of this.#keys.get(session) ?? []) {
      const sessions = this.#byKey.get(key);
      if (sessions?.delete(session) === true && sessions.size === 0) this.#byKey.delete(key);
    }
    this.#keys.delete(session);
  }

  /** The sessions that are told nothing of a person's; undefined where there is none. */
  of(name: Name): ReadonlySet<SessionId> | undefined {
    return this.#byKey.size === 0 ? undefined : this.#byKey.get(keyOf(name));
  }
}

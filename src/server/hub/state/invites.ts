// The table of invite codes: each lets somebody register once.

import type { InviteInfo } from '../../../protocol/commands';
import type { Store } from '../store';

interface InviteRow {
  readonly id: number;
  readonly label: string;
  readonly made_at: number;
  readonly ends_at: number;
}

type NewInvite = {
  readonly hash: string;
  readonly label: string;
  readonly at: number;
  readonly endsAt: number;
};

export class Invites {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      good: db.prepare<InviteRow, [number]>(
        'SELECT id, label, made_at, ends_at FROM invite WHERE ends_at > +? ORDER BY id',
      ),
      count: db.prepare<{ n: number }, []>('SELECT count(*) AS n FROM invite'),
      add: db.prepare<never, NewInvite>(
        'INSERT INTO invite (hash, label, made_at, ends_at) VALUES ($hash, $label, $at, $endsAt)',
      ),
      use: db.prepare<never, [string, number]>('DELETE FROM invite WHERE hash = ? AND ends_at > ?'),
      remove: db.prepare<never, [number]>('DELETE FROM invite WHERE id = ?'),
      removeEnded: db.prepare<never, [number]>('DELETE FROM invite WHERE ends_at <= ?'),
    };
  }

  /** Those that are still good at a time, in seconds since 1970, oldest first. */
  good(at: number): InviteInfo[] {
    return this.#sql.good
      .all(at)
      .map(({ id, label, made_at, ends_at }) => ({ id, label, madeAt: made_at, endsAt: ends_at }));
  }

  get count(): number {
    return this.#sql.count.get()?.n ?? 0;
  }

  add(invite: NewInvite): number {
    return Number(this.#sql.add.run(invite).lastInsertRowid);
  }

  /** Uses a code up; whether it was good. */
  use(hash: string, at: number): boolean {
    return this.#sql.use.run(hash, at).changes > 0;
  }

  remove(id: number): boolean {
    return this.#sql.remove.run(id).changes > 0;
  }

  /** Those that had their end. */
  removeEnded(at: number): void {
    this.#sql.removeEnded.run(at);
  }
}

// The audit log: who did what to whom, from where and when. It only grows; the database itself refuses to change it.

import type { Store } from '../store';

/** One entry of the audit log. */
export interface AuditEntry {
  readonly id: number;
  /** Hub time in ms. */
  readonly at: number;
  /** The name of who did it; empty: the operator. */
  readonly by_name: string;
  /** Their dialect and address, or `socket`. */
  readonly origin: string;
  /** The act, as `ban` or `room kick`. */
  readonly act: string;
  /** Whom or what it was done to; empty: everybody. */
  readonly target: string;
  /** The rest of the act, as JSON. */
  readonly detail: string;
}

const columns = 'id, at, by_name, origin, act, target, detail';

/** Entries from a time on, in ms, in order: for a program that reads the database beside a server. */
export const auditSince = (db: Store, since: number): IterableIterator<AuditEntry> =>
  db
    .query<AuditEntry, [number]>(`SELECT ${columns} FROM audit WHERE at >= ? ORDER BY id`)
    .iterate(since);

export class AuditLog {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      add: db.prepare<never, [number, string, string, string, string, string]>(
        'INSERT INTO audit (at, by_name, origin, act, target, detail) VALUES (?, ?, ?, ?, ?, ?)',
      ),
      list: db.prepare<AuditEntry, [number, number, number]>(
        `SELECT ${columns} FROM audit WHERE id > +? AND at >= +? ORDER BY id LIMIT +?`,
      ),
    };
  }

  add(entry: Omit<AuditEntry, 'id'>): void {
    const { at, by_name: by, origin, act, target, detail } = entry;
    this.#sql.add.run(at, by, origin, act, target, detail);
  }

  list(after: number, since: number, most: number): AuditEntry[] {
    return this.#sql.list.all(after, since, most);
  }
}

// The smallest commit: it writes one page and leaves everything as it was.

import type { Database } from 'bun:sqlite';

/** Throws SQLite's error where it cannot be made; then nothing has begun. */
export function prove(db: Database): void {
  db.run('BEGIN IMMEDIATE');
  try {
    // SQLite writes nothing where a row keeps its value, so this one has another for a moment.
    db.run('UPDATE log SET position = position + 1');
    db.run('UPDATE log SET position = position - 1');
    db.run('COMMIT');
  } catch (error) {
    if (db.inTransaction) db.run('ROLLBACK');
    throw error;
  }
}

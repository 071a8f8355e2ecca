// The smallest commit: it writes one page and leaves everything as it was.

import type { Database } from 'bun:sqlite';

/** SQLite writes nothing where a row keeps its value, so this one has another for a moment. */
export function proving(db: Database): () => void {
  const add = db.prepare<never, [number]>('UPDATE log SET position = position + ?');
  return db.transaction(() => {
    add.run(1);
    add.run(-1);
  });
}

// The hub's SQLite database: a durable main schema and a volatile one that a restart clears.

import { Database } from 'bun:sqlite';

import { limits } from '../../protocol/limits';
import { type Migration, migrations } from './schema';
import { volatileSchema } from './volatile_schema';

/** The database on disk was written by a later version of the program. */
export class NewerDatabase extends Error {
  override readonly name = 'NewerDatabase';
}

/** The database on disk belongs to another program. */
export class ForeignDatabase extends Error {
  override readonly name = 'ForeignDatabase';
}

/**
 * Two schemas under one transaction: `main` lasts, `live` does not; one rollback undoes both.
 *
 * A statement that sorts, joins or has `LIMIT ?` binds by `+?`. By `?` alone SQLite would plan it anew at every run,
 * since the value might decide the plan, and that costs ten times as much as a look-up.
 */
export type Store = Database;

/**
 * Opens (and creates or migrates) the database. `path` may be `:memory:`. `say`: tells the operator what a migration
 * has changed for users.
 * Throws NewerDatabase where the file is of a later version, ForeignDatabase where another program made it, and
 * SQLite's own errors where it cannot be opened or is no database.
 */
export function openStore(path: string, say: (line: string) => void = () => {}): Store {
  const db = new Database(path, { create: true, strict: true });
  try {
    refuseForeign(db, path);
    // Before the first page is written. Freed pages can then be given back to the disk.
    db.run('PRAGMA auto_vacuum = INCREMENTAL');
    db.run('PRAGMA journal_mode = WAL');
    db.run('PRAGMA synchronous = FULL');
    db.run('PRAGMA foreign_keys = ON');
    db.run(`PRAGMA wal_autocheckpoint = ${limits.hub.checkpointPages}`);
    migrate(db, path, say);
    makeShrinkable(db);
    db.run("ATTACH ':memory:' AS live");
    // So that what waited for guests who have gone does not stay taken.
    db.run('PRAGMA live.auto_vacuum = INCREMENTAL');
    for (const statement of volatileSchema) db.run(statement);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

/** Changes nothing in a database that has tables, but not ours. */
function refuseForeign(db: Database, path: string): void {
  const tables = db
    .query<{ name: string }, []>(`SELECT name FROM sqlite_schema WHERE type = 'table'`)
    .all();
  if (tables.length === 0 || tables.some(({ name }) => name === 'account')) return;
  throw new ForeignDatabase(`${path} is a database of another program`);
}

/** Rewrites a database of an earlier version, once: only then can its freed pages be given back. */
function makeShrinkable(db: Database): void {
  const mode = db.query<{ auto_vacuum: number }, []>('PRAGMA auto_vacuum').get();
  if (mode?.auto_vacuum === incremental) return;
  try {
    db.run('VACUUM');
    // The log holds the whole database now, and would keep that size.
    db.run('PRAGMA wal_checkpoint(TRUNCATE)');
  } catch (error) {
    // It takes as much of the disk again. Where that is not free, the next start tries it.
    if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error;
  }
}

/** What `PRAGMA auto_vacuum` answers for INCREMENTAL. */
const incremental = 2;

function migrate(db: Database, path: string, say: (line: string) => void): void {
  const version = db.query<{ user_version: number }, []>('PRAGMA user_version').get();
  const from = version?.user_version ?? 0;
  if (from > migrations.length) {
    throw new NewerDatabase(
      `${path} is of version ${from}, this program knows versions up to ${migrations.length}`,
    );
  }
  migrations.slice(from).forEach((migration, index) => {
    db.transaction(() => {
      applyMigration(db, migration, say);
      db.run(`PRAGMA user_version = ${from + index + 1}`);
    })();
  });
}

export function applyMigration(
  db: Database,
  migration: Migration,
  say: (line: string) => void,
): void {
  for (const step of migration) {
    if (typeof step === 'string') db.run(step);
    else step(db, say);
  }
}

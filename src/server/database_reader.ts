// What commands share that read a server's database, whether it runs or not.

import { Database } from 'bun:sqlite';

import { CliError, exit } from '../cli/exit';
import type { Sink } from '../cli/io';
import { limits } from '../protocol/limits';
import { migrations } from './hub/schema';

/** Opens a server's database for reading, while the server goes on or after it ended in whatever way. */
export function openDatabase(path: string): Database {
  let db: Database | undefined;
  try {
    db = new Database(path, { readonly: true, strict: true });
    const row = db.query<{ user_version: number }, []>('PRAGMA user_version').get();
    const version = row?.user_version ?? 0;
    if (version === migrations.length) return db;
    throw new CliError(
      exit.badData,
      `${path} is of version ${version}, this program reads version ${migrations.length}`,
      version < migrations.length
        ? 'start chat serve once: it brings the database up to date'
        : 'use the newer chat',
    );
  } catch (error) {
    db?.close();
    throw explainedDatabase(error, path);
  }
}

/** An error of the database as a user is told it. */
export function explainedDatabase(error: unknown, path: string): unknown {
  const { code, message = '' } = error as { code?: string; message?: string };
  if (error instanceof CliError || code === undefined) return error;
  if (code === 'SQLITE_CANTOPEN') {
    return new CliError(exit.badData, `${path} cannot be opened`, 'name its folder with --data');
  }
  if (code.startsWith('SQLITE_')) {
    return new CliError(exit.badData, `${path} cannot be read: ${message}`);
  }
  return error;
}

/** Lines on their way out, many in one write. */
export class OutputLines {
  readonly #out: Sink;
  #lines: string[] = [];

  constructor(out: Sink) {
    this.#out = out;
  }

  add(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length >= limits.server.ledgerLines) this.flush();
  }

  flush(): void {
    if (this.#lines.length > 0) this.#out.write(`${this.#lines.join('\n')}\n`);
    this.#lines = [];
  }
}

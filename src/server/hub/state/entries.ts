// The table of entries: what was said, in one order over all conversations, and the words by which it is found.

import { limits } from '../../../protocol/limits';
import type { FileHash, FileRef, Name } from '../../../protocol/model';
import type { Store } from '../store';

export interface EntryRow {
  readonly serial: number;
  readonly conversation: number;
  /** An account's number; 0 or less: a guest's. */
  readonly author: number;
  readonly name: Name;
  /** Ms since 1970. */
  readonly at: number;
  readonly text: string;
  readonly origin: string;
  readonly id: number | null;
  readonly file_hash: FileHash | null;
  readonly file_size: number | null;
  readonly file_name: string | null;
  readonly reply: number | null;
  readonly edited: number | null;
  readonly deleted: number | null;
}

export interface NewEntry {
  readonly serial: number;
  readonly conversation: number;
  readonly author: number;
  readonly name: Name;
  readonly at: number;
  readonly text: string;
  readonly origin: string;
  readonly id?: number;
  readonly file?: FileRef;
  readonly reply?: number;
}

/** What `SELECT ... WHERE` begins with. */
export const selectEntries = `SELECT serial, conversation, author, name, at, text, origin, id,
    file_hash, file_size, file_name, reply, edited, deleted
  FROM entry LEFT JOIN entry_file USING (serial)`;

type AddValues = [
  serial: number,
  conversation: number,
  author: number,
  name: string,
  at: number,
  text: string,
  origin: string,
  id: number | null,
  reply: number | null,
];

export class Entries {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      add: db.prepare<never, AddValues>(
        `INSERT INTO entry (serial, conversation, author, name, at, text, origin, id, reply)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ),
      addNew: db.prepare<never, AddValues>(
        `INSERT INTO entry (serial, conversation, author, name, at, text, origin, id, reply)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (serial) DO NOTHING`,
      ),
      addFile: db.prepare<never, [number, string, number, string]>(
        'INSERT INTO entry_file (serial, file_hash, file_size, file_name) VALUES (?, ?, ?, ?)',
      ),
      find: db.prepare<EntryRow, [number]>(`${selectEntries} WHERE serial = +?`),
      has: db.prepare<{ one: 1 }, [number]>('SELECT 1 AS one FROM entry WHERE serial = ?'),
      newest: db.prepare<{ serial: number }, [number]>(
        'SELECT serial FROM entry WHERE conversation = +? ORDER BY serial DESC LIMIT 1',
      ),
      unread: db.prepare<{ count: number }, [number, number, number, number]>(
        `SELECT count(*) AS count FROM (SELECT 1 FROM entry
           WHERE conversation = +? AND serial > +? AND author <> +? AND deleted IS NULL LIMIT +?)`,
      ),
      // Of the index alone.
      behind: db.prepare<{ count: number }, [number, number, number]>(
        `SELECT count(*) AS count FROM (SELECT 1 FROM entry
           WHERE conversation = +? AND serial > +? LIMIT +?)`,
      ),
      authors: db.prepare<{ author: number }, [number, number, number, number, number]>(
        `SELECT DISTINCT author FROM (SELECT author FROM entry
           WHERE conversation = +? AND serial > +? AND serial <= +? ORDER BY serial DESC LIMIT +?)
         WHERE author > 0 LIMIT +?`,
      ),
      firstAt: db.prepare<{ serial: number; at: number }, [number]>(
        'SELECT serial, at FROM entry WHERE serial >= +? ORDER BY serial LIMIT 1',
      ),
      last: db.prepare<{ serial: number }, []>(
        'SELECT serial FROM entry ORDER BY serial DESC LIMIT 1',
      ),
    };
  }

  add({ serial, conversation, author, name, at, text, origin, id, file, reply }: NewEntry): void {
    this.#sql.add.run(
      serial,
      conversation,
      author,
      name,
      at,
      text,
      origin,
      id ?? null,
      reply ?? null,
    );
    if (file) this.#sql.addFile.run(serial, file.hash, file.size, file.name);
  }

  /** Adds an entry without a file, unless it is there already. Whether it was not. */
  addNew(entry: Omit<NewEntry, 'conversation' | 'file'>, conversation: number): boolean {
    const { serial, author, name, at, text, origin, id = null, reply = null } = entry;
    const values = [serial, conversation, author, name, at, text, origin, id, reply] as const;
    return this.#sql.addNew.run(...values).changes > 0;
  }

  has(serial: number): boolean {
    return this.#sql.has.get(serial) !== null;
  }

  find(serial: number): EntryRow | undefined {
    return this.#sql.find.get(serial) ?? undefined;
  }

  /** How many entries stand behind a serial, of whatever author, counted up to a number: it costs much less. */
  countBehind(conversation: number, after: number, most: number): number {
    return this.#sql.behind.get(conversation, after, most)?.count ?? 0;
  }

  /** Accounts that wrote something between two serials, the second included: the last of them. */
  authorsBetween(conversation: number, after: number, upTo: number): number[] {
    const looked = limits.history.unreadCounted;
    return this.#sql.authors
      .all(conversation, after, upTo, looked, limits.history.toldAuthors)
      .map(({ author }) => author);
  }

  /** The serial of the newest entry of a conversation; 0 where there is none. */
  newestOf(conversation: number): number {
    return this.#sql.newest.get(conversation)?.serial ?? 0;
  }

  /** How many entries of others stand behind a serial, counted up to a number. */
  countUnread(conversation: number, after: number, reader: number, most: number): number {
    return this.#sql.unread.get(conversation, after, reader, most)?.count ?? 0;
  }

  /** The first serial that may have come at a time or later, in ms: time grows with serials. */
  serialAt(ms: number): number {
    let low = 0;
    let high = (this.#sql.last.get()?.serial ?? 0) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const entry = this.#sql.firstAt.get(middle);
      if (!entry || entry.at >= ms) high = middle;
      else low = entry.serial + 1;
    }
    return low;
  }
}

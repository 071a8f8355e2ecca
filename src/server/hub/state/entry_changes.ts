// Changes of entries: other texts, none at all, and the marks that readers put to them.

import { limits } from '../../../protocol/limits';
import type { Name, Reaction } from '../../../protocol/model';
import type { Store } from '../store';
import { type EntryRow, selectEntries } from './entries';

interface ReactionRow {
  readonly mark: string;
  readonly author: number;
  readonly name: Name;
}

type ChangeRow = EntryRow & {
  /** The log's, of the last change. */
  readonly position: number;
};

export class EntryChanges {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      edit: db.prepare<never, [string, number, number]>(
        'UPDATE entry SET text = ?, edited = ? WHERE serial = ?',
      ),
      delete: db.prepare<never, [number, number]>(
        `UPDATE entry SET text = '', deleted = ? WHERE serial = ?`,
      ),
      dropFile: db.prepare<never, [number]>('DELETE FROM entry_file WHERE serial = ?'),
      dropReactions: db.prepare<never, [number]>('DELETE FROM reaction WHERE serial = ?'),
      record: db.prepare<never, [number, number, number]>(
        'INSERT OR REPLACE INTO entry_change (conversation, position, serial) VALUES (?, ?, ?)',
      ),
      after: db.prepare<ChangeRow, [number, number, number]>(
        `SELECT changes.position AS position, entries.* FROM entry_change AS changes
         JOIN (${selectEntries}) AS entries ON entries.serial = changes.serial
         WHERE changes.conversation = +? AND changes.position > +?
         ORDER BY changes.position LIMIT +?`,
      ),
      last: db.prepare<{ position: number }, [number]>(
        'SELECT position FROM entry_change WHERE conversation = +? ORDER BY position DESC LIMIT 1',
      ),
      react: db.prepare<never, [number, number, string, string]>(
        'INSERT OR IGNORE INTO reaction (serial, author, mark, name) VALUES (?, ?, ?, ?)',
      ),
      unreact: db.prepare<never, [number, number, string]>(
        'DELETE FROM reaction WHERE serial = ? AND author = ? AND mark = ?',
      ),
      countOf: db.prepare<{ count: number }, [number, number]>(
        'SELECT count(*) AS count FROM reaction WHERE serial = ? AND author = ?',
      ),
      reactions: db.prepare<ReactionRow, [number]>(
        'SELECT mark, author, name FROM reaction WHERE serial = +? ORDER BY mark, author',
      ),
    };
  }

  edit(serial: number, text: string, at: number): void {
    this.#sql.edit.run(text, at, serial);
  }

  /** Only that there was something stays. */
  delete(serial: number, at: number): void {
    this.#sql.delete.run(at, serial);
    this.#sql.dropFile.run(serial);
    this.#sql.dropReactions.run(serial);
  }

  /** Devices that were away find the entry among the changes. */
  record({ conversation, serial }: EntryRow, position: number): void {
    this.#sql.record.run(conversation, position, serial);
  }

  after(conversation: number, position: number, most: number): ChangeRow[] {
    return this.#sql.after.all(conversation, position, most);
  }

  /** The position of the last change in a conversation; 0 where there was none. */
  lastOf(conversation: number): number {
    return this.#sql.last.get(conversation)?.position ?? 0;
  }

  /** Whether that changed anything; `too-many`: one has put as many marks there as one may. */
  react(
    serial: number,
    author: number,
    { mark, on, name }: { readonly mark: string; readonly on: boolean; readonly name: Name },
  ): boolean | 'too-many' {
    if (!on) return this.#sql.unreact.run(serial, author, mark).changes > 0;
    const own = this.#sql.countOf.get(serial, author)?.count ?? 0;
    if (own >= limits.history.marksOfOne) return 'too-many';
    return this.#sql.react.run(serial, author, mark, name).changes > 0;
  }

  /** The marks of an entry, as one reader sees them. */
  reactionsOf(serial: number, reader: number): Reaction[] {
    const marks = new Map<string, { by: Name[]; count: number; own: boolean }>();
    for (const { mark, author, name } of this.#sql.reactions.all(serial)) {
      const known = marks.get(mark) ?? { by: [], count: 0, own: false };
      marks.set(mark, known);
      known.count++;
      if (known.by.length < limits.history.namedReactors) known.by.push(name);
      if (author === reader) known.own = true;
    }
    return Array.from(marks, ([mark, rest]) => ({ mark, ...rest }));
  }
}

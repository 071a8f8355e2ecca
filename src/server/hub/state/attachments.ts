// The table of attachments: files that wait for a recipient.

import type { WaitingFile } from '../../../protocol/commands';
import { limits } from '../../../protocol/limits';
import type { FileHash, FileRef, Name, RecipientId } from '../../../protocol/model';
import { keyOf } from '../names';
import type { Store } from '../store';

/** Every hash that something in the database still needs; any other file on disk is an orphan. */
export function neededFiles(db: Store): Set<FileHash> {
  const rows = db
    .query<{ hash: FileHash }, []>(
      `SELECT hash FROM file
       UNION SELECT file_hash FROM entry_file`,
    )
    .all();
  return new Set(rows.map((row) => row.hash));
}

/** Whether one file is still needed. */
export function fileIsNeeded(db: Store): (hash: FileHash) => boolean {
  const find = db.prepare<{ one: 1 }, [string]>(
    `SELECT 1 AS one FROM file WHERE hash = ?1
     UNION ALL SELECT 1 FROM live.offer WHERE hash = ?1
     UNION ALL SELECT 1 FROM entry_file WHERE file_hash = ?1 LIMIT 1`,
  );
  return (hash) => find.get(hash) !== null;
}

/** Guests do not outlive the server, nor do the files that waited for them. Run once at start. */
export function forgetGuestsFiles(db: Store): void {
  db.run(`DELETE FROM file WHERE recipient LIKE 'g%'`);
}

/** How many files came before a time, in ms. */
export function countOlderFiles(db: Store): (before: number) => number {
  const count = db.prepare<{ count: number }, [number]>(
    'SELECT count(*) AS count FROM file WHERE at < ?',
  );
  return (before) => count.get(before)?.count ?? 0;
}

interface NewAttachment {
  /** That of the message it came with. */
  readonly serial: number;
  readonly recipient: RecipientId;
  readonly from: Name;
  readonly id: number;
  readonly file: FileRef;
  /** Hub time in ms. */
  readonly at: number;
}

type Values = Readonly<Record<string, string | number>>;
type Hash = { readonly hash: FileHash };

export class Attachments {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      add: db.prepare<never, Values>(
        `INSERT INTO file (serial, recipient, from_key, from_name, id, hash, size, name, at)
         VALUES ($serial, $recipient, $fromKey, $from, $id, $hash, $size, $name, $at)`,
      ),
      count: db.prepare<{ count: number }, [string]>(
        'SELECT count(*) AS count FROM file WHERE recipient = ?',
      ),
      countFrom: db.prepare<{ count: number }, [string, string]>(
        'SELECT count(*) AS count FROM file WHERE recipient = ? AND from_key = ?',
      ),
      newest: db.prepare<WaitingFile, [string, string, number]>(
        `SELECT serial, hash, size, name FROM file
         WHERE recipient = +? AND from_key = +? AND id = +? ORDER BY serial DESC LIMIT 1`,
      ),
      named: db.prepare<WaitingFile, [string, string]>(
        `SELECT serial, hash, size, name FROM file
         WHERE recipient = +? AND name = +? ORDER BY serial LIMIT 1`,
      ),
      find: db.prepare<FileRef & { readonly recipient: RecipientId }, [number]>(
        'SELECT recipient, hash, size, name FROM file WHERE serial = ?',
      ),
      // With a message that is still to be delivered its file will come by itself.
      delivered: db.prepare<WaitingFile & { readonly from: Name }, [string, number, number]>(
        `SELECT serial, hash, size, name, from_name AS "from" FROM file
         WHERE recipient = +? AND serial > +?
           AND NOT EXISTS (SELECT 1 FROM message WHERE message.serial = file.serial)
         ORDER BY serial LIMIT +?`,
      ),
      remove: db.prepare<Hash, [number]>('DELETE FROM file WHERE serial = ? RETURNING hash'),
      removeOf: db.prepare<Hash, [string]>('DELETE FROM file WHERE recipient = ? RETURNING hash'),
      removeOlder: db.prepare<Hash, [number, number]>(
        `DELETE FROM file WHERE serial IN (SELECT serial FROM file WHERE at < +? ORDER BY at LIMIT +?)
         RETURNING hash`,
      ),
    };
  }

  add({ serial, recipient, from, id, file, at }: NewAttachment): void {
    const { hash, size, name } = file;
    this.#sql.add.run({ serial, recipient, fromKey: keyOf(from), from, id, hash, size, name, at });
  }

  /** Whether a recipient has a place for one more file of a sender: nobody takes the places of all others. */
  hasRoomFor(recipient: RecipientId, from: Name): boolean {
    const own = this.#sql.countFrom.get(recipient, keyOf(from))?.count ?? 0;
    if (own >= limits.hub.attachmentsPerSender) return false;
    const all = this.#sql.count.get(recipient)?.count ?? 0;
    const most =
      own < limits.hub.attachmentsLeast
        ? limits.hub.attachmentsPerRecipientMost
        : limits.hub.attachmentsPerRecipient;
    return all < most;
  }

  /** The newest that a user sent under an id. */
  newest(recipient: RecipientId, from: Name, id: number): WaitingFile | undefined {
    return this.#sql.newest.get(recipient, keyOf(from), id) ?? undefined;
  }

  /** The oldest of a name. */
  named(recipient: RecipientId, name: string): WaitingFile | undefined {
    return this.#sql.named.get(recipient, name) ?? undefined;
  }

  find(serial: number): (FileRef & { readonly recipient: RecipientId }) | undefined {
    return this.#sql.find.get(serial) ?? undefined;
  }

  /** Those whose message was delivered, behind a serial: the oldest of them. */
  delivered(recipient: RecipientId, after: number): (WaitingFile & { readonly from: Name })[] {
    return this.#sql.delivered.all(recipient, after, limits.hub.attachmentsListed);
  }

  /** Removes one and says what it held, or undefined where there was none. */
  remove(serial: number): FileHash | undefined {
    return this.#sql.remove.get(serial)?.hash;
  }

  /** Removes all that wait for a recipient and says what they held. */
  removeOf(recipient: RecipientId): FileHash[] {
    return this.#sql.removeOf.all(recipient).map(({ hash }) => hash);
  }

  /** Removes the oldest of those that came before a time, in ms, and says what they held. */
  removeOlder(before: number, most: number): FileHash[] {
    return this.#sql.removeOlder.all(before, most).map(({ hash }) => hash);
  }
}

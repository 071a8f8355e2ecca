// Counts what a stopped server left on disk, so that no accepted message can be missing.

import { Database } from 'bun:sqlite';
import { join } from 'node:path';

/** Says what is wrong with the messages that wait in a folder, if anything. `sent` were accepted, none delivered. */
export function* wrongStored(folder: string, sent: number, others = 0): Iterable<string> {
  const db = new Database(join(folder, 'chat.db'), { readonly: true });
  try {
    const count = (sql: string): number =>
      db.query<{ count: number }, []>(`SELECT count(*) AS count FROM ${sql}`).get()?.count ?? -1;
    const waiting = count('message') - others;
    if (waiting !== sent) yield `${waiting} messages wait on disk, and not ${sent}`;
    const ids = count('(SELECT DISTINCT sender, id FROM message)') - others;
    if (ids !== sent) yield `${ids} different ids wait on disk, and not ${sent}`;
    const counted = count(
      'account WHERE waiting <> (SELECT count(*) FROM message WHERE recipient = account.id)',
    );
    if (counted !== 0) yield `${counted} accounts count wrongly what waits for them`;
  } finally {
    db.close();
  }
}

// What a server that has stopped left on disk, counted, so that nothing that was accepted can be missing.

import { Database } from 'bun:sqlite';
import { join } from 'node:path';

/** Says what is wrong with what waits in a folder, if anything: `sent` messages were accepted, none delivered. */
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

// A data folder in which very many messages wait for users who are away.

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

import { openStore } from '../../src/server/hub/store';

/** How many messages wait for each recipient. One account may have no more than limits.hub allows. */
const perRecipient = 50_000;

/** Writes `count` waiting messages by the hub's own schema, without its journal: the server never ran here. */
export function fillPending(folder: string, count: number): void {
  mkdirSync(folder, { recursive: true });
  const db = openStore(join(folder, 'chat.db'));
  const recipients = Math.ceil(count / perRecipient);
  db.run('PRAGMA synchronous = OFF');
  db.transaction(() => {
    db.run(
      `INSERT INTO account (key, name, full_name, born, host, registered_at, last_id, waiting)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
       SELECT 'waits' || i, 'waits' || i, 'Bench User', '01/02/2003', '127.0.0.1', 0, ?2, 0 FROM n`,
      [recipients, perRecipient],
    );
    db.run(
      `INSERT INTO message (recipient, sender, id, from_name, to_name, text, origin, at)
       WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?1)
       SELECT a.id, 'a' || a.id, i / ?2 + 1, a.name, a.name, 'a message that waits for somebody who is away', 'mailbox', 0
       FROM n JOIN account AS a ON a.key = 'waits' || (i % ?2)`,
      [count, recipients],
    );
    db.run(
      'UPDATE account SET waiting = (SELECT count(*) FROM message WHERE recipient = account.id)',
    );
    // Serials are the log's positions: the server goes on behind the last of them.
    db.run('UPDATE log SET position = (SELECT max(serial) FROM message)');
  })();
  db.close();
}

// Attachments that wait for their recipient: found, taken, expired.

import type { WaitingFile } from '../../../protocol/commands';
import { limits } from '../../../protocol/limits';
import { type FileHash, type Name, ok, refused } from '../../../protocol/model';
import type { Handlers } from '../context';
import { accountRecipient, guestRecipient, keyOf } from '../names';
import { mayAct, type People } from '../state/people';
import type { Store } from '../store';

/** Every hash that something in the database still needs; any other file on disk is an orphan. */
export function neededFiles(db: Store): Set<FileHash> {
  const rows = db.query<{ hash: FileHash }, []>('SELECT DISTINCT hash FROM file').all();
  return new Set(rows.map((row) => row.hash));
}

/** Whether one file is still needed. */
export function fileIsNeeded(db: Store): (hash: FileHash) => boolean {
  const find = db.prepare<{ one: 1 }, [string]>(
    `SELECT 1 AS one FROM file WHERE hash = ?1
     UNION ALL SELECT 1 FROM live.offer WHERE hash = ?1 LIMIT 1`,
  );
  return (hash) => find.get(hash) !== null;
}

/** Guests do not outlive the server, nor do the files that waited for them. Run once at start. */
export function forgetGuestsFiles(db: Store): void {
  db.run(`DELETE FROM file WHERE recipient LIKE 'g%'`);
}

export function files(
  db: Store,
  people: People,
): Pick<Handlers, 'file-find' | 'files-waiting' | 'file-taken' | 'file-expire'> {
  const find = db.prepare<
    { serial: number; hash: FileHash; size: number; name: string },
    [string, string, number]
  >(
    `SELECT serial, hash, size, name FROM file
     WHERE recipient = ? AND from_key = ? AND id = ? ORDER BY serial DESC LIMIT 1`,
  );
  // With a message that is still to be delivered its file will come by itself.
  const waiting = db.prepare<WaitingFile & { readonly from: Name }, [string, number]>(
    `SELECT serial, hash, size, name, from_key AS "from" FROM file
     WHERE recipient = ? AND NOT EXISTS (SELECT 1 FROM message WHERE message.serial = file.serial)
     ORDER BY serial LIMIT ?`,
  );
  const address = db.prepare<{ host: string }, [number]>(
    'SELECT host FROM address WHERE account = ?',
  );
  const take = db.prepare<{ hash: FileHash }, [number]>(
    'DELETE FROM file WHERE serial = ? RETURNING hash',
  );
  const expire = db.prepare<{ hash: FileHash }, [number]>(
    'DELETE FROM file WHERE at < ? RETURNING hash',
  );

  return {
    'file-find'(command) {
      const account = people.account(command.account);
      if (command.session !== undefined) {
        const session = people.session(command.session);
        if (!session || session.key !== keyOf(command.account)) return refused('not-allowed');
        const recipient =
          session.account === null ? guestRecipient(session.id) : accountRecipient(session.account);
        const row = find.get(recipient, keyOf(command.from), command.id);
        return row ? ok(row) : refused('unknown-file');
      }
      if (!account) return refused('unknown-user');
      if (!mayAct(account, command.tokenHash)) return refused('not-allowed');
      const isAtHome = address.get(account.id)?.host === command.host;
      if (command.tokenHash === undefined && !isAtHome) return refused('elsewhere');
      const row = find.get(accountRecipient(account.id), keyOf(command.from), command.id);
      return row ? ok(row) : refused('unknown-file');
    },

    'files-waiting'(command) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      return ok({
        files: waiting.all(people.recipientOf(session), limits.hub.attachmentsListed),
      });
    },

    'file-taken'(command, context) {
      const row = take.get(command.serial);
      if (!row) return refused('unknown-file');
      context.isDurable = true;
      context.emit({ is: 'file-released', hash: row.hash });
      return ok(undefined);
    },

    'file-expire'(command, context) {
      const hashes = expire.all(command.before).map((row) => row.hash);
      if (hashes.length > 0) context.isDurable = true;
      for (const hash of hashes) context.emit({ is: 'file-released', hash });
      return ok({ hashes });
    },
  };
}

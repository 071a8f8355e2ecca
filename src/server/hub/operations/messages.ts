// Private messages: accepted once they are stored, erased once they are delivered.

import { limits } from '../../../protocol/limits';
import {
  type Actor,
  type Direct,
  type FileHash,
  type Name,
  ok,
  type RecipientId,
  refused,
  type SessionId,
} from '../../../protocol/model';
import type { Handlers } from '../context';
import { accountOf, guestOf, keyOf } from '../names';
import type { ActingUser, MessageRecipient, People } from '../state/people';
import type { Store } from '../store';

interface MessageRow {
  readonly serial: number;
  readonly sender: RecipientId;
  readonly id: number;
  readonly from_name: Name;
  readonly to_name: Name;
  readonly text: string;
  readonly raw: Uint8Array | null;
  readonly file_hash: FileHash | null;
  readonly file_size: number | null;
  readonly file_name: string | null;
  readonly reference: number | null;
  readonly origin: string;
  readonly at: number;
}

const columns =
  'serial, sender, id, from_name, to_name, text, raw, file_hash, file_size, file_name, reference, origin, at';

const direct = (row: MessageRow): Direct => ({
  is: 'direct',
  serial: row.serial,
  id: row.id,
  from: row.from_name,
  to: row.to_name,
  text: row.text,
  origin: row.origin,
  at: row.at,
  ...(row.raw !== null && { raw: row.raw }),
  ...(row.reference !== null && { reference: row.reference }),
  ...(row.file_hash !== null && {
    file: { hash: row.file_hash, size: row.file_size ?? 0, name: row.file_name ?? '' },
  }),
});

/** What waits for a recipient after a serial, oldest first: read by delivery between groups. */
export type ReadWaiting = (recipient: RecipientId, after: number, most: number) => Direct[];

export function readWaiting(db: Store): ReadWaiting {
  const where = 'WHERE recipient = ? AND serial > ? ORDER BY serial LIMIT ?';
  const kept = db.prepare<MessageRow, [number, number, number]>(
    `SELECT ${columns} FROM message ${where}`,
  );
  const passing = db.prepare<MessageRow, [string, number, number]>(
    `SELECT ${columns} FROM live.message ${where}`,
  );
  return (recipient, after, most) => {
    const account = accountOf(recipient);
    const rows =
      account === undefined
        ? passing.all(guestOf(recipient) ?? '', after, most)
        : kept.all(account, after, most);
    return rows.map(direct);
  };
}

const lastMessageId = 4_294_967_295;

export function mail(
  db: Store,
  people: People,
): Pick<Handlers, 'direct' | 'may-send-file' | 'settle' | 'undelivered'> {
  type Values = [
    number,
    number | string,
    string,
    number,
    string,
    string,
    string,
    Uint8Array | null,
    string | null,
    number | null,
    string | null,
    number | null,
    string,
    number,
  ];
  const values = `(serial, recipient, sender, id, from_name, to_name, text, raw, file_hash, file_size, file_name, reference, origin, at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
  const keep = db.prepare<never, Values>(`INSERT INTO message ${values}`);
  const pass = db.prepare<never, Values>(`INSERT INTO live.message ${values}`);
  const room = 'SET waiting = waiting + 1 WHERE id = ? AND waiting < ?';
  const roomKept = db.prepare<never, [number, number]>(`UPDATE account ${room}`);
  const roomPassing = db.prepare<never, [string, number]>(`UPDATE live.session ${room}`);
  // The id after the last is 1 again (source 1, section 6.5). Asking afterwards costs less than RETURNING.
  const count = `SET last_id = last_id % ${lastMessageId} + 1 WHERE id = ?`;
  const countAccount = db.prepare<never, [number]>(`UPDATE account ${count}`);
  const countSession = db.prepare<never, [string]>(`UPDATE live.session ${count}`);
  const lastOfAccount = db.prepare<{ last_id: number }, [number]>(
    'SELECT last_id FROM account WHERE id = ?',
  );
  const lastOfSession = db.prepare<{ last_id: number }, [string]>(
    'SELECT last_id FROM live.session WHERE id = ?',
  );
  const told = 'SELECT sender, id, to_name, file_name, reference FROM';
  const of = 'WHERE serial = ? AND recipient = ?';
  type Told = Pick<MessageRow, 'sender' | 'id' | 'to_name' | 'file_name' | 'reference'>;
  const findKept = db.prepare<Told, [number, number]>(`${told} message ${of}`);
  const findPassing = db.prepare<Told, [number, string]>(`${told} live.message ${of}`);
  const eraseKept = db.prepare<never, [number]>('DELETE FROM message WHERE serial = ?');
  const erasePassing = db.prepare<never, [number]>('DELETE FROM live.message WHERE serial = ?');
  const lessKept = db.prepare<never, [number]>(
    'UPDATE account SET waiting = waiting - 1 WHERE id = ?',
  );
  const lessPassing = db.prepare<never, [string]>(
    'UPDATE live.session SET waiting = waiting - 1 WHERE id = ?',
  );
  const insertFile = db.prepare<
    never,
    [number, string, string, number, string, number, string, number]
  >(
    'INSERT INTO file (serial, recipient, from_key, id, hash, size, name, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
  );
  const filesWaiting = db.prepare<{ count: number }, [string]>(
    'SELECT count(*) AS count FROM file WHERE recipient = ?',
  );

  const stillWaits = db.prepare<{ one: 1 }, [number, string, number, string]>(
    `SELECT 1 AS one FROM message WHERE serial = ? AND sender = ?
     UNION ALL SELECT 1 FROM live.message WHERE serial = ? AND sender = ? LIMIT 1`,
  );

  const nextId = ({ account, session = '' as SessionId }: ActingUser): number => {
    if (account === undefined) countSession.run(session);
    else countAccount.run(account);
    const row = account === undefined ? lastOfSession.get(session) : lastOfAccount.get(account);
    if (!row) throw new Error('a sender that was found is gone');
    return row.last_id;
  };

  /** Who writes to whom, or why nobody can. */
  const parties = ({ from, to: name }: { readonly from: Actor; readonly to: Name }) => {
    const doer = people.actingUser(from);
    if (doer === 'unknown') return refused('unknown-sender');
    if (doer === 'not-allowed') return refused('not-allowed');
    const to = people.recipientNamed(name);
    return to ? ok({ doer, to }) : refused('unknown-user');
  };
  const hasRoomForFile = ({ recipient }: MessageRecipient): boolean =>
    (filesWaiting.get(recipient)?.count ?? 0) < limits.hub.attachmentsPerRecipient;

  return {
    direct(command, context) {
      const found = parties(command);
      if (!found.ok) return found;
      const { doer, to } = found.value;
      if (command.text.length > limits.hub.textBytes) return refused('too-long');
      const { file } = command;
      if (file && !hasRoomForFile(to)) return refused('full');
      const account = accountOf(to.recipient);
      const most = limits.hub.pendingPerRecipient;
      const fits =
        account === undefined
          ? roomPassing.run(guestOf(to.recipient) ?? '', most)
          : roomKept.run(account, most);
      if (fits.changes === 0) return refused('full');

      const id = nextId(doer);
      if (doer.account !== undefined || account !== undefined || file) context.isDurable = true;
      const at = context.seconds;
      const serial = context.position;
      const row: Values = [
        serial,
        account ?? guestOf(to.recipient) ?? '',
        doer.recipient,
        id,
        doer.name,
        command.to,
        command.text,
        command.raw ?? null,
        file?.hash ?? null,
        file?.size ?? null,
        file?.name ?? null,
        command.reference ?? null,
        command.origin,
        at,
      ];
      if (account === undefined) pass.run(...row);
      else keep.run(...row);
      if (file) {
        insertFile.run(
          serial,
          to.recipient,
          keyOf(doer.name),
          id,
          file.hash,
          file.size,
          file.name,
          context.at,
        );
      }
      const { reference } = command;
      context.emit({
        is: 'direct',
        to: to.recipient,
        message: {
          is: 'direct',
          serial,
          id,
          from: doer.name,
          to: command.to,
          text: command.text,
          origin: command.origin,
          at,
          ...(command.raw && { raw: command.raw }),
          ...(reference !== undefined && { reference }),
          ...(file && { file }),
        },
      });
      return ok({ id, serial, waiting: !to.reachable });
    },

    'may-send-file'(command) {
      const found = parties(command);
      if (!found.ok) return found;
      return hasRoomForFile(found.value.to) ? ok(undefined) : refused('full');
    },

    undelivered(command) {
      const session = people.session(command.session);
      if (!session) return refused('not-entered');
      const sender = people.recipientOf(session);
      const waiting = command.serials.filter((serial) =>
        stillWaits.get(serial, sender, serial, sender),
      );
      return ok({ waiting });
    },

    settle(command, context) {
      const account = accountOf(command.recipient);
      const guest = guestOf(command.recipient) ?? ('' as SessionId);
      const row =
        account === undefined
          ? findPassing.get(command.serial, guest)
          : findKept.get(command.serial, account);
      if (!row) return refused('unknown-message');
      if (account === undefined) {
        erasePassing.run(command.serial);
        lessPassing.run(guest);
      } else {
        context.isDurable = true;
        eraseKept.run(command.serial);
        lessKept.run(account);
      }
      context.notify(
        { recipient: row.sender },
        {
          is: 'receipt',
          id: row.id,
          by: row.to_name,
          status: command.status,
          ...(row.file_name !== null && { file: row.file_name }),
          ...(row.reference !== null && { reference: row.reference }),
        },
      );
      return ok(undefined);
    },
  };
}

// The tables of private messages that wait: for accounts on disk, for guests in memory.

import type { Direct, FileHash, Name, RecipientId } from '../../../protocol/model';
import { accountOf, guestOf } from '../names';
import type { Store } from '../store';
import { type Owner, PendingShares, type Place } from './pending_shares';
import type { ActingUser } from './users';

export interface MessageRow {
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

/** What the sender of a message is told when it has been delivered, or never will be. */
export type SentMessage = Pick<MessageRow, 'sender' | 'id' | 'to_name' | 'file_name' | 'reference'>;

type Values = Readonly<Record<string, string | number | Uint8Array | null>>;

/** The sender's own count goes from 1 to this, then to 1 again (source 000, 6.5). */
const lastMessageId = 4_294_967_295;

export const columns =
  'serial, sender, id, from_name, to_name, text, raw, file_hash, file_size, file_name, reference, origin, at';

export const direct = (row: MessageRow): Direct => ({
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
  // A name without a hash: the file is not here.
  ...(row.file_hash === null && row.file_name !== null && { fileAtSender: row.file_name }),
});

/** The messages for one kind of recipient, and what is counted of each of them. */
class MessageTable {
  readonly shares: PendingShares;
  readonly #sql;

  /** `owners`: the table in which each recipient and each sender of this kind has a row. */
  constructor(db: Store, schema: 'main' | 'live', owners: 'account' | 'live.session') {
    const messages = `${schema}.message`;
    this.shares = new PendingShares(db, schema);
    this.#sql = {
      add: db.prepare<never, Values>(
        `INSERT INTO ${messages} (${columns}, recipient, bytes, is_counted) VALUES
           ($serial, $sender, $id, $fromName, $toName, $text, $raw, $fileHash, $fileSize, $fileName,
            $reference, $origin, $at, $recipient, $bytes, $isCounted)`,
      ),
      find: db.prepare<SentMessage & Place, [number, Owner]>(
        `SELECT sender, id, to_name, file_name, reference, bytes, is_counted FROM ${messages}
         WHERE serial = ? AND recipient = ?`,
      ),
      remove: db.prepare<never, [number]>(`DELETE FROM ${messages} WHERE serial = ?`),
      nextId: db.prepare<never, [Owner]>(
        `UPDATE ${owners} SET last_id = last_id % ${lastMessageId} + 1 WHERE id = ?`,
      ),
      lastId: db.prepare<{ last_id: number }, [Owner]>(
        `SELECT last_id FROM ${owners} WHERE id = ?`,
      ),
    };
  }

  nextId(sender: Owner): number {
    // Asking afterwards costs less than RETURNING.
    this.#sql.nextId.run(sender);
    const row = this.#sql.lastId.get(sender);
    if (!row) throw new Error('a sender that was found is gone');
    return row.last_id;
  }

  add(recipient: Owner, sender: RecipientId, message: Direct, place: Place): void {
    const { file } = message;
    this.#sql.add.run({
      serial: message.serial,
      recipient,
      sender,
      id: message.id,
      fromName: message.from,
      toName: message.to,
      text: message.text,
      raw: message.raw ?? null,
      fileHash: file?.hash ?? null,
      fileSize: file?.size ?? null,
      fileName: file?.name ?? message.fileAtSender ?? null,
      reference: message.reference ?? null,
      origin: message.origin,
      at: message.at,
      bytes: place.bytes,
      isCounted: place.is_counted,
    });
  }

  remove(recipient: Owner, serial: number): SentMessage | undefined {
    const row = this.#sql.find.get(serial, recipient);
    if (!row) return undefined;
    this.#sql.remove.run(serial);
    this.shares.giveBack(recipient, row.sender, row);
    return row;
  }
}

/** Messages that were accepted and not settled, of both kinds of recipients. */
export class PendingMessages {
  readonly #accounts: MessageTable;
  readonly #guests: MessageTable;
  readonly #sql;

  constructor(db: Store) {
    this.#accounts = new MessageTable(db, 'main', 'account');
    this.#guests = new MessageTable(db, 'live', 'live.session');
    this.#sql = {
      isPending: db.prepare<{ one: 1 }, [number, string, number, string]>(
        `SELECT 1 AS one FROM message WHERE serial = ? AND sender = ?
         UNION ALL SELECT 1 FROM live.message WHERE serial = ? AND sender = ? LIMIT 1`,
      ),
      removeOfGuest: db.prepare<SentMessage, [string]>(
        `DELETE FROM live.message WHERE recipient = ?
         RETURNING sender, id, to_name, file_name, reference`,
      ),
    };
  }

  #of(recipient: RecipientId): readonly [MessageTable, Owner] {
    const account = accountOf(recipient);
    return account === undefined
      ? [this.#guests, guestOf(recipient) ?? '']
      : [this.#accounts, account];
  }

  /** Takes a place in what waits for a recipient; undefined where there is none left for this sender. */
  reserve(recipient: RecipientId, sender: RecipientId, bytes: number): Place | undefined {
    const [table, owner] = this.#of(recipient);
    return table.shares.take(owner, sender, bytes);
  }

  /** The sender's next message id. */
  nextId({ account, session }: ActingUser): number {
    return account === undefined
      ? this.#guests.nextId(session ?? '')
      : this.#accounts.nextId(account);
  }

  add(recipient: RecipientId, sender: RecipientId, message: Direct, place: Place): void {
    const [table, owner] = this.#of(recipient);
    table.add(owner, sender, message, place);
  }

  /** Removes a message and says whose it was, or undefined where there is none. */
  remove(recipient: RecipientId, serial: number): SentMessage | undefined {
    const [table, owner] = this.#of(recipient);
    return table.remove(owner, serial);
  }

  /** Removes all that waits for a guest. */
  removeOfGuest(session: string): SentMessage[] {
    this.#guests.shares.forget(session);
    return this.#sql.removeOfGuest.all(session);
  }

  isPending(serial: number, sender: RecipientId): boolean {
    return this.#sql.isPending.get(serial, sender, serial, sender) !== null;
  }
}

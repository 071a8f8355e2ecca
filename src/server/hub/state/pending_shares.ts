// The places in what waits for a recipient: counted in messages and bytes, and by sender where much waits.

import { limits } from '../../../protocol/limits';
import type { RecipientId } from '../../../protocol/model';
import type { Store } from '../store';

/** An account's number, or a guest's session. */
export type Owner = number | string;

/** The place that a message takes. */
export interface Place {
  readonly bytes: number;
  /** 1 where it is counted for its sender, too. */
  readonly is_counted: 0 | 1;
}

interface Waiting {
  readonly waiting: number;
  readonly waiting_bytes: number;
}

/** The schemas: accounts' messages are on disk, guests' in memory. */
type Schema = 'main' | 'live';

export class PendingShares {
  readonly #sql;
  readonly #isInMemory: boolean;

  constructor(db: Store, schema: Schema) {
    this.#isInMemory = schema === 'live';
    const owners = schema === 'live' ? 'live.session' : 'main.account';
    const shares = `${schema}.message_share`;
    this.#sql = {
      addUncounted: db.prepare<never, [number, Owner, number, number]>(
        `UPDATE ${owners} SET waiting = waiting + 1, waiting_bytes = waiting_bytes + ?
         WHERE id = ? AND waiting_bytes < ? AND waiting < ?`,
      ),
      add: db.prepare<never, [number, Owner]>(
        `UPDATE ${owners} SET waiting = waiting + 1, waiting_bytes = waiting_bytes + ? WHERE id = ?`,
      ),
      remove: db.prepare<never, [number, Owner]>(
        `UPDATE ${owners} SET waiting = waiting - 1, waiting_bytes = waiting_bytes - ? WHERE id = ?`,
      ),
      waiting: db.prepare<Waiting, [Owner]>(
        `SELECT waiting, waiting_bytes FROM ${owners} WHERE id = ?`,
      ),
      share: db.prepare<{ bytes: number }, [Owner, string]>(
        `SELECT bytes FROM ${shares} WHERE recipient = ? AND sender = ?`,
      ),
      all: db.prepare<{ bytes: number | null }, []>(`SELECT sum(bytes) AS bytes FROM ${shares}`),
      addShare: db.prepare<never, [Owner, string, number]>(
        `INSERT INTO ${shares} (recipient, sender, bytes) VALUES (?, ?, ?)
         ON CONFLICT (recipient, sender) DO UPDATE SET bytes = bytes + excluded.bytes`,
      ),
      reduceShare: db.prepare<never, [number, Owner, string]>(
        `UPDATE ${shares} SET bytes = bytes - ? WHERE recipient = ? AND sender = ?`,
      ),
      removeEmptyShare: db.prepare<never, [Owner, string]>(
        `DELETE FROM ${shares} WHERE recipient = ? AND sender = ? AND bytes <= 0`,
      ),
      removeShares: db.prepare<never, [Owner]>(`DELETE FROM ${shares} WHERE recipient = ?`),
    };
  }

  /** Takes a place for a message of so many bytes; undefined where there is none for this sender. */
  take(recipient: Owner, sender: RecipientId, bytes: number): Place | undefined {
    const { changes } = this.#sql.addUncounted.run(
      bytes,
      recipient,
      limits.hub.pendingBytesUncounted,
      limits.hub.pendingPerRecipient,
    );
    if (changes > 0) return { bytes, is_counted: 0 };
    if (!this.#hasPlace(recipient, sender, bytes)) return undefined;
    this.#sql.add.run(bytes, recipient);
    this.#sql.addShare.run(recipient, sender, bytes);
    return { bytes, is_counted: 1 };
  }

  #hasPlace(recipient: Owner, sender: RecipientId, bytes: number): boolean {
    const { waiting = 0, waiting_bytes: before = 0 } = this.#sql.waiting.get(recipient) ?? {};
    const own = bytes + (this.#sql.share.get(recipient, sender)?.bytes ?? 0);
    const all = before + bytes;
    if (own > limits.hub.pendingBytesPerSender || all > limits.hub.pendingBytesPerRecipientMost)
      return false;
    if (own <= limits.hub.pendingBytesLeast) return waiting < limits.hub.pendingPerRecipientMost;
    if (all > limits.hub.pendingBytesPerRecipient || waiting >= limits.hub.pendingPerRecipient)
      return false;
    return !this.#isInMemory || bytes + this.#countedInAll() <= limits.hub.pendingBytesOfGuests;
  }

  #countedInAll(): number {
    return this.#sql.all.get()?.bytes ?? 0;
  }

  /** Gives a message's place back. */
  giveBack(recipient: Owner, sender: RecipientId, place: Place): void {
    this.#sql.remove.run(place.bytes, recipient);
    if (place.is_counted === 0) return;
    this.#sql.reduceShare.run(place.bytes, recipient, sender);
    this.#sql.removeEmptyShare.run(recipient, sender);
  }

  /** The recipient is gone. */
  forget(recipient: Owner): void {
    this.#sql.removeShares.run(recipient);
  }
}

// What waits for a recipient, read for delivery: in order where it is little, else a turn for each sender.

import type { Direct, RecipientId } from '../../../protocol/model';
import { accountOf, guestOf } from '../names';
import type { Store } from '../store';
import { columns, direct, type MessageRow } from './messages';
import type { Owner } from './pending_shares';

/** The messages of a recipient that come next. */
export interface Pending {
  readonly messages: readonly Direct[];
  /** Others wait behind them. */
  readonly hasMore: boolean;
  /** Whose turn it was last, where so many wait that not each could have one. */
  readonly last: string;
}

/** What waits for a recipient, at most so many, from the senders after one: read by delivery between batches. */
export type ReadPending = (recipient: RecipientId, most: number, after?: string) => Pending;

/**
 * All that waits, oldest first, where it is no more than was asked for. Else every sender has a turn after the other: who
 * has sent ten thousand delays others by as many as anybody.
 */
export function readPending(db: Store): ReadPending {
  const forAccounts = new PendingReader(db, 'message');
  const forGuests = new PendingReader(db, 'live.message');
  return (recipient, most, after = '') => {
    const account = accountOf(recipient);
    return account === undefined
      ? forGuests.read(guestOf(recipient) ?? '', most, after)
      : forAccounts.read(account, most, after);
  };
}

class PendingReader {
  readonly #sql;

  constructor(db: Store, table: string) {
    this.#sql = {
      senderAfter: db.prepare<{ sender: string }, [Owner, string]>(
        `SELECT sender FROM ${table} WHERE recipient = +? AND sender > +? ORDER BY sender LIMIT 1`,
      ),
      oldest: db.prepare<{ serial: number }, [Owner, string, number]>(
        `SELECT serial FROM ${table} WHERE recipient = +? AND sender = +? ORDER BY serial LIMIT +?`,
      ),
      message: db.prepare<MessageRow, [number]>(`SELECT ${columns} FROM ${table} WHERE serial = ?`),
    };
  }

  read(recipient: Owner, most: number, after: string): Pending {
    const senders = this.#senders(recipient, most, after);
    // One more than asked for tells whether that is all.
    const queues = senders.map((sender) =>
      this.#sql.oldest.all(recipient, sender, most + 1).map(({ serial }) => serial),
    );
    const all = queues.flat().sort((a, b) => a - b);
    const isAll = all.length <= most && senders.length < most;
    const serials = isAll ? all : inTurns(queues, most);
    return {
      messages: serials.flatMap((serial) => this.#sql.message.all(serial)).map(direct),
      hasMore: !isAll,
      last: senders.length < most ? '' : (senders.at(-1) ?? ''),
    };
  }

  /** The senders after one, at most so many, and then those up to it. */
  #senders(recipient: Owner, most: number, after: string): string[] {
    const senders: string[] = [];
    let last = after;
    let hasTurned = after === '';
    while (senders.length < most) {
      const next = this.#sql.senderAfter.get(recipient, last)?.sender;
      if (next === undefined && hasTurned) break;
      if (next === undefined) {
        hasTurned = true;
        last = '';
        continue;
      }
      if (next === senders[0]) break;
      senders.push(next);
      last = next;
    }
    return senders;
  }
}

/** The first of each queue, oldest first, then the second of each, and so on. */
function inTurns(queues: readonly (readonly number[])[], most: number): number[] {
  const taken: number[] = [];
  for (let turn = 0; taken.length < most; turn++) {
    const round = queues.flatMap((queue) => queue.slice(turn, turn + 1));
    if (round.length === 0) break;
    taken.push(...round.sort((a, b) => a - b));
  }
  return taken.slice(0, most);
}

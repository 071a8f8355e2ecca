// How far each account has come in the conversations to which it belongs.

import type { Name } from '../../../protocol/model';
import type { Store } from '../store';

export interface MarkRow {
  readonly conversation: number;
  /** What came before this serial is not for the account. */
  readonly since: number;
  /** It has what came up to this serial, on one of its devices at least. */
  readonly got: number;
  /** It has read up to this serial. */
  readonly seen: number;
}

export class Marks {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<MarkRow, [number, number]>(
        'SELECT conversation, since, got, seen FROM mark WHERE account = ? AND conversation = ?',
      ),
      ofAccount: db.prepare<MarkRow, [number]>(
        'SELECT conversation, since, got, seen FROM mark WHERE account = ?',
      ),
      begin: db.prepare<never, [number, number, number]>(
        `INSERT OR IGNORE INTO mark (account, conversation, since, got, seen) VALUES (?1, ?2, ?3, ?3, ?3)`,
      ),
      advance: db.prepare<never, [number, number, number, number]>(
        `UPDATE mark SET got = max(got, ?1), seen = max(seen, ?2) WHERE account = ?3 AND conversation = ?4`,
      ),
      end: db.prepare<never, [number, number]>(
        'DELETE FROM mark WHERE account = ? AND conversation = ?',
      ),
      membersOf: db.prepare<MarkRow & { account: number; name: Name }, [number]>(
        `SELECT account, conversation, since, got, seen, name FROM mark
         JOIN account ON account.id = mark.account WHERE conversation = +? ORDER BY name`,
      ),
      isAny: db.prepare<{ one: 1 }, [number]>(
        'SELECT 1 AS one FROM mark WHERE conversation = ? LIMIT 1',
      ),
      endAll: db.prepare<never, [number]>('DELETE FROM mark WHERE conversation = ?'),
    };
  }

  find(account: number, conversation: number): MarkRow | undefined {
    return this.#sql.find.get(account, conversation) ?? undefined;
  }

  ofAccount(account: number): MarkRow[] {
    return this.#sql.ofAccount.all(account);
  }

  /** The account belongs to a conversation from here on; what came before is not for it. */
  begin(account: number, conversation: number, since: number): void {
    this.#sql.begin.run(account, conversation, since);
  }

  /** Marks only go forward. Whether there is one at all. */
  advance(account: number, conversation: number, to: { got: number; seen: number }): boolean {
    return this.#sql.advance.run(to.got, to.seen, account, conversation).changes > 0;
  }

  end(account: number, conversation: number): void {
    this.#sql.end.run(account, conversation);
  }

  /** All accounts that belong to a conversation. */
  membersOf(conversation: number): (MarkRow & { readonly account: number; readonly name: Name })[] {
    return this.#sql.membersOf.all(conversation);
  }

  /** Whether anybody belongs to a conversation. */
  isAny(conversation: number): boolean {
    return this.#sql.isAny.get(conversation) !== null;
  }

  /** The conversation is gone. */
  endAll(conversation: number): void {
    this.#sql.endAll.run(conversation);
  }
}

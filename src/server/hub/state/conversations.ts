// The table of conversations: whose each is. A name alone never opens one: accounts are told apart by their numbers.

import { limits } from '../../../protocol/limits';
import type { Name, RoomName } from '../../../protocol/model';
import { keyOf } from '../names';
import type { Store } from '../store';

export type ConversationKind = 'private' | 'group' | 'room';

export interface ConversationRow {
  readonly id: number;
  readonly kind: ConversationKind;
  readonly name: Name & RoomName;
  readonly other_name: Name;
  /** Private: the accounts. Null for a guest, and for an account that is gone. */
  readonly account: number | null;
  readonly other: number | null;
  /** 1: nothing more is kept of it. */
  readonly is_off: number;
}

/** One side of a private conversation; a guest has no number that lasts. */
export interface Side {
  readonly account: number | undefined;
  readonly name: Name;
}

/** Two accounts have one conversation, and no matter who wrote first; an account has one with all guests of one name. */
export const privateKey = (one: number, other: Side): string =>
  other.account === undefined
    ? `${one} g ${keyOf(other.name)}`
    : one < other.account
      ? `${one} ${other.account}`
      : `${other.account} ${one}`;
export const groupKey = (group: RoomName): string => `g ${group}`;
export const roomKey = (room: RoomName): string => `r ${room}`;

type NewConversation = Omit<ConversationRow, 'id' | 'is_off'> & {
  readonly key: string;
  readonly is_off: number;
};

const columns = 'id, kind, name, other_name, account, other, is_off';

export class Conversations {
  readonly #sql;
  /** As they were last found, by key. What is written through this class keeps it right. */
  readonly #cache = new Map<string, ConversationRow>();

  constructor(db: Store) {
    this.#sql = {
      byKey: db.prepare<ConversationRow, [string]>(
        `SELECT ${columns} FROM conversation WHERE key = ? AND is_gone = 0`,
      ),
      byId: db.prepare<ConversationRow, [number]>(
        `SELECT ${columns} FROM conversation WHERE id = ? AND is_gone = 0`,
      ),
      named: db.prepare<ConversationRow, [number, string]>(
        `SELECT ${columns} FROM conversation WHERE is_gone = 0 AND account = +?1 AND other_name = +?2
         UNION ALL SELECT ${columns} FROM conversation
         WHERE is_gone = 0 AND other = +?1 AND name = +?2 ORDER BY id DESC LIMIT 1`,
      ),
      ofAccount: db.prepare<ConversationRow, [number]>(
        `SELECT ${columns} FROM conversation WHERE account = ?1
         UNION SELECT ${columns} FROM conversation WHERE other = ?1`,
      ),
      count: db.prepare<{ count: number }, [number]>(
        'SELECT count(*) AS count FROM conversation WHERE account = ? AND other IS NULL',
      ),
      add: db.prepare<never, Record<string, string | number | null>>(
        `INSERT INTO conversation (key, kind, name, other_name, account, other, is_off)
         VALUES ($key, $kind, $name, $other_name, $account, $other, $is_off)`,
      ),
      setOff: db.prepare<never, [number, number]>(
        'UPDATE conversation SET is_off = ? WHERE id = ?',
      ),
      switchFirst: db.prepare<never, [number, number]>(
        `UPDATE conversation SET is_off = ?1 OR coalesce(other IN (SELECT account FROM history_off), 0)
         WHERE account = ?2`,
      ),
      switchSecond: db.prepare<never, [number, number]>(
        `UPDATE conversation SET is_off = ?1 OR coalesce(account IN (SELECT account FROM history_off), 0)
         WHERE other = ?2`,
      ),
      // Its key is free again: what comes under the same name is another conversation.
      close: db.prepare<never, [string]>(
        `UPDATE conversation SET is_gone = 1, key = 'x ' || id WHERE key = ?`,
      ),
      leaveFirst: db.prepare<never, [number]>(
        'UPDATE conversation SET account = NULL WHERE account = ?',
      ),
      leaveSecond: db.prepare<never, [number]>(
        'UPDATE conversation SET other = NULL WHERE other = ?',
      ),
      closeLeft: db.prepare<never, [number]>(
        `UPDATE conversation SET is_gone = 1, key = 'x ' || id
         WHERE (account = ?1 AND other IS NULL) OR (account = ?1 AND other = ?1)`,
      ),
      closeLeftSecond: db.prepare<never, [number]>(
        `UPDATE conversation SET is_gone = 1, key = 'x ' || id WHERE other = ? AND account IS NULL`,
      ),
      remove: db.prepare<{ key: string }, [number]>(
        'DELETE FROM conversation WHERE id = ? RETURNING key',
      ),
      aGone: db.prepare<{ id: number }, []>(
        'SELECT id FROM conversation WHERE is_gone = 1 ORDER BY id LIMIT 1',
      ),
    };
  }

  find(key: string): ConversationRow | undefined {
    const cached = this.#cache.get(key);
    if (cached) return cached;
    const row = this.#sql.byKey.get(key) ?? undefined;
    if (row) this.#remember(key, row);
    return row;
  }

  #remember(key: string, row: ConversationRow): void {
    if (this.#cache.size >= limits.history.cachedConversations) this.#cache.clear();
    this.#cache.set(key, row);
  }

  byId(id: number): ConversationRow | undefined {
    return this.#sql.byId.get(id) ?? undefined;
  }

  /** The newest private conversation of an account with somebody of a name, whether they are still there or not. */
  named(account: number, name: Name): ConversationRow | undefined {
    return this.#sql.named.get(account, name) ?? undefined;
  }

  /** The private conversations of an account. */
  ofAccount(account: number): ConversationRow[] {
    return this.#sql.ofAccount.all(account);
  }

  /** Whether an account may have one more with a guest. Those with accounts are not bounded: accounts are. */
  hasRoomFor(account: number): boolean {
    return (this.#sql.count.get(account)?.count ?? 0) < limits.history.conversationsPerAccount;
  }

  add(conversation: NewConversation): ConversationRow {
    const { lastInsertRowid } = this.#sql.add.run({ ...conversation });
    const { key, ...rest } = conversation;
    const row = { id: Number(lastInsertRowid), ...rest };
    this.#remember(key, row);
    return row;
  }

  setOff(id: number, isOff: boolean): void {
    this.#sql.setOff.run(isOff ? 1 : 0, id);
    this.invalidate();
  }

  /** Switches the private conversations of an account off, or on where the other one wants that too. */
  switchOf(account: number, isOff: boolean): void {
    this.#sql.switchFirst.run(isOff ? 1 : 0, account);
    this.#sql.switchSecond.run(isOff ? 1 : 0, account);
    this.invalidate();
  }

  /** Nobody may read it any more. */
  close(key: string): void {
    this.#sql.close.run(key);
    this.#cache.delete(key);
  }

  /** An account is gone: its side of what it wrote goes, and the other side stays. */
  accountGone(account: number): void {
    this.#sql.closeLeft.run(account);
    this.#sql.closeLeftSecond.run(account);
    this.#sql.leaveFirst.run(account);
    this.#sql.leaveSecond.run(account);
    this.invalidate();
  }

  remove(id: number): void {
    const removed = this.#sql.remove.get(id);
    if (removed) this.#cache.delete(removed.key);
  }

  /** One that waits to be removed. */
  aGone(): number | undefined {
    return this.#sql.aGone.get()?.id;
  }

  /** Something was rolled back: what was found is void. */
  invalidate(): void {
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

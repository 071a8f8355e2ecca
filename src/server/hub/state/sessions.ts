// The table of sessions: the connections that have entered, as guests or as accounts.

import type { Address, CredentialId, Name, RecipientId, SessionId } from '../../../protocol/model';
import { accountOf, guestOf, keyOf } from '../names';
import type { Store } from '../store';
import type { Member } from './membership';

export interface SessionRow {
  readonly id: SessionId;
  /** The name as it is compared (names.ts). */
  readonly key: string;
  readonly name: Name;
  /** Null for a guest. */
  readonly account: number | null;
  readonly dialect: string;
  /** 1 where it cannot be told anything. */
  readonly deaf: number;
  /** The log's position at which it entered: no other session of any start has the same. */
  readonly number: number;
}

/** A session that is about to enter. */
export interface NewSession {
  readonly id: SessionId;
  readonly name: Name;
  readonly account: number | null;
  readonly credential: CredentialId | null;
  readonly dialect: string;
  readonly machine: string;
  readonly address: Address;
  readonly isDeaf: boolean;
  /** The key of a name whose private messages come to this session. */
  readonly hearsFor: string | null;
  /** The log's position. */
  readonly number: number;
  /** Hub time in ms. */
  readonly at: number;
}

type Values = Readonly<Record<string, string | number | null>>;

export const memberOf = (row: SessionRow): Member => ({
  session: row.id,
  name: row.name,
  dialect: row.dialect,
});

export class Sessions {
  readonly #sql;
  /** Sessions as they were found. A row of the table keeps what stands here as long as it lives. */
  readonly #cache = new Map<SessionId, SessionRow>();

  constructor(db: Store) {
    const row = 'SELECT id, key, name, account, dialect, deaf, number FROM live.session';
    this.#sql = {
      find: db.prepare<SessionRow, [string]>(`${row} WHERE id = ?`),
      guest: db.prepare<SessionRow, [string]>(`${row} WHERE key = ? AND account IS NULL`),
      hearer: db.prepare<SessionRow, [string]>(
        `${row} WHERE hears_for = +? ORDER BY number LIMIT 1`,
      ),
      ofAccount: db.prepare<Member & { credential: number | null }, [number]>(
        `SELECT id AS session, name, dialect, credential FROM live.session
         WHERE account = +? ORDER BY number`,
      ),
      add: db.prepare<never, Values>(
        `INSERT INTO live.session
           (number, id, key, name, account, credential, dialect, machine, host, port, deaf, hears_for, at)
         VALUES
           ($number, $id, $key, $name, $account, $credential, $dialect, $machine, $host, $port, $deaf, $hearsFor, $at)`,
      ),
      host: db.prepare<{ host: string }, [string]>('SELECT host FROM live.session WHERE id = ?'),
      hosts: db.prepare<{ host: string; account: number | null }, []>(
        'SELECT host, account FROM live.session',
      ),
      rename: db.prepare<never, [string, string, string]>(
        'UPDATE live.session SET key = ?, name = ? WHERE id = ?',
      ),
      remove: db.prepare<never, [string]>('DELETE FROM live.session WHERE id = ?'),
      removeOfAccount: db.prepare<{ id: SessionId; dialect: string }, [number]>(
        'DELETE FROM live.session WHERE account = ? RETURNING id, dialect',
      ),
      watch: db.prepare<never, [string]>('UPDATE live.session SET watches = 1 WHERE id = ?'),
      anyWatcher: db.prepare<{ one: 1 }, []>(
        'SELECT 1 AS one FROM live.session WHERE watches = 1 LIMIT 1',
      ),
      addRange: db.prepare<never, [number, number]>(
        'INSERT OR IGNORE INTO live.number_range (first, last) VALUES (?, ?)',
      ),
      addFree: db.prepare<never, [number, number]>(
        `WITH RECURSIVE every(number) AS (
           SELECT ?1 UNION ALL SELECT number + 1 FROM every WHERE number < ?2
         )
         INSERT OR IGNORE INTO live.free_number SELECT number FROM every
         WHERE NOT EXISTS (SELECT 1 FROM live.session WHERE key = '#' || every.number AND account IS NULL)`,
      ),
      lowestFree: db.prepare<{ number: number }, [number, number]>(
        `SELECT number FROM live.free_number WHERE number BETWEEN +? AND +? ORDER BY number LIMIT 1`,
      ),
    };
  }

  find(id: SessionId): SessionRow | undefined {
    const cached = this.#cache.get(id);
    if (cached) return cached;
    const row = this.#sql.find.get(id) ?? undefined;
    if (row) this.#cache.set(id, row);
    return row;
  }

  guest(name: Name): SessionRow | undefined {
    return this.#sql.guest.get(keyOf(name)) ?? undefined;
  }

  /** The first session to which private messages for another name come. */
  hearerFor(name: Name): SessionRow | undefined {
    return this.#sql.hearer.get(keyOf(name)) ?? undefined;
  }

  /** The sessions of an account; `credential`: only those that came in by it. */
  ofAccount(account: number, credential?: CredentialId): Member[] {
    const all = this.#sql.ofAccount.all(account);
    return credential === undefined ? all : all.filter((one) => one.credential === credential);
  }

  /** The sessions of an account, or of a guest. */
  ofRecipient(recipient: RecipientId): Member[] {
    const account = accountOf(recipient);
    if (account !== undefined) return this.ofAccount(account);
    const guest = this.find(guestOf(recipient) as SessionId);
    return guest ? [memberOf(guest)] : [];
  }

  /** The address of a session that is there. */
  hostOf(id: SessionId): string {
    return this.#sql.host.get(id)?.host ?? '';
  }

  /** Where everybody comes from. */
  hosts(): { readonly host: string; readonly account: number | null }[] {
    return this.#sql.hosts.all();
  }

  /** The lowest number of a range that no guest has. The free ones stand in a table from the first question on. */
  lowestFree(first: number, last: number): number | undefined {
    if (this.#sql.addRange.run(first, last).changes > 0) this.#sql.addFree.run(first, last);
    return this.#sql.lowestFree.get(first, last)?.number;
  }

  add(session: NewSession): void {
    const { number, id, name, account, credential, dialect, machine, address, hearsFor, at } =
      session;
    const deaf = session.isDeaf ? 1 : 0;
    const { host, port } = address;
    const key = keyOf(name);
    this.#sql.add.run({
      number,
      id,
      key,
      name,
      account,
      credential,
      dialect,
      machine,
      host,
      port,
      deaf,
      hearsFor,
      at,
    });
  }

  rename(id: SessionId, name: Name): void {
    this.#sql.rename.run(keyOf(name), name, id);
    this.#cache.delete(id);
  }

  remove(id: SessionId): void {
    this.#sql.remove.run(id);
    this.#cache.delete(id);
  }

  /** Removes every session of an account and says which they were. */
  removeOfAccount(account: number): { readonly id: SessionId; readonly dialect: string }[] {
    const removed = this.#sql.removeOfAccount.all(account);
    for (const { id } of removed) this.#cache.delete(id);
    return removed;
  }

  /** From now on the session is told of everybody who comes and goes. */
  watch(id: SessionId): void {
    this.#sql.watch.run(id);
  }

  hasWatchers(): boolean {
    return this.#sql.anyWatcher.get() !== null;
  }

  /** Something was rolled back: what was found is void. */
  invalidate(): void {
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

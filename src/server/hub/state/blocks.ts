// Whom each user blocks: accounts for good, guests while they are here.

import { limits } from '../../../protocol/limits';
import type { Name, RecipientId } from '../../../protocol/model';
import { accountOf, guestOf, keyOf } from '../names';
import type { Store } from '../store';

type Owner = string | number;

/** The blocks of one kind of user. */
class BlockTable {
  readonly #sql;

  constructor(db: Store, table: 'block' | 'live.block') {
    this.#sql = {
      any: db.prepare<{ one: 1 }, []>(`SELECT 1 AS one FROM ${table} LIMIT 1`),
      of: db.prepare<{ key: string; name: Name }, [Owner]>(
        `SELECT key, name FROM ${table} WHERE owner = +? ORDER BY key`,
      ),
      add: db.prepare<never, [Owner, string, string]>(
        `INSERT OR REPLACE INTO ${table} (owner, key, name) VALUES (?, ?, ?)`,
      ),
      remove: db.prepare<never, [Owner, string]>(
        `DELETE FROM ${table} WHERE owner = ? AND key = ?`,
      ),
      rename: db.prepare<never, [string, string, string]>(
        `UPDATE OR REPLACE ${table} SET key = ?, name = ? WHERE key = ?`,
      ),
    };
  }

  get hasAny(): boolean {
    return this.#sql.any.get() !== null;
  }
  of(owner: Owner): { readonly key: string; readonly name: Name }[] {
    return this.#sql.of.all(owner);
  }
  add(owner: Owner, name: Name): void {
    this.#sql.add.run(owner, keyOf(name), name);
  }
  remove(owner: Owner, name: Name): boolean {
    return this.#sql.remove.run(owner, keyOf(name)).changes > 0;
  }
  rename(from: Name, to: Name): void {
    this.#sql.rename.run(keyOf(to), to, keyOf(from));
  }
}

const nobody: ReadonlySet<string> = new Set();

export class Blocks {
  readonly #accounts: BlockTable;
  readonly #guests: BlockTable;
  /** Whether anybody blocks anybody; read once, until a block changes or something is rolled back. */
  #hasAny: boolean | undefined;
  /** The keys that each user blocks, as they were last found. */
  readonly #cache = new Map<RecipientId, ReadonlySet<string>>();

  constructor(db: Store) {
    this.#accounts = new BlockTable(db, 'block');
    this.#guests = new BlockTable(db, 'live.block');
  }

  #tableOf(recipient: RecipientId): readonly [BlockTable, Owner] {
    const account = accountOf(recipient);
    return account === undefined
      ? [this.#guests, guestOf(recipient) ?? '']
      : [this.#accounts, account];
  }

  /** Whether a user blocks a person. Costs nothing while nobody blocks anybody. */
  isBlocked(recipient: RecipientId, from: Name): boolean {
    this.#hasAny ??= this.#accounts.hasAny || this.#guests.hasAny;
    if (!this.#hasAny) return false;
    const keys = this.keysOf(recipient);
    return keys.size > 0 && keys.has(keyOf(from));
  }

  /** The names that a user blocks, as names are looked up. */
  keysOf(recipient: RecipientId): ReadonlySet<string> {
    this.#hasAny ??= this.#accounts.hasAny || this.#guests.hasAny;
    if (!this.#hasAny) return nobody;
    const cached = this.#cache.get(recipient);
    if (cached) return cached;
    if (this.#cache.size >= limits.hub.cachedAccounts) this.#cache.clear();
    const [table, owner] = this.#tableOf(recipient);
    const rows = table.of(owner);
    const keys = rows.length === 0 ? nobody : new Set(rows.map(({ key }) => key));
    this.#cache.set(recipient, keys);
    return keys;
  }

  names(recipient: RecipientId): Name[] {
    const [table, owner] = this.#tableOf(recipient);
    return table.of(owner).map(({ name }) => name);
  }

  add(recipient: RecipientId, name: Name): void {
    const [table, owner] = this.#tableOf(recipient);
    table.add(owner, name);
    this.invalidate();
  }

  /** Whether the name was blocked. */
  remove(recipient: RecipientId, name: Name): boolean {
    const [table, owner] = this.#tableOf(recipient);
    const wasBlocked = table.remove(owner, name);
    this.invalidate();
    return wasBlocked;
  }

  /** Who is blocked stays so under a new name. */
  rename(from: Name, to: Name): void {
    this.#accounts.rename(from, to);
    this.#guests.rename(from, to);
    this.invalidate();
  }

  /** Something was written or rolled back, or a user with blocks is gone. */
  invalidate(): void {
    this.#hasAny = undefined;
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

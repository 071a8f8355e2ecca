// The table of accounts, and a cache of what was found in it.

import { limits } from '../../../protocol/limits';
import type { Name } from '../../../protocol/model';
import type { Role } from '../../../protocol/moderation';
import { keyOf, spellingKeyOf } from '../names';
import type { Store } from '../store';

export interface AccountRow {
  readonly id: number;
  readonly name: Name;
  /** 1 once it has had a credential: from then on it never acts without one. */
  readonly has_credential: number;
  /** 1 where a request that sends or asks for it must show one, too. */
  readonly credential_required: number;
  readonly role: Role;
}

type NewAccount = {
  readonly key: string;
  readonly name: string;
  readonly fullName: string;
  readonly born: string;
  readonly host: string;
  readonly registeredAt: number;
  readonly servesFiles: 0 | 1;
};

export class Accounts {
  readonly #sql;
  /** Whether there are accounts that only their own spelling finds. No new one ever comes. */
  readonly #hasSpellingKeys: boolean;
  /** Accounts as they were last found, by name; names that have none included. */
  readonly #cache = new Map<string, AccountRow | undefined>();

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<AccountRow, [string]>(
        'SELECT id, name, has_credential, credential_required, role FROM account WHERE key = ?',
      ),
      byId: db.prepare<AccountRow, [number]>(
        'SELECT id, name, has_credential, credential_required, role FROM account WHERE id = ?',
      ),
      nameOf: db.prepare<{ name: Name }, [number]>('SELECT name FROM account WHERE id = ?'),
      add: db.prepare<never, NewAccount>(
        `INSERT INTO account (key, name, full_name, born, host, registered_at, serves_files)
         VALUES ($key, $name, $fullName, $born, $host, $registeredAt, $servesFiles)`,
      ),
      // Its address and what waits for it go with it (ON DELETE CASCADE).
      remove: db.prepare<never, [number]>('DELETE FROM account WHERE id = ?'),
      requireCredential: db.prepare<never, [number, number]>(
        'UPDATE account SET credential_required = ? WHERE id = ?',
      ),
      setHasCredential: db.prepare<never, [number]>(
        'UPDATE account SET has_credential = 1 WHERE id = ? AND has_credential = 0',
      ),
      servesFiles: db.prepare<{ serves_files: number }, [number]>(
        'SELECT serves_files FROM account WHERE id = ?',
      ),
      serveFiles: db.prepare<never, [number]>('UPDATE account SET serves_files = 1 WHERE id = ?'),
      setRole: db.prepare<never, [string, number]>('UPDATE account SET role = ? WHERE id = ?'),
      rename: db.prepare<never, [string, string, number]>(
        'UPDATE account SET key = ?, name = ? WHERE id = ?',
      ),
      isAnyFrom: db.prepare<{ one: 1 }, [string]>(
        'SELECT 1 AS one FROM account WHERE host = ? LIMIT 1',
      ),
    };
    const spelled = db.query<{ one: 1 }, []>(
      `SELECT 1 AS one FROM account WHERE key GLOB char(1) || '*' LIMIT 1`,
    );
    this.#hasSpellingKeys = spelled.get() !== null;
  }

  find(name: Name): AccountRow | undefined {
    const cached = this.#cache.get(name);
    if (cached !== undefined || this.#cache.has(name)) return cached;
    if (this.#cache.size >= limits.hub.cachedAccounts) this.#cache.clear();
    const account = this.#read(name);
    this.#cache.set(name, account);
    return account;
  }

  #read(name: Name): AccountRow | undefined {
    const own = this.#hasSpellingKeys ? this.#sql.find.get(spellingKeyOf(name)) : null;
    return own ?? this.#sql.find.get(keyOf(name)) ?? undefined;
  }

  /** The name of an account by its number. */
  nameOf(id: number): Name | undefined {
    return this.#sql.nameOf.get(id)?.name;
  }

  byId(id: number): AccountRow | undefined {
    return this.#sql.byId.get(id) ?? undefined;
  }

  /** Gives the number of the new account. */
  add(account: Omit<NewAccount, 'key'> & { readonly name: Name }): number {
    const { lastInsertRowid } = this.#sql.add.run({ ...account, key: keyOf(account.name) });
    this.invalidate();
    return Number(lastInsertRowid);
  }

  remove(id: number): void {
    this.#sql.remove.run(id);
    this.invalidate();
  }

  requireCredential(id: number, required: boolean): void {
    this.#sql.requireCredential.run(required ? 1 : 0, id);
    this.invalidate();
  }

  /** It has a credential now, and never goes without one again. */
  setHasCredential(id: number): void {
    if (this.#sql.setHasCredential.run(id).changes > 0) this.invalidate();
  }

  servesFiles(id: number): boolean {
    return this.#sql.servesFiles.get(id)?.serves_files === 1;
  }

  serveFiles(id: number): void {
    this.#sql.serveFiles.run(id);
  }

  setRole(id: number, role: Role): void {
    this.#sql.setRole.run(role, id);
    this.invalidate();
  }

  rename(id: number, name: Name): void {
    this.#sql.rename.run(keyOf(name), name, id);
    this.invalidate();
  }

  /** Whether any account was registered from a host. */
  isAnyFrom(host: string): boolean {
    return this.#sql.isAnyFrom.get(host) !== null;
  }

  /** Something was written or rolled back: what was found is void. */
  invalidate(): void {
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

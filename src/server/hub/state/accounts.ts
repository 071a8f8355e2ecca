// The table of accounts, and a cache of what was found in it.

import { limits } from '../../../protocol/limits';
import type { Name } from '../../../protocol/model';
import { keyOf, spellingKeyOf } from '../names';
import type { Store } from '../store';

export interface AccountRow {
  readonly id: number;
  readonly name: Name;
  readonly token_hash: string | null;
  /** 1 where a request that names the account must show its token, if it has one. */
  readonly token_required: number;
}

type NewAccount = {
  readonly key: string;
  readonly name: string;
  readonly fullName: string;
  readonly born: string;
  readonly host: string;
  readonly registeredAt: number;
  readonly tokenHash: string | null;
};

export const hasToken = (account: AccountRow): boolean => account.token_hash !== null;

/** Whether a request that names the account must show its token: an account without a token requires none. */
export const requiresToken = (account: AccountRow): boolean =>
  hasToken(account) && account.token_required === 1;

/** Whether a request that names an account may act for it; a token that is shown must be the account's. */
export const mayActFor = (account: AccountRow, tokenHash: string | undefined): boolean =>
  tokenHash === undefined ? !requiresToken(account) : account.token_hash === tokenHash;

export class Accounts {
  readonly #sql;
  /** Whether there are accounts that only their own spelling finds. No new one ever comes. */
  readonly #hasSpellingKeys: boolean;
  /** Accounts as they were last found, by name; names that have none included. */
  readonly #cache = new Map<string, AccountRow | undefined>();

  constructor(db: Store) {
    this.#sql = {
      find: db.prepare<AccountRow, [string]>(
        'SELECT id, name, token_hash, token_required FROM account WHERE key = ?',
      ),
      add: db.prepare<never, NewAccount>(
        `INSERT INTO account (key, name, full_name, born, host, registered_at, token_hash)
         VALUES ($key, $name, $fullName, $born, $host, $registeredAt, $tokenHash)`,
      ),
      // Its address and what waits for it go with it (ON DELETE CASCADE).
      remove: db.prepare<never, [number]>('DELETE FROM account WHERE id = ?'),
      requireToken: db.prepare<never, [number, number]>(
        'UPDATE account SET token_required = ? WHERE id = ?',
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

  requireToken(id: number, required: boolean): void {
    this.#sql.requireToken.run(required ? 1 : 0, id);
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

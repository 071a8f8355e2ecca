// The table of credentials: what an account's owner can show, as hashes, and a cache of what was found in it.

import { limits } from '../../../protocol/limits';
import type { CredentialId, CredentialInfo, CredentialKind } from '../../../protocol/model';
import type { Store } from '../store';
import type { AccountRow } from './accounts';

export interface CredentialRow {
  readonly id: CredentialId;
  readonly account: number;
  readonly kind: CredentialKind;
  /** Of a key or a recovery code its SHA-256 in hexadecimal, of a password its argon2id. */
  readonly hash: string;
  readonly label: string;
  /** In seconds since 1970. */
  readonly made_at: number;
  readonly used_at: number | null;
}

type NewCredential = {
  readonly account: number;
  readonly kind: CredentialKind;
  readonly hash: string;
  readonly label: string;
  readonly at: number;
};

const columns = 'id, account, kind, hash, label, made_at, used_at';

export const infoOf = ({ id, kind, label, made_at, used_at }: CredentialRow): CredentialInfo => ({
  id,
  kind,
  label,
  madeAt: made_at,
  ...(used_at !== null && { usedAt: used_at }),
});

export class Credentials {
  readonly #sql;
  /** Those of an account as they were last found. */
  readonly #cache = new Map<number, readonly CredentialRow[]>();

  constructor(db: Store) {
    this.#sql = {
      of: db.prepare<CredentialRow, [number]>(
        `SELECT ${columns} FROM credential WHERE account = +? ORDER BY id`,
      ),
      find: db.prepare<CredentialRow, [number]>(`SELECT ${columns} FROM credential WHERE id = ?`),
      withKey: db.prepare<CredentialRow, [string]>(
        `SELECT ${columns} FROM credential WHERE hash = +? AND kind = 'key' ORDER BY id LIMIT 2`,
      ),
      add: db.prepare<never, NewCredential>(
        `INSERT INTO credential (account, kind, hash, label, made_at)
         VALUES ($account, $kind, $hash, $label, $at)`,
      ),
      remove: db.prepare<never, [number]>('DELETE FROM credential WHERE id = ?'),
      removeKind: db.prepare<never, [number, CredentialKind]>(
        'DELETE FROM credential WHERE account = ? AND kind = ?',
      ),
      used: db.prepare<never, [number, number]>('UPDATE credential SET used_at = ? WHERE id = ?'),
    };
  }

  /** All of an account, in the order in which they were made. */
  of(account: number): readonly CredentialRow[] {
    let found = this.#cache.get(account);
    if (found) return found;
    if (this.#cache.size >= limits.hub.cachedAccounts) this.#cache.clear();
    found = this.#sql.of.all(account);
    this.#cache.set(account, found);
    return found;
  }

  find(id: CredentialId): CredentialRow | undefined {
    return this.#sql.find.get(id) ?? undefined;
  }

  /** The one key with a hash. A client makes its key itself: where two accounts have the same, it names neither. */
  withKey(hash: string): CredentialRow | undefined {
    const [found, another] = this.#sql.withKey.all(hash);
    return another ? undefined : found;
  }

  /** The credential of an account that was proved, if it still is one. */
  proved(account: number, id: CredentialId): CredentialRow | undefined {
    return this.of(account).find((row) => row.id === id);
  }

  add(credential: NewCredential): CredentialId {
    const { lastInsertRowid } = this.#sql.add.run(credential);
    this.#cache.delete(credential.account);
    return Number(lastInsertRowid) as CredentialId;
  }

  remove({ id, account }: CredentialRow): void {
    this.#sql.remove.run(id);
    this.#cache.delete(account);
  }

  removeKind(account: number, kind: CredentialKind): void {
    this.#sql.removeKind.run(account, kind);
    this.#cache.delete(account);
  }

  /** `at`: in seconds since 1970. */
  used({ id, account }: CredentialRow, at: number): void {
    this.#sql.used.run(at, id);
    this.#cache.delete(account);
  }

  /** An account is gone, or something was rolled back: what was found is void. */
  invalidate(): void {
    if (this.#cache.size > 0) this.#cache.clear();
  }
}

/**
 * Whether a request that names the account may act for it by what it has proved. Nothing: only where its owner requires
 * nothing. A recovery code is for coming in, and for nothing else.
 */
export function mayActFor(
  credentials: Credentials,
  account: AccountRow,
  proved: CredentialId | undefined,
): boolean {
  if (proved === undefined) return !requiresCredential(account);
  const row = credentials.proved(account.id, proved);
  return row !== undefined && row.kind !== 'recovery';
}

/** Whether a request that names the account must show a credential: an account that never had one requires none. */
export const requiresCredential = (account: AccountRow): boolean =>
  account.has_credential === 1 && account.credential_required === 1;

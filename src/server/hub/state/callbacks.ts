// The table of call-back addresses: where accounts can be called.

import type { Address, CredentialId, Name } from '../../../protocol/model';
import type { CallbackAddress } from '../events';
import { accountRecipient } from '../names';
import type { Store } from '../store';

export interface CallbackRow {
  readonly opened: number;
  readonly account: number;
  readonly name: Name;
  readonly host: string;
  readonly port: number;
  readonly dialect: string;
  readonly machine: string;
  readonly wants_files: number;
  /** The one that was proved when it was opened. */
  readonly credential: CredentialId | null;
  /** 1 where the account's programs know files by a word of their own edition. */
  readonly serves_files: number;
}

type NewCallback = {
  readonly account: number;
  readonly credential: CredentialId | null;
  readonly host: string;
  readonly port: number;
  readonly dialect: string;
  readonly machine: string;
  readonly at: number;
};

export const callbackAddress = (row: CallbackRow): CallbackAddress => ({
  recipient: accountRecipient(row.account),
  opened: row.opened,
  address: { host: row.host, port: row.port } satisfies Address,
  dialect: row.dialect,
  machine: row.machine,
  wantsFiles: row.wants_files === 1 || row.serves_files === 1,
  isOurs: row.wants_files === 1,
});

const select = `SELECT opened, account, name, address.host AS host, port, dialect, machine, wants_files,
    serves_files, credential
  FROM address JOIN account ON account.id = address.account`;

/** Every address there is, in the order in which they were opened: what delivery starts with. */
export const allCallbackAddresses = (db: Store): CallbackAddress[] =>
  db.query<CallbackRow, []>(`${select} ORDER BY opened`).all().map(callbackAddress);

export class Callbacks {
  readonly #sql;

  constructor(db: Store) {
    this.#sql = {
      of: db.prepare<CallbackRow, [number]>(`${select} WHERE account = +?`),
      all: db.prepare<CallbackRow, []>(`${select} ORDER BY opened`),
      add: db.prepare<never, NewCallback>(
        `INSERT INTO address (account, credential, host, port, dialect, machine, at)
         VALUES ($account, $credential, $host, $port, $dialect, $machine, $at)`,
      ),
      remove: db.prepare<never, [number]>('DELETE FROM address WHERE opened = ?'),
      wantFiles: db.prepare<never, [number]>('UPDATE address SET wants_files = 1 WHERE opened = ?'),
    };
  }

  of(account: number): CallbackRow | undefined {
    return this.#sql.of.get(account) ?? undefined;
  }

  all(): CallbackRow[] {
    return this.#sql.all.all();
  }

  add(callback: NewCallback): CallbackRow {
    this.#sql.add.run(callback);
    const row = this.of(callback.account);
    if (!row) throw new Error('an address just opened is not there');
    return row;
  }

  remove(opened: number): void {
    this.#sql.remove.run(opened);
  }

  wantFiles(opened: number): void {
    this.#sql.wantFiles.run(opened);
  }
}

// Brings names to how they are compared now: keys in one case, looks, nothing invisible. Run once for a database.

import type { Database } from 'bun:sqlite';

import { visiblePart } from '../../protocol/bytes/visible';
import { nameOf, roomNameOf } from '../../protocol/model';
import { lookOf, looksOf } from './looks';
import { bareNameOf, keyOf, spellingKeyOf } from './names';
import { prepareAccountLooks } from './state/looks';

/** Tells the operator what became of a name. */
type Say = (line: string) => void;

/** What a name is that can no longer be one, by the name. */
type Renamed = ReadonlyMap<string, string>;

/**
 * Every account stays reachable by its name. Of accounts whose names are the same but for their case the oldest has the
 * key, and the others are found by their own spelling only. A name that is none any more loses what cannot be seen, and
 * gets a number if that is another user's name.
 */
export function migrateNames(db: Database, say: Say): void {
  const renamed = migrateAccounts(db, say);
  migrateFiles(db, renamed);
  migrateGroups(db, say);
}

function migrateAccounts(db: Database, say: Say): Renamed {
  const rows = db
    .prepare<{ id: number; name: string }, []>('SELECT id, name FROM account ORDER BY id')
    .all();
  const put = db.prepare<never, [string, number]>('UPDATE account SET key = ? WHERE id = ?');
  const rename = prepareRename(db);
  const renamed = new Map<string, string>();
  const looks = new LookAlikes(say);
  const owners = new Map<string, string>();
  // No key of before is in the way of one of now.
  db.run('UPDATE account SET key = char(2) || id');
  const take = (id: number, name: string): void => {
    const owner = owners.get(keyOf(name));
    if (owner === undefined) owners.set(keyOf(name), name);
    else say(`the accounts ${owner} and ${name} are one name now; each has its own spelling`);
    put.run(owner === undefined ? keyOf(name) : spellingKeyOf(name), id);
    if (owner === undefined) looks.add(name);
  };
  const invisible = rows.filter(({ name }) => nameOf(name) !== name);
  for (const { id, name } of rows) if (nameOf(name) === name) take(id, name);
  const free = new FreeNames('user', nameOf, (name) => owners.has(keyOf(name)));
  for (const { id, name: before } of invisible) {
    const name = free.nameFor(before);
    rename(id, name);
    renamed.set(bareNameOf(before), name);
    take(id, name);
    say(`not all of the name of the account ${before} can be seen; it is ${name} now`);
  }
  return renamed;
}

/** Stores the looks of all accounts that there are. */
export function storeLooks(db: Database): void {
  const addLooks = prepareAccountLooks(db);
  const accounts = db.prepare<{ id: number; name: string }, []>('SELECT id, name FROM account');
  for (const { id, name } of accounts.all()) addLooks(id, name);
}

function prepareRename(db: Database): (account: number, name: string) => void {
  const updates = [
    'UPDATE account SET name = ?1 WHERE id = ?2',
    `UPDATE group_member SET name = ?1 WHERE recipient = 'a' || ?2`,
    `UPDATE message SET from_name = ?1 WHERE sender = 'a' || ?2`,
  ].map((sql) => db.prepare<never, [string, number]>(sql));
  return (account, name) => {
    for (const update of updates) update.run(name, account);
  };
}

/** Files that wait are found by their sender's key, and show the name. */
function migrateFiles(db: Database, renamed: Renamed): void {
  const files = db
    .prepare<{ serial: number; from: string }, []>('SELECT serial, from_name AS "from" FROM file')
    .all();
  const put = db.prepare<never, [string, string, number]>(
    'UPDATE file SET from_key = ?, from_name = ? WHERE serial = ?',
  );
  for (const { serial, from } of files) {
    const name = renamed.get(from) ?? from;
    put.run(keyOf(name), name, serial);
  }
}

function migrateGroups(db: Database, say: Say): void {
  // The members and invitations of a group follow it before the end of the transaction.
  db.run('PRAGMA defer_foreign_keys = ON');
  const rows = db
    .prepare<{ name: string }, []>('SELECT name FROM chat_group ORDER BY at, name')
    .all();
  const names = new Set(rows.map(({ name }) => name));
  const free = new FreeNames('group', roomNameOf, (name) => names.has(name));
  const put = db.prepare<never, [string, string, string]>(
    'UPDATE chat_group SET name = ?, look = ? WHERE name = ?',
  );
  const moves = ['group_member', 'group_invitation'].map((table) =>
    db.prepare<never, [string, string]>(`UPDATE ${table} SET group_name = ? WHERE group_name = ?`),
  );
  for (const { name: before } of rows) {
    const isName = roomNameOf(before) === before;
    const name = isName ? before : free.nameFor(before);
    names.add(name);
    put.run(name, lookOf(name), before);
    if (isName) continue;
    for (const move of moves) move.run(name, before);
    say(`not all of the name of the group ${before} can be seen; it is ${name} now`);
  }
}

/** Tells of accounts that look alike. Both stay what they are. */
class LookAlikes {
  readonly #say: Say;
  /** Who is shown like this, and who is or could be in another case. */
  readonly #shown = new Map<string, string>();
  readonly #all = new Map<string, string>();

  constructor(say: Say) {
    this.#say = say;
  }

  add(name: string): void {
    const looks = looksOf(name);
    const other = looks
      .map(({ look, isShown }) => (isShown ? this.#all : this.#shown).get(look))
      .find((one) => one !== undefined);
    if (other !== undefined) this.#say(`the accounts ${other} and ${name} look alike`);
    for (const { look, isShown } of looks) {
      if (isShown) this.#shown.set(look, name);
      this.#all.set(look, name);
    }
  }
}

/** Names for those that are none any more. */
class FreeNames {
  readonly #fallback: string;
  readonly #parse: (text: string) => string | undefined;
  readonly #isTaken: (name: string) => boolean;
  /** The last number behind each name. */
  readonly #copies = new Map<string, number>();

  constructor(
    fallback: string,
    parse: (text: string) => string | undefined,
    isTaken: (name: string) => boolean,
  ) {
    this.#fallback = fallback;
    this.#parse = parse;
    this.#isTaken = isTaken;
  }

  /** What can be seen of a name, with a number behind it if that is taken. */
  nameFor(name: string): string {
    const part = visiblePart(name).replace(/^[\s\p{M}#]+|\s+$/gu, '');
    const seen = this.#parse(part) ?? this.#fallback;
    if (!this.#isTaken(seen)) return seen;
    for (let copy = (this.#copies.get(seen) ?? 1) + 1; ; copy++) {
      this.#copies.set(seen, copy);
      const numbered = this.#parse(`${seen}~${copy}`) ?? `${this.#fallback}~${copy}`;
      if (!this.#isTaken(numbered)) return numbered;
    }
  }
}

// The server's bans and mutes: their table, and what every entry and every line is held against.

import { type Network, networkIn, NetworkMap } from '../../../protocol/bytes/network';
import { limits } from '../../../protocol/limits';
import type { Name } from '../../../protocol/model';
import { lookOf } from '../looks';
import { keyOf } from '../names';
import type { Store } from '../store';

export type SanctionKind = 'ban' | 'mute';

export interface SanctionRow {
  readonly number: number;
  readonly kind: SanctionKind;
  readonly target: 'name' | 'network';
  /** The name as it is looked up, or the network as it is written. */
  readonly key: string;
  readonly shown: string;
  readonly reason: string;
  /** Empty: the operator. */
  readonly by_name: string;
  readonly at: number;
  /** Null: until it is undone. In seconds since 1970, as `at`. */
  readonly until: number | null;
}

export type NewSanction = Pick<SanctionRow, 'kind' | 'reason' | 'by_name' | 'at' | 'until'>;

/** All of the table: there are at most `limits.hub.bans` and `limits.hub.mutes`. */
interface View {
  readonly bansByKey: ReadonlyMap<string, SanctionRow>;
  readonly bansByLook: ReadonlyMap<string, SanctionRow>;
  readonly networks: NetworkMap<SanctionRow>;
  readonly mutesByKey: ReadonlyMap<string, SanctionRow>;
}

export const isOver = ({ until }: Pick<SanctionRow, 'until'>, seconds: number): boolean =>
  until !== null && until <= seconds;

const lasting = (row: SanctionRow | undefined, seconds: number): SanctionRow | undefined =>
  row === undefined || isOver(row, seconds) ? undefined : row;

const columns = 'number, kind, target, key, shown, reason, by_name, at, until';

export class Sanctions {
  readonly #sql;
  /** A copy of the table, read once: every change of it and every rollback makes it void. */
  #view: View | undefined;

  constructor(db: Store) {
    this.#sql = {
      all: db.prepare<SanctionRow, []>(`SELECT ${columns} FROM sanction ORDER BY number`),
      list: db.prepare<SanctionRow, [string, number, number, number]>(
        `SELECT ${columns} FROM sanction
         WHERE kind = +? AND number > +? AND (until IS NULL OR until > +?) ORDER BY number LIMIT +?`,
      ),
      add: db.prepare<never, Readonly<Record<string, string | number | null>>>(
        `INSERT INTO sanction (kind, target, key, shown, reason, by_name, at, until)
         VALUES ($kind, $target, $key, $shown, $reason, $by, $at, $until)
         ON CONFLICT (kind, target, key) DO UPDATE SET shown = excluded.shown,
           reason = excluded.reason, by_name = excluded.by_name, at = excluded.at, until = excluded.until`,
      ),
      remove: db.prepare<never, [string, string, string]>(
        'DELETE FROM sanction WHERE kind = ? AND target = ? AND key = ?',
      ),
      removeOver: db.prepare<never, [number]>('DELETE FROM sanction WHERE until <= ?'),
      count: db.prepare<{ count: number }, [string]>(
        'SELECT count(*) AS count FROM sanction WHERE kind = ?',
      ),
      rename: db.prepare<never, [string, string, string]>(
        `UPDATE OR REPLACE sanction SET key = ?, shown = ? WHERE target = 'name' AND key = ?`,
      ),
    };
  }

  /** Whether there is room for one more; those that are over make room. */
  hasRoom(kind: SanctionKind, seconds: number): boolean {
    const most = kind === 'ban' ? limits.hub.bans : limits.hub.mutes;
    if ((this.#sql.count.get(kind)?.count ?? 0) < most) return true;
    this.#sql.removeOver.run(seconds);
    this.invalidate();
    return (this.#sql.count.get(kind)?.count ?? 0) < most;
  }

  addName(name: Name, { by_name: by, ...of }: NewSanction): void {
    this.#sql.add.run({ ...of, by, target: 'name', key: keyOf(name), shown: name });
    this.invalidate();
  }

  addNetwork({ text }: Network, { by_name: by, ...of }: NewSanction): void {
    this.#sql.add.run({ ...of, by, target: 'network', key: text, shown: text });
    this.invalidate();
  }

  /** Whether there was one. */
  removeName(kind: SanctionKind, name: Name): boolean {
    const { changes } = this.#sql.remove.run(kind, 'name', keyOf(name));
    this.invalidate();
    return changes > 0;
  }

  removeNetwork({ text }: Network): boolean {
    const { changes } = this.#sql.remove.run('ban', 'network', text);
    this.invalidate();
    return changes > 0;
  }

  /** What holds for an account goes on holding under its new name. */
  rename(from: Name, to: Name): void {
    this.#sql.rename.run(keyOf(to), to, keyOf(from));
    this.invalidate();
  }

  /** The ban that keeps an account out. */
  banOfAccount(name: Name, seconds: number): SanctionRow | undefined {
    const { bansByKey } = (this.#view ??= this.#load());
    return bansByKey.size === 0 ? undefined : lasting(bansByKey.get(keyOf(name)), seconds);
  }

  /** The ban that keeps a new name out: of the name itself, or of one that looks like it. */
  banOfNewName(name: Name, seconds: number): SanctionRow | undefined {
    const { bansByKey, bansByLook } = (this.#view ??= this.#load());
    if (bansByKey.size === 0) return undefined;
    return (
      lasting(bansByKey.get(keyOf(name)), seconds) ??
      lasting(bansByLook.get(lookOf(keyOf(name))), seconds)
    );
  }

  /** The ban that keeps an address out. */
  banOfHost(host: string, seconds: number): SanctionRow | undefined {
    const { networks } = (this.#view ??= this.#load());
    if (networks.size === 0) return undefined;
    for (const row of networks.of(host)) if (!isOver(row, seconds)) return row;
    return undefined;
  }

  /** Until when a user may not speak, in seconds since 1970: 0 where they may, Infinity where no end is set. */
  mutedUntil(name: Name): number {
    const { mutesByKey } = (this.#view ??= this.#load());
    const row = mutesByKey.size === 0 ? undefined : mutesByKey.get(keyOf(name));
    return row === undefined ? 0 : (row.until ?? Infinity);
  }

  list(kind: SanctionKind, after: number, seconds: number, most: number): SanctionRow[] {
    return this.#sql.list.all(kind, after, seconds, most);
  }

  /** Something was written or rolled back. */
  invalidate(): void {
    this.#view = undefined;
  }

  #load(): View {
    const bansByKey = new Map<string, SanctionRow>();
    const bansByLook = new Map<string, SanctionRow>();
    const mutesByKey = new Map<string, SanctionRow>();
    const networks = new NetworkMap<SanctionRow>();
    for (const row of this.#sql.all.iterate()) {
      const network = row.target === 'network' ? networkIn(row.key) : undefined;
      if (network) networks.set(network, row);
      else if (row.kind === 'mute') mutesByKey.set(row.key, row);
      else {
        bansByKey.set(row.key, row);
        bansByLook.set(lookOf(row.key), row);
      }
    }
    return { bansByKey, bansByLook, networks, mutesByKey };
  }
}

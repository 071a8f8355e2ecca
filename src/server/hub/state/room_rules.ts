// What holds in one room or group: its topic, who leads, who may not speak, and whom it keeps out.

import { limits } from '../../../protocol/limits';
import type { Name, RecipientId, RoomName } from '../../../protocol/model';
import type { Rank } from '../../../protocol/moderation';
import { lookOf } from '../looks';
import { keyOf } from '../names';
import type { Store } from '../store';

type RuleKind = 'ban' | 'mute' | 'operator' | 'voice';

export interface RuleRow {
  readonly key: string;
  readonly shown: Name;
  readonly reason: string;
  /** Empty: the operator. */
  readonly by_name: string;
  /** In seconds since 1970, as `until`. */
  readonly at: number;
  /** Null: until it is undone. */
  readonly until: number | null;
}

export interface TopicRow {
  readonly topic: string;
  readonly by_name: string;
  readonly at: number;
}

type NewRule = Pick<RuleRow, 'shown' | 'reason' | 'by_name' | 'at' | 'until'>;

const none: ReadonlyMap<RoomName, number> = new Map();

/**
 * Open rooms do not outlive the server, nor do ranks of guests. What holds in groups stays, and in rooms that are there
 * from the start.
 */
export function forgetRoomRules(db: Store, reservedRooms: readonly string[]): void {
  const open = `room NOT IN (SELECT name FROM chat_group)
    AND room NOT IN (${reservedRooms.map(() => '?').join(', ')})`;
  db.run(`DELETE FROM room_rule WHERE ${open}`, [...reservedRooms]);
  db.run(`DELETE FROM room_topic WHERE ${open}`, [...reservedRooms]);
  db.run(`DELETE FROM room_rule WHERE kind IN ('operator', 'voice') AND key LIKE 'g%'`);
}

/** Bans and mutes are of names, so that who comes back is known again; ranks are of recipients, and go with them. */
export class RoomRules {
  readonly #sql;
  /** Whether there is any mute in any room; read once, until a rule changes or something is rolled back. */
  #hasMutes: boolean | undefined;

  constructor(db: Store) {
    this.#sql = {
      put: db.prepare<never, Readonly<Record<string, string | number | null>>>(
        `INSERT OR REPLACE INTO room_rule (room, kind, key, shown, reason, by_name, at, until)
         VALUES ($room, $kind, $key, $shown, $reason, $by, $at, $until)`,
      ),
      remove: db.prepare<never, [string, string, string]>(
        'DELETE FROM room_rule WHERE room = ? AND kind = ? AND key = ?',
      ),
      removeOver: db.prepare<never, [string, number]>(
        'DELETE FROM room_rule WHERE room = ? AND until <= ?',
      ),
      removeRanks: db.prepare<never, [string]>(
        `DELETE FROM room_rule WHERE kind IN ('operator', 'voice') AND key = ?`,
      ),
      removeRoom: db.prepare<never, [string]>('DELETE FROM room_rule WHERE room = ?'),
      removeTopic: db.prepare<never, [string]>('DELETE FROM room_topic WHERE room = ?'),
      count: db.prepare<{ count: number }, [string, string]>(
        'SELECT count(*) AS count FROM room_rule WHERE room = ? AND kind = ?',
      ),
      find: db.prepare<RuleRow, [string, string, string]>(
        `SELECT key, shown, reason, by_name, at, until FROM room_rule
         WHERE room = ? AND kind = ? AND key = ?`,
      ),
      list: db.prepare<RuleRow, [string, string]>(
        `SELECT key, shown, reason, by_name, at, until FROM room_rule
         WHERE room = +? AND kind = +? ORDER BY at, key`,
      ),
      anyMute: db.prepare<{ one: 1 }, []>(
        `SELECT 1 AS one FROM room_rule WHERE kind = 'mute' LIMIT 1`,
      ),
      mutesOf: db.prepare<{ room: RoomName; until: number | null }, [string]>(
        `SELECT room, until FROM room_rule WHERE kind = 'mute' AND key = ?`,
      ),
      rename: db.prepare<never, [string, string, string]>(
        `UPDATE OR REPLACE room_rule SET key = ?, shown = ?
         WHERE kind IN ('ban', 'mute') AND key = ?`,
      ),
      renameRanks: db.prepare<never, [string, string]>(
        `UPDATE room_rule SET shown = ? WHERE kind IN ('operator', 'voice') AND key = ?`,
      ),
      putTopic: db.prepare<never, [string, string, string, number]>(
        'INSERT OR REPLACE INTO room_topic (room, topic, by_name, at) VALUES (?, ?, ?, ?)',
      ),
      topic: db.prepare<TopicRow, [string]>(
        'SELECT topic, by_name, at FROM room_topic WHERE room = ?',
      ),
    };
  }

  /** Puts a rule where there is room for it, or for the same one again. */
  put(room: RoomName, kind: RuleKind, key: string, rule: NewRule): 'done' | 'too-many' {
    if (!this.#sql.find.get(room, kind, key) && !this.#hasRoom(room, kind, rule.at)) {
      return 'too-many';
    }
    const { by_name: by, ...of } = rule;
    this.#sql.put.run({ room, kind, key, by, ...of });
    this.invalidate();
    return 'done';
  }

  #hasRoom(room: RoomName, kind: RuleKind, seconds: number): boolean {
    const count = (): number => this.#sql.count.get(room, kind)?.count ?? 0;
    if (count() < limits.hub.roomRules) return true;
    this.#sql.removeOver.run(room, seconds);
    return count() < limits.hub.roomRules;
  }

  /** Whether there was one. */
  remove(room: RoomName, kind: RuleKind, key: string): boolean {
    const { changes } = this.#sql.remove.run(room, kind, key);
    this.invalidate();
    return changes > 0;
  }

  /** What a member is besides a member; no rank where the rule says nothing of them. */
  rankOf(room: RoomName, recipient: RecipientId): Rank {
    if (this.#sql.find.get(room, 'operator', recipient)) return 'operator';
    return this.#sql.find.get(room, 'voice', recipient) ? 'voice' : 'none';
  }

  /** The ban that keeps a name out of a room. */
  banOf(room: RoomName, name: Name, seconds: number): RuleRow | undefined {
    const bans = this.#sql.list.all(room, 'ban');
    if (bans.length === 0) return undefined;
    const key = keyOf(name);
    const look = lookOf(key);
    return bans.find(
      ({ key: mask, until }) =>
        (until === null || until > seconds) && (fitsMask(mask, key) || lookOf(mask) === look),
    );
  }

  /** The rooms in which a name may not speak, and until when, in seconds; Infinity where no end is set. */
  mutesOf(name: Name): ReadonlyMap<RoomName, number> {
    this.#hasMutes ??= this.#sql.anyMute.get() !== null;
    if (!this.#hasMutes) return none;
    const rows = this.#sql.mutesOf.all(keyOf(name));
    return rows.length === 0
      ? none
      : new Map(rows.map(({ room, until }) => [room, until ?? Infinity]));
  }

  list(room: RoomName, kind: RuleKind, seconds: number): RuleRow[] {
    return this.#sql.list.all(room, kind).filter(({ until }) => until === null || until > seconds);
  }

  topic(room: RoomName): TopicRow | undefined {
    return this.#sql.topic.get(room) ?? undefined;
  }

  setTopic(room: RoomName, { topic, by_name: by, at }: TopicRow): void {
    if (topic === '') this.#sql.removeTopic.run(room);
    else this.#sql.putTopic.run(room, topic, by, at);
  }

  /** The room is gone. */
  forgetRoom(room: RoomName): void {
    this.#sql.removeRoom.run(room);
    this.#sql.removeTopic.run(room);
    this.invalidate();
  }

  /** A member is gone from a room, and their rank there too. */
  forgetMember(room: RoomName, recipient: RecipientId): void {
    this.#sql.remove.run(room, 'operator', recipient);
    this.#sql.remove.run(room, 'voice', recipient);
  }

  /** A recipient is gone for good, and their ranks too. */
  forgetRecipient(recipient: RecipientId): void {
    this.#sql.removeRanks.run(recipient);
  }

  /** What holds for an account goes on holding under its new name. */
  rename(recipient: RecipientId, from: Name, to: Name): void {
    this.#sql.rename.run(keyOf(to), to, keyOf(from));
    this.#sql.renameRanks.run(to, recipient);
    this.invalidate();
  }

  /** What somebody leads goes on under their new name. */
  renameRanks(recipient: RecipientId, to: Name): void {
    this.#sql.renameRanks.run(to, recipient);
  }

  /** Something was written or rolled back. */
  invalidate(): void {
    this.#hasMutes = undefined;
  }
}

/**
 * Whether a name fits a mask, both as they are looked up: `*` stands for anything, `?` for one character. Takes time in
 * proportion to both lengths at worst.
 */
export function fitsMask(mask: string, name: string): boolean {
  let at = 0;
  let inMask = 0;
  let star = -1;
  let afterStar = 0;
  while (at < name.length) {
    if (mask[inMask] === '*') {
      star = inMask++;
      afterStar = at;
    } else if (mask[inMask] === '?' || mask[inMask] === name[at]) {
      inMask++;
      at++;
    } else if (star >= 0) {
      inMask = star + 1;
      at = ++afterStar;
    } else return false;
  }
  while (mask[inMask] === '*') inMask++;
  return inMask === mask.length;
}

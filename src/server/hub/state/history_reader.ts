// Reads the history: what an asker may read of a conversation, a page of it, and the list of their conversations.

import { limits } from '../../../protocol/limits';
import {
  type Conversation,
  type ConversationRef,
  type HistoryEntry,
  type Name,
  ok,
  refused,
  type Result,
  type RoomName,
} from '../../../protocol/model';
import type { Store } from '../store';
import type { Accounts } from './accounts';
import { type ConversationRow, groupKey, privateKey, roomKey } from './conversations';
import { type EntryRow, selectEntries } from './entries';
import type { EntryChanges } from './entry_changes';
import type { History } from './history';
import type { RoomRules } from './room_rules';
import type { ActingUser } from './users';

/** A conversation that an asker may read, from a serial on. */
export interface Readable {
  /** Undefined: nothing was ever said in it. */
  readonly row: ConversationRow | undefined;
  /** What came up to this serial is not for the asker. */
  readonly since: number;
}

type Refusal = 'unknown-user' | 'unknown-room' | 'not-member';

/** Who reads, and when. */
export interface Reader extends ActingUser {
  /** Hub time. */
  readonly seconds: number;
}

function entryOf(asker: Reader, row: EntryRow): HistoryEntry {
  return {
    serial: row.serial,
    at: row.at,
    from: row.name,
    own: row.author === asker.author,
    text: row.text,
    origin: row.origin,
    ...(row.id !== null && { id: row.id }),
    ...(row.file_hash !== null && {
      file: { name: row.file_name ?? '', size: row.file_size ?? 0 },
    }),
    ...(row.reply !== null && { reply: row.reply }),
    ...(row.edited !== null && { edited: row.edited }),
    ...(row.deleted !== null && { deleted: row.deleted }),
  };
}

export class HistoryReader {
  readonly #history: History;
  readonly #accounts: Accounts;
  readonly #changes: EntryChanges;
  readonly #rules: RoomRules;
  readonly #sql;

  constructor(
    db: Store,
    {
      history,
      accounts,
      entryChanges,
      rules,
    }: {
      readonly history: History;
      readonly accounts: Accounts;
      readonly entryChanges: EntryChanges;
      readonly rules: RoomRules;
    },
  ) {
    this.#history = history;
    this.#accounts = accounts;
    this.#changes = entryChanges;
    this.#rules = rules;
    const entries = `${selectEntries} WHERE conversation = +? AND serial > +? AND serial < +?`;
    this.#sql = {
      newest: db.prepare<EntryRow, [number, number, number, number]>(
        `${entries} ORDER BY serial DESC LIMIT +?`,
      ),
      oldest: db.prepare<EntryRow, [number, number, number, number]>(
        `${entries} ORDER BY serial LIMIT +?`,
      ),
      isInBySession: db.prepare<{ one: 1 }, [string, string]>(
        'SELECT 1 AS one FROM live.member WHERE room = ? AND session = ?',
      ),
      isInByAccount: db.prepare<{ one: 1 }, [number, string]>(
        `SELECT 1 AS one FROM live.session JOIN live.member ON member.session = session.id
         WHERE account = +? AND room = +? LIMIT 1`,
      ),
      roomsOfAccount: db.prepare<{ room: RoomName }, [number]>(
        `SELECT DISTINCT room FROM live.session JOIN live.member ON member.session = session.id
         WHERE account = +?`,
      ),
      roomsOfSession: db.prepare<{ room: RoomName }, [string]>(
        'SELECT room FROM live.member WHERE session = ?',
      ),
      roomExists: db.prepare<{ one: 1 }, [string]>('SELECT 1 AS one FROM live.room WHERE name = ?'),
    };
  }

  /** What an asker sees of one conversation: the other one goes by the name that they have now. */
  conversation(asker: Reader, row: ConversationRow): Conversation {
    const { id: conversation, kind } = row;
    if (kind !== 'private') return { conversation, kind, name: row.name };
    const isFirst = row.account !== null && row.account === asker.account;
    const [other, name] = isFirst ? [row.other, row.other_name] : [row.account, row.name];
    const now = other === null ? undefined : this.#accounts.nameOf(other);
    return { conversation, kind, name: now ?? name };
  }

  entry(asker: Reader, row: EntryRow): HistoryEntry {
    const reactions = this.#changes.reactionsOf(row.serial, asker.author);
    return { ...entryOf(asker, row), ...(reactions.length > 0 && { reactions }) };
  }

  /** An entry and its conversation, if an asker may read it. */
  findEntry(
    asker: Reader,
    serial: number,
  ): { readonly entry: EntryRow; readonly row: ConversationRow } | undefined {
    const entry = this.#history.entries.find(serial);
    const row = entry && this.#history.conversations.byId(entry.conversation);
    const since = row && this.mayRead(asker, row);
    return entry && row && since !== undefined && serial > since ? { entry, row } : undefined;
  }

  /** The conversation that an asker means, if they may read it. */
  find(asker: Reader, of: ConversationRef): Result<Readable, Refusal> {
    if ('with' in of) return this.#private(asker, of.with);
    if ('room' in of) return this.#inRoom(asker, of.room);
    const row = this.#history.conversations.byId(of.conversation);
    const since = row && this.mayRead(asker, row);
    return since === undefined ? refused('unknown-room') : ok({ row, since });
  }

  #private(asker: Reader, name: Name): Result<Readable, Refusal> {
    const { conversations } = this.#history;
    const account = this.#accounts.find(name);
    const own = asker.account;
    if (own === undefined) {
      const key = account && privateKey(account.id, { account: undefined, name: asker.name });
      return ok({
        row: key === undefined ? undefined : conversations.find(key),
        since: -asker.author,
      });
    }
    const row =
      conversations.find(privateKey(own, { account: account?.id, name })) ??
      (account ? undefined : conversations.named(own, name));
    return row || account ? ok({ row, since: 0 }) : refused('unknown-user');
  }

  #inRoom(asker: Reader, room: RoomName): Result<Readable, Refusal> {
    const { conversations } = this.#history;
    const group = conversations.find(groupKey(room));
    if (group) {
      const since = this.mayRead(asker, group);
      return since === undefined ? refused('unknown-room') : ok({ row: group, since });
    }
    const row = conversations.find(roomKey(room));
    const isHere = this.#isIn(asker, room);
    const isKept = row !== undefined && this.mayRead(asker, row) !== undefined;
    if (isHere || isKept) return ok({ row, since: 0 });
    return refused(this.#sql.roomExists.get(room) ? 'not-member' : 'unknown-room');
  }

  /** Up to which serial a conversation is not for an asker; undefined: none of it is. */
  mayRead(asker: Reader, row: ConversationRow): number | undefined {
    const { account } = asker;
    if (row.kind === 'private') {
      if (account !== undefined) {
        return row.account === account || row.other === account ? 0 : undefined;
      }
      const isOwn =
        row.account !== null &&
        this.#history.conversations.find(
          privateKey(row.account, { account: undefined, name: asker.name }),
        )?.id === row.id;
      return isOwn ? -asker.author : undefined;
    }
    const mark = account === undefined ? undefined : this.#history.marks.find(account, row.id);
    if (row.kind === 'group') return mark?.since;
    if (this.#isIn(asker, row.name)) return 0;
    // Who keeps a room reads on while away, but not who may not come back.
    return mark && !this.#rules.banOf(row.name, asker.name, asker.seconds) ? mark.since : undefined;
  }

  /** The groups and rooms in which an asker may read now. */
  joinedBy(asker: Reader): ConversationRow[] {
    const { conversations, marks } = this.#history;
    const rows = new Map<number, ConversationRow>();
    for (const { conversation } of asker.account === undefined
      ? []
      : marks.ofAccount(asker.account)) {
      const row = conversations.byId(conversation);
      if (row && row.kind !== 'private') rows.set(row.id, row);
    }
    for (const { room } of this.#roomsOf(asker)) {
      const row = conversations.find(roomKey(room));
      if (row) rows.set(row.id, row);
    }
    return [...rows.values()];
  }

  /** Everything that stands in an asker's list, with the serial of its last entry, and how far they have read. */
  conversationsOf(asker: Reader): { row: ConversationRow; newest: number; seen: number }[] {
    const { account } = asker;
    if (account === undefined) return [];
    const { conversations, entries, marks } = this.#history;
    const ofAccount = marks.ofAccount(account);
    const byConversation = new Map(ofAccount.map((mark) => [mark.conversation, mark]));
    const rows = conversations.ofAccount(account);
    for (const { conversation } of ofAccount) {
      const row = conversations.byId(conversation);
      if (row && row.kind !== 'private') rows.push(row);
    }
    return rows.map((row) => {
      const { since, seen } = byConversation.get(row.id) ?? { since: 0, seen: 0 };
      const newest = entries.newestOf(row.id);
      return { row, newest: newest > since ? newest : 0, seen: Math.max(since, seen) };
    });
  }

  #roomsOf({ account, session }: Reader): { room: RoomName }[] {
    if (account !== undefined) return this.#sql.roomsOfAccount.all(account);
    return session === undefined ? [] : this.#sql.roomsOfSession.all(session);
  }

  #isIn({ account, session }: Reader, room: RoomName): boolean {
    const { isInByAccount, isInBySession } = this.#sql;
    if (session !== undefined && isInBySession.get(room, session) !== null) return true;
    return account !== undefined && isInByAccount.get(account, room) !== null;
  }

  /** Entries between two serials, without those: the newest of them (or the oldest), oldest first. */
  page(
    conversation: number,
    after: number,
    before: number,
    { most, oldest }: { readonly most: number; readonly oldest: boolean },
  ): { readonly rows: EntryRow[]; readonly more: boolean } {
    const rows: EntryRow[] = [];
    let bytes = 0;
    let more = false;
    const statement = oldest ? this.#sql.oldest : this.#sql.newest;
    for (const row of statement.iterate(conversation, after, before, most + 1)) {
      bytes += limits.history.entryOverheadBytes + row.text.length;
      more = rows.length === most || (rows.length > 0 && bytes > limits.history.pageBytes);
      if (more) break;
      rows.push(row);
    }
    return { rows: oldest ? rows : rows.reverse(), more };
  }
}

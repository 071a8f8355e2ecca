// The index of words (FTS5): entries come into it in slices, behind the commits that wrote them.

import { limits } from '../../../protocol/limits';
import { type Conversation, type HistoryEntry, type Name } from '../../../protocol/model';
import { keyOf } from '../names';
import type { Store } from '../store';
import { hasAll, questionOf, type Wanted } from '../words';
import type { ConversationRow } from './conversations';
import { type EntryRow, selectEntries } from './entries';
import { guests, type History } from './history';
import type { HistoryReader, Readable, Reader } from './history_reader';

/** Words of the column `place`, by which a search finds what its asker may read. Users' texts are in another column. */
const placeOf = {
  conversation: (id: number): string => `c${id}`,
  account: (id: number): string => `a${id}`,
  author: (name: string): string => `n${Buffer.from(keyOf(name)).toString('hex')}`,
} as const;

export interface Search {
  readonly wanted: readonly Wanted[];
  readonly of: Readable | undefined;
  readonly from: Name | undefined;
  /** Serials between these two, without them. */
  readonly after: number;
  readonly before: number;
  readonly most: number;
}

export interface Found {
  readonly found: { readonly in: Conversation; readonly entry: HistoryEntry }[];
  readonly next?: number;
}

/** What an entry is counted for. */
export const bytesOf = ({ text }: { readonly text: string }): number =>
  limits.history.entryOverheadBytes + Buffer.byteLength(text);

export class WordIndex {
  readonly #history: History;
  readonly #reader: HistoryReader;
  readonly #sql;

  constructor(db: Store, history: History, reader: HistoryReader) {
    this.#history = history;
    this.#reader = reader;
    this.#sql = {
      next: db.prepare<EntryRow, [number, number]>(
        `${selectEntries} WHERE serial > +? ORDER BY serial LIMIT +?`,
      ),
      tail: db.prepare<EntryRow, [number, number, number]>(
        `${selectEntries} WHERE serial > +? AND serial < +? ORDER BY serial DESC LIMIT +?`,
      ),
      add: db.prepare<never, [number, string, string]>(
        'INSERT INTO entry_words (rowid, text, place) VALUES (?, ?, ?)',
      ),
      remove: db.prepare<never, [number]>('DELETE FROM entry_words WHERE rowid = ?'),
      share: db.prepare<never, [number, number]>(
        `INSERT INTO history_share (author, bytes) VALUES (?, ?)
         ON CONFLICT (author) DO UPDATE SET bytes = max(0, bytes + excluded.bytes)`,
      ),
      forgetShares: db.prepare<never, []>('DELETE FROM history_share WHERE bytes = 0'),
      find: db.prepare<{ serial: number }, [string, number, number, number]>(
        `SELECT rowid AS serial FROM entry_words
         WHERE entry_words MATCH +? AND rowid > +? AND rowid < +? ORDER BY rowid DESC LIMIT +?`,
      ),
    };
  }

  /** Puts the next entries into the index, and counts them. Whether there may be more. */
  advance(most: number): { readonly done: number; readonly more: boolean } {
    const rows = this.#sql.next.all(this.#history.settings.state.indexed, most);
    const last = rows.at(-1);
    if (!last) return { done: 0, more: false };
    // In a slice the same few talk in the same few conversations.
    const known = new Map<number, Map<Name, string | undefined>>();
    for (const row of rows) {
      let places = known.get(row.conversation);
      if (!places) known.set(row.conversation, (places = new Map<Name, string | undefined>()));
      if (!places.has(row.name)) places.set(row.name, this.#placesOf(row));
      this.#index(row, places.get(row.name));
    }
    this.#history.settings.progress(last.serial, this.#count(rows, 1));
    return { done: rows.length, more: rows.length === most };
  }

  /** Whether entries of this serial are in the index, or will never come into it by themselves. */
  hasPassed(serial: number): boolean {
    return serial <= this.#history.settings.state.indexed;
  }

  /** An entry that was written behind, where the index has passed it already. */
  addLate(row: EntryRow): void {
    const { indexed } = this.#history.settings.state;
    if (row.serial > indexed) return;
    this.#index(row, this.#placesOf(row));
    this.#history.settings.progress(indexed, this.#count([row], 1));
  }

  /** An entry has another text, or none any more. */
  replace(before: EntryRow, after: EntryRow | undefined): void {
    this.remove([before]);
    if (after) this.addLate(after);
  }

  /** Entries are about to go. */
  remove(rows: readonly EntryRow[]): void {
    const { indexed } = this.#history.settings.state;
    const known = rows.filter(({ serial }) => serial <= indexed);
    for (const { serial } of known) this.#sql.remove.run(serial);
    if (known.length > 0) this.#history.settings.progress(indexed, this.#count(known, -1));
    this.#sql.forgetShares.run();
  }

  /** Counts entries for their authors; gives their bytes in all. */
  #count(rows: readonly EntryRow[], sign: 1 | -1): number {
    const shares = new Map<number, number>();
    let all = 0;
    for (const row of rows) {
      const bytes = sign * bytesOf(row);
      const author = Math.max(guests, row.author);
      shares.set(author, (shares.get(author) ?? 0) + bytes);
      all += bytes;
    }
    for (const [author, bytes] of shares) this.#sql.share.run(author, bytes);
    this.#history.recount();
    return all;
  }

  /** The words by which an entry's place is found; none where its conversation is gone. */
  #placesOf(row: EntryRow): string | undefined {
    const conversation = this.#history.conversations.byId(row.conversation);
    if (!conversation) return undefined;
    const { id, account, other } = conversation;
    const places = [placeOf.conversation(id), placeOf.author(row.name)];
    for (const one of [account, other]) if (one !== null) places.push(placeOf.account(one));
    return places.join(' ');
  }

  #index(row: EntryRow, places: string | undefined): void {
    if (row.deleted !== null || places === undefined) return;
    const text = row.file_name === null ? row.text : `${row.text} ${row.file_name}`;
    this.#sql.add.run(row.serial, text, places);
  }

  search(asker: Reader, search: Search): Found {
    const { indexed } = this.#history.settings.state;
    const found: Found['found'] = [];
    const readable = new Map<number, ConversationRow | undefined>();
    /** Whether the search is over. */
    const take = (row: EntryRow): boolean => {
      const conversation = this.#readable(asker, row, readable);
      if (!conversation || row.deleted !== null) return false;
      if (search.of && search.of.row?.id !== row.conversation) return false;
      if (search.from !== undefined && keyOf(row.name) !== keyOf(search.from)) return false;
      found.push({
        in: this.#reader.conversation(asker, conversation),
        entry: this.#reader.entry(asker, row),
      });
      return found.length >= search.most;
    };
    const after = Math.max(search.after, indexed);
    for (const row of this.#sql.tail.all(after, search.before, limits.history.searchedTail)) {
      if (!hasAll(`${row.text} ${row.file_name ?? ''}`, search.wanted)) continue;
      if (take(row)) return { found, next: row.serial };
    }
    const places = this.#places(asker, search);
    if (places.length === 0) return { found };
    const before = Math.min(search.before, indexed + 1);
    const serials = this.#serials(search, places, before);
    for (const serial of serials) {
      const row = this.#history.entries.find(serial);
      if (row && take(row)) return { found, next: serial };
    }
    const last = serials.at(-1);
    const isAll = last === undefined || serials.length < limits.history.searchedEntries;
    return isAll ? { found } : { found, next: last };
  }

  /** The newest entries with the words: at most so many as one search looks at. */
  #serials(search: Search, places: readonly string[], before: number): number[] {
    const { wanted, from, after } = search;
    const words = `text : (${questionOf(wanted)})`;
    const author = from === undefined ? '' : ` AND place : ${placeOf.author(from)}`;
    const find = (question: string, most: number): number[] =>
      this.#sql.find.all(question, after, before, most).map(({ serial }) => serial);
    // Each place costs as much as a word. Of a rare word it is cheaper to look at all that others say with it, too.
    if (places.length > limits.history.searchedPlaces) {
      const few = limits.history.searchedFirst;
      const serials = find(words + author, few);
      if (serials.length < few) return serials;
    }
    const mine = ` AND place : (${places.join(' OR ')})`;
    return find(words + mine + author, limits.history.searchedEntries);
  }

  /** The conversation of an entry, where the asker may read it. */
  #readable(
    asker: Reader,
    { conversation: id, serial }: EntryRow,
    known: Map<number, ConversationRow | undefined>,
  ): ConversationRow | undefined {
    if (!known.has(id)) known.set(id, this.#history.conversations.byId(id));
    const row = known.get(id);
    const since = row && this.#reader.mayRead(asker, row);
    return since !== undefined && serial > since ? row : undefined;
  }

  /** Where the asker may read: else what others say would be looked through to be left out. */
  #places(asker: Reader, { of }: Search): string[] {
    const places: string[] = [];
    if (of) {
      if (of.row) places.push(placeOf.conversation(of.row.id));
    } else {
      if (asker.account !== undefined) places.push(placeOf.account(asker.account));
      for (const { id } of this.#reader.joinedBy(asker)) places.push(placeOf.conversation(id));
    }
    return places;
  }
}

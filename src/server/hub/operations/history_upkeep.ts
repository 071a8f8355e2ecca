// What the server does for the history by itself: room talk is written down, words are indexed, what is too old goes.

import { ok } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { type EntryRow, selectEntries } from '../state/entries';

const historyKeep: Define<'history-keep'> =
  ({ history: { settings } }) =>
  ({ ms, bytes }, context) => {
    const { state } = settings;
    if (state.kept_ms === ms && state.most_bytes === bytes) return ok(undefined);
    context.isDurable = true;
    settings.keep(ms, bytes);
    return ok(undefined);
  };

const historyAdd: Define<'history-add'> =
  ({ history, wordIndex }) =>
  ({ said }, context) => {
    const [first] = said;
    // It may come twice, whole, where the disk failed in between.
    if (!first || history.entries.has(first.serial)) return ok(undefined);
    context.isDurable = true;
    const { indexed } = history.settings.state;
    let last = { room: first.room, conversation: history.room(first.room).id };
    for (const { room, ...entry } of said) {
      if (room !== last.room) last = { room, conversation: history.room(room).id };
      history.entries.add({ ...entry, conversation: last.conversation });
      if (entry.serial > indexed) continue;
      const row = history.entries.find(entry.serial);
      if (row) wordIndex.addLate(row);
    }
    return ok(undefined);
  };

const historyIndex: Define<'history-index'> =
  ({ wordIndex }) =>
  ({ most }, context) => {
    const { done, more } = wordIndex.advance(most);
    if (done > 0) context.isDurable = true;
    return ok({ more });
  };

function prepareExpiry({ db }: HubState) {
  return {
    oldest: db.prepare<EntryRow, [number]>(`${selectEntries} ORDER BY serial LIMIT +?`),
    ofGone: db.prepare<EntryRow, [number, number]>(
      `${selectEntries} WHERE conversation = +? ORDER BY serial LIMIT +?`,
    ),
    removals: ['entry', 'entry_file', 'entry_change', 'reaction'].map((table) =>
      db.prepare<never, [number]>(`DELETE FROM ${table} WHERE serial = ?`),
    ),
  };
}

const historyExpire: Define<'history-expire'> = (hub) => {
  const sql = prepareExpiry(hub);
  const { history, wordIndex } = hub;
  const remove = (context: CommandContext, rows: readonly EntryRow[]): void => {
    if (rows.length === 0) return;
    context.isDurable = true;
    wordIndex.remove(rows);
    for (const { serial, file_hash: hash } of rows) {
      for (const removal of sql.removals) removal.run(serial);
      if (hash !== null) context.emit({ is: 'file-released', hash });
    }
    for (const id of new Set(rows.map(({ conversation }) => conversation))) forgetEmpty(id);
  };
  /** A conversation lasts as long as something of it does, or somebody belongs to it, or it is switched off. */
  const forgetEmpty = (id: number): void => {
    const row = history.conversations.byId(id);
    if (!row || row.is_off === 1 || history.entries.newestOf(id) > 0) return;
    if (row.kind !== 'private' && history.marks.isAny(id)) return;
    history.conversations.remove(id);
    history.marks.endAll(id);
  };
  return ({ at, most }, context) => {
    const gone = history.conversations.aGone();
    if (gone !== undefined) {
      const rows = sql.ofGone.all(gone, most);
      remove(context, rows);
      if (rows.length < most) {
        context.isDurable = true;
        history.conversations.remove(gone);
        history.marks.endAll(gone);
      }
      return ok({ more: true });
    }
    const { kept_ms: keptMs, most_bytes: mostBytes, bytes } = history.settings.state;
    const oldest = sql.oldest.all(most);
    const rows = bytes > mostBytes ? oldest : oldest.filter((row) => row.at < at - keptMs);
    remove(context, rows);
    return ok({ more: rows.length === most });
  };
};

export const historyUpkeepHandlers = (
  hub: HubState,
): Pick<Handlers, 'history-keep' | 'history-add' | 'history-index' | 'history-expire'> => ({
  'history-keep': historyKeep(hub),
  'history-add': historyAdd(hub),
  'history-index': historyIndex(hub),
  'history-expire': historyExpire(hub),
});

// The history as its readers ask for it: pages, the list of conversations, words, and whether it is kept.

import { limits } from '../../../protocol/limits';
import { type Actor, ok, refused, type Result } from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { keyOf } from '../names';
import type { ConversationRow } from '../state/conversations';
import type { EntryRow } from '../state/entries';
import type { Reader } from '../state/history_reader';
import { recipientOf } from '../state/users';
import { wantedIn } from '../words';

/** Who asks. An account shows a credential: a name alone reads nothing. */
export function askerOf(
  { users }: HubState,
  { seconds }: CommandContext,
  actor: Actor,
): Result<Reader, 'unknown-sender' | 'not-allowed'> {
  if ('account' in actor && actor.credential === undefined) return refused('not-allowed');
  const asker = users.acting(actor);
  if (asker === 'unknown') return refused('unknown-sender');
  return asker === 'not-allowed' ? refused('not-allowed') : ok({ ...asker, seconds });
}

/** The serials between which an asker looks, without them. */
function between(
  { history: { entries } }: HubState,
  {
    after = 0,
    before = Number.MAX_SAFE_INTEGER,
    since,
    until,
  }: Readonly<Partial<Record<'after' | 'before' | 'since' | 'until', number>>>,
): { readonly after: number; readonly before: number } {
  return {
    after: since === undefined ? after : Math.max(after, entries.serialAt(since) - 1),
    before: until === undefined ? before : Math.min(before, entries.serialAt(until)),
  };
}

/** Nothing of a person is shown to who blocks them, as long as they do. */
function isShownTo({ blocks }: HubState, { recipient, author }: Reader) {
  const blocked = blocks.keysOf(recipient);
  return (entry: Pick<EntryRow, 'author' | 'name'>): boolean =>
    blocked.size === 0 || entry.author === author || !blocked.has(keyOf(entry.name));
}

/** How many entries are asked for. */
const mostOf = ({ most }: { readonly most: number }): number =>
  Math.max(1, Math.min(most, limits.history.pageEntriesMost));

const history: Define<'history'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const readable = hub.historyReader.find(asker.value, command.of);
  if (!readable.ok) return readable;
  const { row, since } = readable.value;
  if (!row) return ok({ entries: [], more: false });
  const { after, before } = between(hub, command);
  const { rows, more } = hub.historyReader.page(row.id, Math.max(after, since), before, {
    most: mostOf(command),
    oldest: command.after !== undefined,
  });
  const entries = rows
    .filter(isShownTo(hub, asker.value))
    .map((entry) => hub.historyReader.entry(asker.value, entry));
  return ok({ conversation: hub.historyReader.conversation(asker.value, row), entries, more });
};

/** How many entries an asker has not read, counted up to a bound. */
function unreadIn(
  { history: { entries } }: HubState,
  { author }: Reader,
  row: ConversationRow,
  seen: number,
): number {
  const most = limits.history.unreadCounted;
  // Who speaks in a group has read it up to there, so all that stands behind is of others.
  if (row.kind === 'group') return entries.countBehind(row.id, seen, most);
  return entries.countUnread(row.id, seen, author, most);
}

const conversations: Define<'conversations'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const { before = Number.MAX_SAFE_INTEGER } = command;
  const blocked = hub.blocks.keysOf(asker.value.recipient);
  const isBlockedIn = (row: ConversationRow): boolean =>
    row.kind === 'private' &&
    blocked.size > 0 &&
    blocked.has(keyOf(hub.historyReader.conversation(asker.value, row).name));
  const most = Math.max(1, Math.min(command.most, limits.history.pageConversations));
  const all = hub.historyReader
    .conversationsOf(asker.value)
    .filter(({ newest }) => newest < before)
    .sort((one, other) => other.newest - one.newest);
  const page = all.slice(0, most).map(({ row, newest, seen }) => ({
    ...hub.historyReader.conversation(asker.value, row),
    newest,
    seen,
    changed: hub.entryChanges.lastOf(row.id),
    unread: isBlockedIn(row) ? 0 : unreadIn(hub, asker.value, row, seen),
  }));
  return ok({ conversations: page, more: all.length > most });
};

const historyChanges: Define<'history-changes'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const readable = hub.historyReader.find(asker.value, command.of);
  if (!readable.ok) return readable;
  const { row, since } = readable.value;
  const most = mostOf(command);
  const rows = row ? hub.entryChanges.after(row.id, command.after, most) : [];
  const entries = rows
    .filter(({ serial }) => serial > since)
    .filter(isShownTo(hub, asker.value))
    .map((entry) => hub.historyReader.entry(asker.value, entry));
  const upTo = rows.at(-1)?.position ?? command.after;
  return ok({ entries, upTo, more: rows.length === most });
};

const search: Define<'search'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const wanted = wantedIn(command.words, {
    most: limits.history.searchedWords,
    leastOfBeginning: limits.history.beginningLetters,
  });
  if (wanted.length === 0) return refused('bad-words');
  const { of, from } = command;
  const readable = of && hub.historyReader.find(asker.value, of);
  if (readable && !readable.ok) return readable;
  const { after, before } = between(hub, command);
  const blocked = hub.blocks.keysOf(asker.value.recipient);
  const { found, ...rest } = hub.wordIndex.search(asker.value, {
    wanted,
    of: readable?.value,
    from,
    after: Math.max(after, readable?.value.since ?? 0),
    before,
    most: mostOf(command),
  });
  const shown = found.filter(
    ({ entry }) => blocked.size === 0 || entry.own || !blocked.has(keyOf(entry.from)),
  );
  return ok({ found: shown, ...rest });
};

const historySwitch: Define<'history-switch'> = (hub) => {
  const creatorOf = hub.db.prepare<{ creator: string | null }, [string, string]>(
    `SELECT creator FROM chat_group WHERE name = ?
     UNION ALL SELECT creator FROM live.room WHERE name = ?`,
  );
  return ({ room, on }, context, session) => {
    const { conversations: table, settings } = hub.history;
    if (room === undefined) {
      const { account } = session;
      if (account === null) return refused('no-account');
      if (on === undefined) return ok({ on: !settings.isOffFor(account) });
      context.isDurable = true;
      settings.switchFor(account, !on);
      table.switchOf(account, !on);
      return ok({ on });
    }
    const found = creatorOf.get(room, room);
    if (!found) return refused('unknown-room');
    const isGroup = hub.groups.find(room) !== undefined;
    if (on === undefined) return ok({ on: hub.history.isRoomOn(room, isGroup) });
    if (found.creator !== recipientOf(session)) return refused('not-creator');
    context.isDurable = true;
    const conversation = isGroup ? hub.history.group(room) : hub.history.room(room);
    table.setOff(conversation.id, !on);
    return ok({ on });
  };
};

export const historyHandlers = (
  hub: HubState,
): Pick<
  Handlers,
  'history' | 'conversations' | 'history-changes' | 'search' | 'history-switch'
> => ({
  history: history(hub),
  conversations: conversations(hub),
  'history-changes': historyChanges(hub),
  search: search(hub),
  'history-switch': historySwitch(hub),
});

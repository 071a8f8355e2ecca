// Fills the page from the server: what was said while it was away, what was changed, and older messages as one scrolls.

import { limits } from '../../protocol/limits';
import type { ReplyOf, RequestBody } from '../../protocol/web/wire/messages';
import { joinRoom, session } from './server';
import {
  conversations,
  isOnline,
  kindOf,
  me,
  nameIn,
  older,
  placeMessages,
  putMessages,
  serverIds,
  setUnread,
  shown,
  storage,
} from './state';
import type { StoredMessage } from './store';

type Listed = ReplyOf<'conversations'>['conversations'][number];
type Entry = ReplyOf<'history'>['entries'][number];

const letters = { private: 'p', group: 'g', room: 'r' } as const;
const nameOf = ({ kind, name }: Pick<Listed, 'kind' | 'name'>): string =>
  `${letters[kind]}:${name}`;

/** How a conversation is named to the server. */
const refOf = (conversation: string): Pick<RequestBody<'history'>, 'with' | 'room'> =>
  kindOf(conversation) === 'p' ? { with: nameIn(conversation) } : { room: nameIn(conversation) };

/** The key of a message that the server has. One that keeps nothing starts its serials again: the time tells them apart. */
export const keyOf = (serial: number, seconds: number): string => `s ${serial} ${seconds}`;

const serialsIn = (conversation: string): number[] =>
  (conversations.value.get(conversation) ?? []).flatMap(({ serial }) => serial ?? []);

/** An entry as a message; what this browser knows of it besides is kept. */
function messageOf(conversation: string, entry: Entry): StoredMessage {
  const { serial, at, from, own, text, id, file, reply, edited, deleted, reactions } = entry;
  const known = conversations.value
    .get(conversation)
    ?.findLast((one) => one.serial === serial && one.mine === own);
  return {
    key: known?.key ?? keyOf(serial, Math.floor(at / 1000)),
    conversation,
    from,
    mine: own,
    text,
    at: known?.at ?? at,
    time: at,
    state: known?.state ?? (own ? 'stored' : 'received'),
    serial,
    ...(id !== undefined && { id }),
    ...(file && { file: { ...known?.file, ...file } }),
    ...(reply !== undefined && { reply }),
    ...(edited !== undefined && { isEdited: true }),
    ...(deleted !== undefined && { isDeleted: true }),
    ...(reactions && { reactions }),
  };
}

const take = (conversation: string, entries: readonly Entry[]): void =>
  void putMessages(entries.map((entry) => messageOf(conversation, entry)));

/** By conversation: the newest serial that was here when the connection came. */
const newestAtLogin = new Map<string, number>();

/** After every login: a page of the list after the other, and of each conversation what is not here yet. */
export function syncAll(before?: number): void {
  const limit = limits.history.pageEntries;
  session.request(
    { do: 'conversations', limit, ...(before !== undefined && { before }) },
    (outcome) => {
      if (!outcome.ok) return;
      const { conversations: listed, more } = outcome.value;
      for (const one of listed) syncOne(one);
      const last = listed.at(-1)?.newest ?? 0;
      if (more && last > 0) syncAll(last);
    },
  );
}

function syncOne(listed: Listed): void {
  const conversation = nameOf(listed);
  // Somebody of the same name who is gone comes behind.
  if (serverIds.get(conversation)?.isFresh === true) return;
  serverIds.set(conversation, { id: listed.conversation, isFresh: true });
  // Another device of this account has come into the room.
  if (listed.kind === 'room' && !storage.local.rooms.includes(listed.name)) joinRoom(listed.name);
  const isSeen = shown.value === conversation && document.hasFocus();
  setUnread(conversation, isSeen ? 0 : listed.unread);
  // Not what has come since the login: what was missed lies before that.
  const newest = newestAtLogin.get(conversation) ?? 0;
  if (listed.newest > newest) fetchNewest(conversation, newest);
  const changed = storage.local.changed[conversation] ?? 0;
  if (newest === 0) storage.local.setChanged(conversation, listed.changed);
  else if (listed.changed > changed) fetchChanges(conversation, listed.conversation, changed);
  if (isSeen) markSeen(conversation);
}

/** The newest page. What lies between it and what was here comes as one scrolls. */
function fetchNewest(conversation: string, known: number): void {
  session.request({ do: 'history', ...refOf(conversation) }, (outcome) => {
    if (!outcome.ok) return;
    const { entries, more } = outcome.value;
    const isGap = more && (entries[0]?.serial ?? 0) > known;
    // What is older than a gap would stand beside it as if nothing were missing.
    if (isGap) forgetBefore(conversation, entries[0]?.serial ?? 0);
    take(conversation, entries);
    older.value = new Map(older.value).set(conversation, more || known > 0 ? 'more' : 'none');
    if (shown.value === conversation && document.hasFocus()) markSeen(conversation);
  });
}

function forgetBefore(conversation: string, serial: number): void {
  const messages = conversations.value.get(conversation) ?? [];
  const rest = messages.filter((one) => one.serial === undefined || one.serial >= serial);
  conversations.value = new Map(conversations.value).set(conversation, rest);
}

function fetchChanges(conversation: string, id: number, after: number): void {
  session.request({ do: 'changes', conversation: id, after }, (outcome) => {
    if (!outcome.ok) return;
    const { entries, upTo, more } = outcome.value;
    const known = new Set(serialsIn(conversation));
    take(
      conversation,
      entries.filter(({ serial }) => known.has(serial)),
    );
    storage.local.setChanged(conversation, upTo);
    if (more) fetchChanges(conversation, id, upTo);
  });
}

/** The reader is at the first message that is here: those before it are fetched. */
export function loadOlder(conversation: string): void {
  const state = older.value.get(conversation);
  if (state === 'none' || state === 'loading' || !isOnline.value) return;
  const set = (next: 'more' | 'none' | 'loading'): void => {
    older.value = new Map(older.value).set(conversation, next);
  };
  set('loading');
  const serials = serialsIn(conversation);
  const before = serials.length > 0 && { before: Math.min(...serials) };
  session.request({ do: 'history', ...refOf(conversation), ...before }, (outcome) => {
    if (!outcome.ok) return set(outcome.why === 'unreachable' ? 'more' : 'none');
    const { entries, more } = outcome.value;
    // They are the server's: kept here as long as they are read.
    placeMessages(entries.map((entry) => messageOf(conversation, entry)));
    set(more ? 'more' : 'none');
  });
}

/** Reads again what has changed. */
export function refetch(conversation: string, serial: number): void {
  const request = { do: 'history', ...refOf(conversation), after: serial - 1, limit: 1 } as const;
  session.request(request, (outcome) => {
    if (outcome.ok) take(conversation, outcome.value.entries);
  });
}

/** The conversation that has a number at the server. */
export const conversationWith = (id: number): string | undefined =>
  [...serverIds].find(([, one]) => one.id === id)?.[0];

const timers = new Map<string, ReturnType<typeof setTimeout>>();

/** The user has read all that is here: their other devices need not show it as new. */
export function markSeen(conversation: string): void {
  clearTimeout(timers.get(conversation));
  timers.set(
    conversation,
    setTimeout(() => mark(conversation, 'seen'), limits.page.markMs),
  );
}

/** This device has what was said in a group: those who said it are told. */
export function markGot(conversation: string): void {
  if (timers.has(conversation)) return;
  timers.set(
    conversation,
    setTimeout(() => mark(conversation, 'got'), limits.page.markMs),
  );
}

function mark(conversation: string, how: 'seen' | 'got'): void {
  timers.delete(conversation);
  const upTo = Math.max(0, ...serialsIn(conversation));
  const id = serverIds.get(conversation)?.id;
  if (upTo === 0 || me.value === undefined) return;
  if (id !== undefined) return session.request({ do: 'mark', conversation: id, [how]: upTo });
  // It began after the login.
  session.request({ do: 'history', ...refOf(conversation), limit: 1 }, (outcome) => {
    const found = outcome.ok ? outcome.value.conversation?.conversation : undefined;
    if (found === undefined) return;
    serverIds.set(conversation, { id: found, isFresh: true });
    session.request({ do: 'mark', conversation: found, [how]: upTo });
  });
}

/** The connection is new: what the server has may differ from what is here. */
export function stale(): void {
  newestAtLogin.clear();
  for (const conversation of conversations.value.keys()) {
    newestAtLogin.set(conversation, Math.max(0, ...serialsIn(conversation)));
  }
  for (const [conversation, { id }] of serverIds)
    serverIds.set(conversation, { id, isFresh: false });
}

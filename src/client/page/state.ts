// What the page knows, as signals: everything on the screen is drawn from these.

import { computed, signal } from '@preact/signals';

import { limits } from '../../protocol/limits';
import type { WebClientState } from '../../protocol/web/client/session';
import type { ReplyOf } from '../../protocol/web/wire/messages';
import { type History } from './history';
import { LocalState, type StoredMessage, without } from './store';

export type User = ReplyOf<'users'>['users'][number];
export type Group = ReplyOf<'group-list'>['groups'][number];

export const connection = signal<WebClientState>({ is: 'idle' });
/** The account that is logged in in this page, connected or not. */
export const me = signal<string | undefined>(undefined);
export const users = signal<readonly User[]>([]);
/** Every open room that exists, and those that this account is in. */
export const rooms = signal<readonly string[]>([]);
export const joined = signal<ReadonlySet<string>>(new Set());
export const groups = signal<readonly Group[]>([]);
export const invitations = signal<readonly { readonly group: string; readonly by: string }[]>([]);
/** What rooms and groups are about, by name; empty: nothing that was said. */
export const topics = signal<ReadonlyMap<string, string>>(new Map());
/** Undefined: the account has no balance yet. */
export const balance = signal<number | undefined>(undefined);
/** Whether requests that show no token may act for this account at other doors. */
export const isTokenOptional = signal(false);
/** Messages by conversation, oldest first. */
export const conversations = signal<ReadonlyMap<string, readonly StoredMessage[]>>(new Map());
/** Whether the server has older messages of a conversation than those that are here; unknown at first. */
export const older = signal<ReadonlyMap<string, 'more' | 'none' | 'loading'>>(new Map());
/** The number by which the server knows each conversation, and whether it was asked since the last login. */
export const serverIds = new Map<string, { readonly id: number; readonly isFresh: boolean }>();
/** The message that is about to be answered, or to get another text. */
export const replying = signal<StoredMessage | undefined>(undefined);
export const editing = signal<StoredMessage | undefined>(undefined);
export const unread = signal<Readonly<Record<string, number>>>({});
/** The conversation on the screen. */
export const shown = signal<string | undefined>(undefined);
/** The panel beside it. */
export const panel = signal<'none' | 'transcript' | 'account' | 'moderation' | 'room'>('none');
/** Progress of uploads, from 0 to 1, by the key of their message. */
export const uploads = signal<ReadonlyMap<string, number>>(new Map());
/** The key that a link has brought, until the user has decided. */
export const offeredKey = signal<{ readonly name: string; readonly token: string } | undefined>(
  undefined,
);
/** The form for coming in from a new browser, with what was wrong the last time; undefined: it is not shown. */
export const elsewhere = signal<string | undefined>(undefined);
/** What became of the last action, where it has to be said; shown until the next one. */
export const hint = signal('');
/** Said to screen readers only. */
export const announcement = signal('');

export const isOnline = computed(() => connection.value.is === 'online');
export const unreadTotal = computed(() =>
  Object.values(unread.value).reduce((sum, count) => sum + count, 0),
);

/** Where the browser keeps what belongs to the account that is logged in. */
export const storage: { history: History | undefined; local: LocalState } = {
  history: undefined,
  local: new LocalState(''),
};

/** A conversation is named by its kind and the name of the person, the room or the group: `p:bob`, `r:tea`, `g:tea`. */
export type Kind = 'p' | 'r' | 'g';
export const kindOf = (conversation: string): Kind => conversation[0] as Kind;
export const nameIn = (conversation: string): string => conversation.slice(2);

/** Shows a message in its conversation; it replaces a message with the same key. */
export function placeMessage(message: StoredMessage): void {
  const messages = conversations.value.get(message.conversation) ?? [];
  const index = messages.findLastIndex(({ key }) => key === message.key);
  const next = index < 0 ? [...messages, message] : messages.with(index, message);
  conversations.value = new Map(conversations.value).set(message.conversation, next);
}

/** Those that the server has are in its order; what it does not have yet comes last, in the order of this browser. */
function inOrder(one: StoredMessage, other: StoredMessage): number {
  if (one.serial !== undefined && other.serial !== undefined) return one.serial - other.serial;
  return one.at - other.at;
}

/** The same for several messages of one conversation, wherever in it they belong. */
export function placeMessages(messages: readonly StoredMessage[]): void {
  const [first] = messages;
  if (!first) return;
  const { conversation } = first;
  const byKey = new Map((conversations.value.get(conversation) ?? []).map((one) => [one.key, one]));
  for (const message of messages) byKey.set(message.key, message);
  const next = [...byKey.values()].sort(inOrder);
  conversations.value = new Map(conversations.value).set(conversation, next);
}

/** Shows and stores several messages of one conversation. */
export async function putMessages(messages: readonly StoredMessage[]): Promise<void> {
  placeMessages(messages);
  await storage.history?.putAll(messages);
}

/** Shows a message and stores it; resolves once it is stored. */
export function putMessage(message: StoredMessage): Promise<void> {
  placeMessage(message);
  return storage.history?.put(message) ?? Promise.resolve();
}

/** Shows a message no more, and forgets it. */
export function dropMessage({ key, conversation }: StoredMessage): void {
  const messages = conversations.value.get(conversation) ?? [];
  const rest = messages.filter((message) => message.key !== key);
  conversations.value = new Map(conversations.value).set(conversation, rest);
  void storage.history?.drop(key);
}

/** A line of the page's own between the messages: it is not stored. */
export function showNote(conversation: string, text: string): void {
  placeMessage({
    key: `note ${nextTimestamp()}`,
    conversation,
    from: '',
    mine: false,
    text,
    at: nextTimestamp(),
    state: 'note',
  });
}

export function setUnread(conversation: string, count: number): void {
  unread.value =
    count === 0 ? without(unread.value, conversation) : { ...unread.value, [conversation]: count };
  storage.local.unread = unread.value;
}

/** Of a conversation that nobody looks at the newest messages are enough: the server has the others. */
function keepNewest(conversation: string): void {
  const messages = conversations.value.get(conversation) ?? [];
  if (messages.length <= limits.page.keptMessages) return;
  const rest = messages.slice(-limits.page.keptMessages);
  conversations.value = new Map(conversations.value).set(conversation, rest);
  older.value = new Map(older.value).set(conversation, 'more');
}

/** Puts a conversation on the screen. */
export function showConversation(conversation: string): void {
  if (shown.value !== conversation) {
    replying.value = undefined;
    editing.value = undefined;
    if (shown.value !== undefined) keepNewest(shown.value);
  }
  shown.value = conversation;
  if (panel.value === 'account' || panel.value === 'room') panel.value = 'none';
  if (unread.value[conversation] !== undefined) setUnread(conversation, 0);
}

export const togglePanel = (which: Exclude<typeof panel.value, 'none'>): void => {
  panel.value = panel.value === which ? 'none' : which;
};

let lastTimestamp = 0;
/** Now in ms, and later than the last time: messages are shown in this order. */
export const nextTimestamp = (): number =>
  (lastTimestamp = Math.max(Date.now(), lastTimestamp + 1));

/** Forgets everything about the account that was logged in. */
export function reset(): void {
  me.value = undefined;
  users.value = [];
  rooms.value = [];
  joined.value = new Set();
  groups.value = [];
  invitations.value = [];
  topics.value = new Map();
  balance.value = undefined;
  conversations.value = new Map();
  older.value = new Map();
  serverIds.clear();
  replying.value = undefined;
  editing.value = undefined;
  unread.value = {};
  shown.value = undefined;
  uploads.value = new Map();
  hint.value = '';
}

// What the page knows, as signals: everything on the screen is drawn from these.

import { computed, signal } from '@preact/signals';

import type { WebClientState } from '../../protocol/web/client/session';
import type { ReplyOf } from '../../protocol/web/wire/messages';
import { type History, type Kept, Notes, without } from './store';

export type User = ReplyOf<'users'>['users'][number];
export type Group = ReplyOf<'group-list'>['groups'][number];

export const connection = signal<WebClientState>({ is: 'idle' });
/** Who is logged in in this page, on the line or not. */
export const me = signal<string | undefined>(undefined);
export const users = signal<readonly User[]>([]);
/** Every open room there is, and those that we are in. */
export const rooms = signal<readonly string[]>([]);
export const joined = signal<ReadonlySet<string>>(new Set());
export const groups = signal<readonly Group[]>([]);
export const invitations = signal<readonly { readonly group: string; readonly by: string }[]>([]);
/** Undefined: none yet. */
export const balance = signal<number | undefined>(undefined);
/** Whether requests without a token may act for us. */
export const doorsOpen = signal(false);
/** Messages by conversation, oldest first. */
export const talks = signal<ReadonlyMap<string, readonly Kept[]>>(new Map());
export const unread = signal<Readonly<Record<string, number>>>({});
/** The conversation on the screen. */
export const shown = signal<string | undefined>(undefined);
/** What else is on the screen. */
export const panel = signal<'none' | 'window' | 'account'>('none');
/** Files under way, from 0 to 1, by their message's key. */
export const uploads = signal<ReadonlyMap<string, number>>(new Map());
/** The last word on something that was asked for, until the next. */
export const hint = signal('');
/** Said to screen readers only. */
export const announcement = signal('');

export const isHere = computed(() => connection.value.is === 'online');
export const unreadTotal = computed(() =>
  Object.values(unread.value).reduce((sum, count) => sum + count, 0),
);

/** What belongs to the account that is logged in. */
export const own: { history: History | undefined; notes: Notes } = {
  history: undefined,
  notes: new Notes(''),
};

export const kindOf = (talk: string): 'p' | 'r' | 'g' => talk[0] as 'p' | 'r' | 'g';
export const nameIn = (talk: string): string => talk.slice(2);

/** Puts a message where it belongs; one with a known key takes the place of the other. */
export function place(message: Kept): void {
  const messages = talks.value.get(message.talk) ?? [];
  const index = messages.findLastIndex(({ key }) => key === message.key);
  const next = index < 0 ? [...messages, message] : messages.with(index, message);
  talks.value = new Map(talks.value).set(message.talk, next);
}

export function remove({ key, talk }: Kept): void {
  const rest = (talks.value.get(talk) ?? []).filter((message) => message.key !== key);
  talks.value = new Map(talks.value).set(talk, rest);
}

export function countUnread(talk: string, count: number): void {
  unread.value = count === 0 ? without(unread.value, talk) : { ...unread.value, [talk]: count };
  own.notes.unread = unread.value;
}

/** Shows a message and keeps it; resolves once it is kept. */
export function put(message: Kept): Promise<void> {
  place(message);
  return own.history?.put(message) ?? Promise.resolve();
}

/** A line of ours between the messages: not kept. */
export function note(talk: string, text: string): void {
  place({
    key: `note ${nextAt()}`,
    talk,
    from: '',
    mine: false,
    text,
    at: nextAt(),
    state: 'note',
  });
}

let lastAt = 0;
/** Now, and later than the last time: the order of what is shown. */
export const nextAt = (): number => (lastAt = Math.max(Date.now(), lastAt + 1));

export function forgetAll(): void {
  me.value = undefined;
  users.value = [];
  rooms.value = [];
  joined.value = new Set();
  groups.value = [];
  invitations.value = [];
  balance.value = undefined;
  talks.value = new Map();
  unread.value = {};
  shown.value = undefined;
  uploads.value = new Map();
  hint.value = '';
}

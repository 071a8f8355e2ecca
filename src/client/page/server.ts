// The session with the server, and what is requested anew whenever it may have changed.

import { limits } from '../../protocol/limits';
import type { WebClientHost } from '../../protocol/web/client/session';
import { openSession } from './socket';
import { balance, conversations, groups, joined, putMessage, rooms, storage, users } from './state';

type SessionEvents = Pick<WebClientHost, 'keep' | 'notified' | 'changed'>;
let events: SessionEvents | undefined;

/** Set once, before the first connection: the modules that react to the server use the session themselves. */
export const handleEvents = (handlers: SessionEvents): void => void (events = handlers);

/** The page's only session: it connects when it is first needed. */
export const session = openSession({
  keep: (message, done) => events?.keep(message, done),
  notified: (notice) => events?.notified(notice),
  changed: (state) => events?.changed(state),
});

/** Asks for the receipts that came while this page was not connected. */
export function refreshUndelivered(): void {
  const stored = [...conversations.value.values()]
    .flat()
    .filter((message) => message.state === 'stored' && message.serial !== undefined)
    .slice(-limits.web.undeliveredSerials);
  if (stored.length === 0) return;
  const serials = stored.flatMap(({ serial }) => serial ?? []);
  session.request({ do: 'undelivered', serials }, (outcome) => {
    if (!outcome.ok) return;
    const waiting = new Set(outcome.value.waiting);
    for (const message of stored) {
      if (!waiting.has(message.serial ?? 0)) void putMessage({ ...message, state: 'delivered' });
    }
  });
}

let isFetchingUsers = false;
let isUsersStale = false;

/** Where many users come and go, the whole list is not fetched for each of them. */
export function refreshUsers(): void {
  isUsersStale = true;
  if (isFetchingUsers) return;
  isFetchingUsers = true;
  isUsersStale = false;
  session.request({ do: 'users' }, (outcome) => {
    if (outcome.ok) users.value = outcome.value.users;
    setTimeout(() => {
      isFetchingUsers = false;
      if (isUsersStale) refreshUsers();
    }, limits.page.usersPauseMs);
  });
}

export function refreshRooms(): void {
  session.request({ do: 'rooms' }, (outcome) => {
    if (outcome.ok) rooms.value = outcome.value.rooms;
  });
}

export function refreshGroups(): void {
  session.request({ do: 'group-list' }, (outcome) => {
    if (outcome.ok) groups.value = outcome.value.groups;
  });
}

export function refreshBalance(): void {
  session.request({ do: 'funds' }, (outcome) => {
    if (outcome.ok) balance.value = outcome.value.balance;
  });
}

/** `done` gets the refusal, or nothing. */
export function joinRoom(room: string, done: (why?: string) => void = () => {}): void {
  session.request({ do: 'join', room }, (outcome) => {
    if (outcome.ok) {
      joined.value = new Set(joined.value).add(room);
      storage.local.rooms = [...joined.value];
      refreshRooms();
      // What is said there while this page is away counts as unread, on every device.
      session.request({ do: 'keep', room, on: true });
    }
    done(outcome.ok ? undefined : outcome.why);
  });
}

export function leaveRoom(room: string): void {
  session.request({ do: 'keep', room, on: false });
  session.request({ do: 'leave', room }, () => forgetRoom(room));
}

/** The user is in a room no more, and does not come back by themself. */
export function forgetRoom(room: string): void {
  const rest = new Set(joined.value);
  rest.delete(room);
  joined.value = rest;
  storage.local.rooms = [...rest];
}

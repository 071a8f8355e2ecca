// The line to the server: who asks on it, and what is asked anew whenever it may have changed.

import { limits } from '../../protocol/limits';
import { refused } from '../../protocol/model';
import { type WebClientSession } from '../../protocol/web/client/session';
import { balance, groups, joined, own, put, rooms, talks, users } from './state';

/** Set with the first connection. */
export const server: { session: WebClientSession | undefined } = { session: undefined };

/** What else is asked of the server by name, from the lists and forms. */
export const ask: WebClientSession['request'] = (wish, done) => {
  if (server.session) server.session.request(wish, done);
  else done?.(refused('unreachable'));
};

export const insist: WebClientSession['requestReliably'] = (wish, done) =>
  server.session?.requestReliably(wish, done);

/** Receipts that came while nobody was here to hear them are asked for. */
export function askWhatWaits(): void {
  const stored = [...talks.value.values()]
    .flat()
    .filter((message) => message.state === 'stored' && message.serial !== undefined)
    .slice(-limits.web.undeliveredSerials);
  if (stored.length === 0) return;
  const serials = stored.flatMap(({ serial }) => serial ?? []);
  server.session?.request({ do: 'undelivered', serials }, (answer) => {
    if (!answer.ok) return;
    const waiting = new Set(answer.value.waiting);
    for (const message of stored) {
      if (!waiting.has(message.serial ?? 0)) void put({ ...message, state: 'delivered' });
    }
  });
}

/** Where many come and go, the list of all is not fetched for each of them. */
const usersPauseMs = 1000;
let isFetchingUsers = false;
let isUsersStale = false;

export function refreshUsers(): void {
  isUsersStale = true;
  if (isFetchingUsers) return;
  isFetchingUsers = true;
  isUsersStale = false;
  ask({ do: 'users' }, (answer) => {
    if (answer.ok) users.value = answer.value.users;
    setTimeout(() => {
      isFetchingUsers = false;
      if (isUsersStale) refreshUsers();
    }, usersPauseMs);
  });
}

export function refreshRooms(): void {
  server.session?.request({ do: 'rooms' }, (answer) => {
    if (answer.ok) rooms.value = answer.value.rooms;
  });
}

export function refreshGroups(): void {
  server.session?.request({ do: 'group-list' }, (answer) => {
    if (answer.ok) groups.value = answer.value.groups;
  });
}

export function refreshFunds(): void {
  server.session?.request({ do: 'funds' }, (answer) => {
    if (answer.ok) balance.value = answer.value.balance;
  });
}

export function joinRoom(room: string, done: (why?: string) => void = () => {}): void {
  server.session?.request({ do: 'join', room }, (answer) => {
    if (answer.ok) {
      joined.value = new Set(joined.value).add(room);
      own.notes.rooms = [...joined.value];
      refreshRooms();
    }
    done(answer.ok ? undefined : answer.why);
  });
}

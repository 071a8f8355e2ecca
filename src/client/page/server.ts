// The line to the server: who asks on it, and what is asked anew whenever it may have changed.

import { refused } from '../../protocol/model';
import { type WebClient } from '../../protocol/web/client/session';
import { askedMax } from '../../protocol/web/wire/messages';
import { balance, groups, joined, own, put, rooms, talks, users } from './state';

/** Set with the first connection. */
export const server: { caller: WebClient | undefined } = { caller: undefined };

/** What else is asked of the server by name, from the lists and forms. */
export const ask: WebClient['ask'] = (wish, done) => {
  if (server.caller) server.caller.ask(wish, done);
  else done?.(refused('unreachable'));
};

export const insist: WebClient['insist'] = (wish, done) => server.caller?.insist(wish, done);

/** Receipts that came while nobody was here to hear them are asked for. */
export function askWhatWaits(): void {
  const stored = [...talks.value.values()]
    .flat()
    .filter((message) => message.state === 'stored' && message.serial !== undefined)
    .slice(-askedMax);
  if (stored.length === 0) return;
  const serials = stored.flatMap(({ serial }) => serial ?? []);
  server.caller?.ask({ do: 'undelivered', serials }, (answer) => {
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
  server.caller?.ask({ do: 'rooms' }, (answer) => {
    if (answer.ok) rooms.value = answer.value.rooms;
  });
}

export function refreshGroups(): void {
  server.caller?.ask({ do: 'group-list' }, (answer) => {
    if (answer.ok) groups.value = answer.value.groups;
  });
}

export function refreshFunds(): void {
  server.caller?.ask({ do: 'funds' }, (answer) => {
    if (answer.ok) balance.value = answer.value.balance;
  });
}

export function joinRoom(room: string, done: (why?: string) => void = () => {}): void {
  server.caller?.ask({ do: 'join', room }, (answer) => {
    if (answer.ok) {
      joined.value = new Set(joined.value).add(room);
      own.notes.rooms = [...joined.value];
      refreshRooms();
    }
    done(answer.ok ? undefined : answer.why);
  });
}

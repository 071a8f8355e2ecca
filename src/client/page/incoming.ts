// What comes: messages are kept before the server may forget them; the rest is shown.

import type { PrivateMessage, ServerNotice } from '../../protocol/web/wire/messages';
import { refreshFunds, refreshGroups, refreshUsers } from './server';
import {
  announcement,
  countUnread,
  groups,
  hint,
  invitations,
  me,
  nextAt,
  note,
  put,
  shown,
  talks,
  unread,
  users,
} from './state';
import { type Kept, randomText } from './store';
import { t } from './texts/index';
import { printMessage, printReceipt } from './transcript';

/** Somebody should look: unless the conversation is in front of him, it counts as unread. */
function arrived(message: Kept): void {
  const isSeen = shown.value === message.talk && document.hasFocus();
  if (!isSeen) countUnread(message.talk, (unread.value[message.talk] ?? 0) + 1);
  if (shown.value !== message.talk) announcement.value = t.newMessage(message.from);
}

// ------------------------------------------------------------------------------------------ what comes

export function keep(message: PrivateMessage, done: () => void): void {
  const { serial, id, from, text, at, file } = message;
  // Serials start again where a server keeps nothing; together with the rest they do not.
  const key = `in ${serial} ${at} ${id} ${from}`;
  const talk = `p:${from}`;
  const known = talks.value.get(talk)?.some((kept) => kept.key === key) ?? false;
  if (known) return done();
  const kept: Kept = {
    key,
    talk,
    from,
    mine: false,
    text,
    at: nextAt(),
    time: at * 1000,
    state: 'received',
    id,
    ...(file && { file }),
  };
  printMessage(id, from, text, file?.name);
  arrived(kept);
  void (async () => {
    await put(kept);
    done();
  })();
}

export function heard(news: ServerNotice): void {
  switch (news.is) {
    case 'receipt':
      return receipt(news.id, news.by, news.status, news.file);
    case 'said': {
      const isGroup = groups.value.some(({ name }) => name === news.room);
      const kept: Kept = {
        key: `said ${randomText(9)}`,
        talk: `${isGroup ? 'g' : 'r'}:${news.room}`,
        from: news.from,
        mine: news.from === me.value,
        text: news.text,
        at: nextAt(),
        time: news.at * 1000,
        state: 'received',
      };
      arrived(kept);
      void put(kept);
      return;
    }
    case 'joined':
    case 'left': {
      const group = groups.value.find(({ name }) => name === news.room);
      if (group) refreshGroups();
      const talk = `${group ? 'g' : 'r'}:${news.room}`;
      return note(talk, news.is === 'joined' ? t.joined(news.name) : t.left(news.name));
    }
    case 'invited':
      invitations.value = [
        ...invitations.value.filter(({ group }) => group !== news.room),
        { group: news.room, by: news.by },
      ];
      announcement.value = t.invitedBy(news.by, news.room);
      return;
    case 'paid':
      hint.value = t.paid(news.from, news.amount);
      note(`p:${news.from}`, t.paid(news.from, news.amount));
      return refreshFunds();
    case 'presence':
      if (news.here) refreshUsers();
      else users.value = users.value.filter(({ name }) => name !== news.name);
      return;
  }
}

function receipt(id: number, by: string, status: 'delivered' | 'failed', file?: string): void {
  const sent = talks.value
    .get(`p:${by}`)
    ?.findLast((message) => message.mine && message.id === id && message.state === 'stored');
  if (sent) void put({ ...sent, state: status });
  if (status === 'delivered') printReceipt(id, file);
}

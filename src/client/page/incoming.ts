// What the server says unasked: private messages are stored before the server may forget them; the rest is shown.

import type {
  PrivateMessage,
  ServerMessageOf,
  ServerNotice,
} from '../../protocol/web/wire/messages';
import { refreshBalance, refreshGroups, refreshUsers } from './server';
import {
  announcement,
  conversations,
  groups,
  hint,
  invitations,
  me,
  nextTimestamp,
  putMessage,
  setUnread,
  shown,
  showNote,
  unread,
  users,
} from './state';
import { newKey, type StoredMessage } from './store';
import { t } from './texts/index';
import { printMessage, printReceipt } from './transcript';

/** Counts a message as unread unless its conversation is in front of the user, and announces it if it is not shown. */
function markArrival({ conversation, from }: StoredMessage): void {
  const isSeen = shown.value === conversation && document.hasFocus();
  if (!isSeen) setUnread(conversation, (unread.value[conversation] ?? 0) + 1);
  if (shown.value !== conversation) announcement.value = t.newMessage(from);
}

/** Stores a private message. `done`: it is stored, or was before. */
export function keep(message: PrivateMessage, done: () => void): void {
  const { serial, id, from, text, at, file } = message;
  // A server that keeps nothing starts its serials again; together with the rest they are unique.
  const key = `in ${serial} ${at} ${id} ${from}`;
  const conversation = `p:${from}`;
  const isKnown = conversations.value.get(conversation)?.some((one) => one.key === key) ?? false;
  if (isKnown) return done();
  const stored: StoredMessage = {
    key,
    conversation,
    from,
    mine: false,
    text,
    at: nextTimestamp(),
    time: at * 1000,
    state: 'received',
    id,
    ...(file && { file }),
  };
  printMessage(id, from, text, file?.name);
  markArrival(stored);
  void (async () => {
    await putMessage(stored);
    done();
  })();
}

/** The conversation of a room; a group's messages come under the group's name. */
function conversationOf(room: string): string {
  const isGroup = groups.value.some(({ name }) => name === room);
  return `${isGroup ? 'g' : 'r'}:${room}`;
}

export function notified(notice: ServerNotice): void {
  switch (notice.is) {
    case 'receipt':
      return markReceipt(notice);
    case 'said':
      return putSaid(notice);
    case 'joined':
    case 'left': {
      const { is, room, name } = notice;
      const conversation = conversationOf(room);
      if (conversation.startsWith('g')) refreshGroups();
      return showNote(conversation, is === 'joined' ? t.joined(name) : t.left(name));
    }
    case 'invited': {
      const { room: group, by } = notice;
      const others = invitations.value.filter((invitation) => invitation.group !== group);
      invitations.value = [...others, { group, by }];
      announcement.value = t.invitedBy(by, group);
      return;
    }
    case 'paid': {
      const text = t.paid(notice.from, notice.amount);
      hint.value = text;
      showNote(`p:${notice.from}`, text);
      return refreshBalance();
    }
    case 'presence':
      if (notice.here) refreshUsers();
      else users.value = users.value.filter(({ name }) => name !== notice.name);
      return;
  }
}

function putSaid({ room, from, text, at }: ServerMessageOf<'said'>): void {
  const message: StoredMessage = {
    key: `said ${newKey()}`,
    conversation: conversationOf(room),
    from,
    mine: from === me.value,
    text,
    at: nextTimestamp(),
    time: at * 1000,
    state: 'received',
  };
  markArrival(message);
  void putMessage(message);
}

function markReceipt({ id, by, status, file }: ServerMessageOf<'receipt'>): void {
  const sent = conversations.value
    .get(`p:${by}`)
    ?.findLast((message) => message.mine && message.id === id && message.state === 'stored');
  if (sent) void putMessage({ ...sent, state: status });
  if (status === 'delivered') printReceipt(id, file);
}

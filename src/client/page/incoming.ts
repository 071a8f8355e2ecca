// What the server says unasked: private messages are stored before the server may forget them; the rest is shown.

import type {
  PrivateMessage,
  ServerMessageOf,
  ServerNotice,
} from '../../protocol/web/wire/messages';
import { renamed } from './account';
import { forgetRoom, refreshBalance, refreshGroups, refreshUsers } from './server';
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
  topics,
  unread,
  users,
} from './state';
import { newKey, type StoredMessage } from './store';
import { locale, t } from './texts/index';
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

const dates = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short' });

type ModerationNotice = ServerMessageOf<
  'kicked' | 'topic' | 'standing' | 'muted' | 'announced' | 'removed'
>;

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
    case 'kicked':
    case 'topic':
    case 'standing':
    case 'muted':
    case 'announced':
    case 'removed':
      return moderated(notice);
  }
}

/** What moderators do. */
function moderated(notice: ModerationNotice): void {
  switch (notice.is) {
    case 'kicked':
      return kicked(notice);
    case 'topic': {
      const { room, topic, by = '' } = notice;
      const { moderation } = t;
      topics.value = new Map(topics.value).set(room, topic);
      const text = topic === '' ? moderation.topicCleared : moderation.topic(topic, by);
      return showNote(conversationOf(room), text);
    }
    case 'standing': {
      const { room, name, change } = notice;
      if (change === 'creator') refreshGroups();
      const text = withGrounds(t.moderation.standing[change](name), notice);
      return showNote(conversationOf(room), text);
    }
    case 'muted': {
      const { muted, unmuted } = t.moderation;
      hint.value = withGrounds(notice.muted ? muted : unmuted, notice);
      return;
    }
    case 'announced':
      hint.value = announcement.value = t.moderation.announced(notice.text);
      return;
    case 'removed':
      return removed(notice);
  }
}

function kicked({ room, name, by = '', reason }: ServerMessageOf<'kicked'>): void {
  const conversation = conversationOf(room);
  if (conversation.startsWith('g')) refreshGroups();
  if (name !== me.value) {
    return showNote(conversation, t.moderation.kicked(name, by, reason));
  }
  if (conversation.startsWith('r')) forgetRoom(room);
  hint.value = t.moderation.kickedYou(room, by, reason);
  showNote(conversation, hint.value);
}

/** The user was put out. The session comes back by itself, and is refused where it may not. */
function removed(notice: ServerMessageOf<'removed'>): void {
  const { why, name = '' } = notice;
  const { removed: texts } = t.moderation;
  if (why !== 'renamed') hint.value = withGrounds(texts[why], notice);
  else {
    renamed(name);
    hint.value = texts.renamed(name);
  }
}

/** A sentence with why, and until when. */
function withGrounds(
  sentence: string,
  { reason, until }: { readonly reason: string; readonly until?: number | undefined },
): string {
  const end = until === undefined ? '' : t.moderation.until(dates.format(until * 1000));
  return [sentence, end, reason].filter((part) => part !== '').join(' · ');
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

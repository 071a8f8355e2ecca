// What the server says unasked: private messages are stored before the server may forget them; the rest is shown.

import type {
  PrivateMessage,
  ServerMessageOf,
  ServerNotice,
} from '../../protocol/web/wire/messages';
import { renamed } from './account';
import { forgetRoom, refreshBalance, refreshGroups, refreshUsers, session } from './server';
import {
  announcement,
  conversations,
  groups,
  hint,
  invitations,
  me,
  nextTimestamp,
  putMessage,
  putMessages,
  setUnread,
  shown,
  showNote,
  topics,
  unread,
  users,
} from './state';
import { deletedForm, newKey, type StoredMessage } from './store';
import { conversationWith, keyOf, markGot, markSeen, refetch } from './sync';
import { locale, t } from './texts/index';
import { printMessage, printReceipt } from './transcript';

/** Counts a message as unread unless its conversation is in front of the user, and announces it if it is not shown. */
function markArrival({ conversation, from }: StoredMessage): void {
  const isSeen = shown.value === conversation && document.hasFocus();
  if (isSeen) markSeen(conversation);
  else setUnread(conversation, (unread.value[conversation] ?? 0) + 1);
  if (shown.value !== conversation) announcement.value = t.newMessage(from);
}

/** Stores a private message. `done`: it is stored, or was before. */
export function keep(message: PrivateMessage, done: () => void): void {
  const { serial, id, from, text, at, file, reply } = message;
  const key = keyOf(serial, at);
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
    serial,
    ...(file && { file }),
    ...(reply !== undefined && { reply }),
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
    case 'sent':
      return putSent(notice);
    case 'changed':
      return changed(notice);
    case 'read':
      return readElsewhere(notice);
    case 'got':
      return gotByMember(notice);
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

function putSaid({ room, from, text, at, serial, reply }: ServerMessageOf<'said'>): void {
  const mine = from === me.value;
  const message: StoredMessage = {
    key: serial === undefined ? `said ${newKey()}` : keyOf(serial, at),
    conversation: conversationOf(room),
    from,
    mine,
    text,
    at: nextTimestamp(),
    time: at * 1000,
    state: mine ? 'stored' : 'received',
    ...(serial !== undefined && { serial }),
    ...(reply !== undefined && { reply }),
  };
  // Another device of this account has said it.
  if (!mine) markArrival(message);
  void putMessages([message]);
  if (message.conversation.startsWith('g') && !mine) markGot(message.conversation);
}

/** Another device of this account has sent it, or this one: a file leaves by a request of its own. */
function putSent({ serial, id, to, text, at, file, reply }: ServerMessageOf<'sent'>): void {
  const conversation = `p:${to}`;
  const messages = conversations.value.get(conversation) ?? [];
  if (messages.some((one) => one.serial === serial)) return;
  const upload = file && messages.find((one) => isUploadOf(one, text, file));
  if (upload) return void putMessages([{ ...upload, state: 'stored', id, serial }]);
  void putMessages([
    {
      key: keyOf(serial, at),
      conversation,
      from: me.value ?? '',
      mine: true,
      text,
      at: nextTimestamp(),
      time: at * 1000,
      state: 'stored',
      id,
      serial,
      ...(file && { file }),
      ...(reply !== undefined && { reply }),
    },
  ]);
}

/** Whether a message is the file that leaves here: its answer may come behind the news of it. */
const isUploadOf = (
  one: StoredMessage,
  text: string,
  file: { readonly name: string; readonly size: number },
): boolean =>
  one.mine &&
  one.state === 'sending' &&
  one.text === text &&
  one.file?.name === file.name &&
  one.file.size === file.size;

/** The messages with a serial: those who write to themselves have two. */
const withSerial = (serial: number): StoredMessage[] =>
  [...conversations.value.values()].flat().filter((one) => one.serial === serial);

function changed({ serial, what, text }: ServerMessageOf<'changed'>): void {
  for (const message of withSerial(serial)) {
    if (what === 'edited') void putMessages([{ ...message, text: text ?? '', isEdited: true }]);
    else if (what === 'deleted') void putMessages([deletedForm(message)]);
    else refetch(message.conversation, serial);
  }
}

function readElsewhere({ conversation: id, seen }: ServerMessageOf<'read'>): void {
  const conversation = conversationWith(id);
  if (conversation === undefined) return;
  const messages = conversations.value.get(conversation) ?? [];
  const rest = messages.filter(({ mine, serial }) => !mine && (serial ?? 0) > seen);
  setUnread(conversation, rest.length);
}

/** A member of a group has what was said: of the newest of the user's own words it is asked who has them. */
function gotByMember({ conversation: id, got }: ServerMessageOf<'got'>): void {
  const conversation = conversationWith(id) ?? '';
  const last = conversations.value
    .get(conversation)
    ?.findLast(({ mine, serial }) => mine && serial !== undefined && serial <= got);
  if (last?.serial === undefined) return;
  session.request({ do: 'received', serial: last.serial }, (outcome) => {
    if (!outcome.ok) return;
    const reached = { got: outcome.value.got.length, of: outcome.value.members };
    const state = reached.got >= reached.of ? 'delivered' : 'stored';
    void putMessages([{ ...last, reached, state }]);
  });
}

function markReceipt({ id, by, status, file }: ServerMessageOf<'receipt'>): void {
  const sent = conversations.value
    .get(`p:${by}`)
    ?.findLast((message) => message.mine && message.id === id && message.state === 'stored');
  if (sent) void putMessage({ ...sent, state: status });
  if (status === 'delivered') printReceipt(id, file);
}

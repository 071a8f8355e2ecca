// Messages: what comes is kept before the server may forget it, what is sent is kept until the server has it.

import { refused } from '../../protocol/model';
import type { News, WebCaller } from '../../protocol/web/caller';
import { askedMax, type Message } from '../../protocol/web/messages';
import {
  announcement,
  balance,
  connection,
  countUnread,
  doorsOpen,
  groups,
  hint,
  invitations,
  joined,
  kindOf,
  me,
  nameIn,
  nextAt,
  own,
  place,
  remove,
  rooms,
  shown,
  talks,
  unread,
  uploads,
  users,
} from './state';
import { type Kept, randomText, tokens, type Unsent } from './store';
import { t } from './texts/index';
import { conclude, concludeSend, echo, printMessage, printReceipt } from './transcript';
import * as http from './upload';

/** A sent message whose answer is older than the server remembers could be sent twice: its owner decides. */
const resendMs = 23 * 3600 * 1000;

let caller: WebCaller | undefined;

function put(message: Kept): Promise<void> {
  place(message);
  return own.history?.put(message) ?? Promise.resolve();
}

function note(talk: string, text: string): void {
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

/** Somebody should look: unless the conversation is in front of him, it counts as unread. */
function arrived(message: Kept): void {
  const isSeen = shown.value === message.talk && document.hasFocus();
  if (!isSeen) countUnread(message.talk, (unread.value[message.talk] ?? 0) + 1);
  if (shown.value !== message.talk) announcement.value = t.newMessage(message.from);
}

// ------------------------------------------------------------------------------------------ what comes

export function keep(message: Message, done: () => void): void {
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
  void put(kept).then(done);
}

export function heard(news: News): void {
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

// -------------------------------------------------------------------------- after every coming back

export function resume(with_: WebCaller): void {
  caller = with_;
  refreshUsers();
  refreshRooms();
  refreshGroups();
  refreshFunds();
  caller.ask({ do: 'doors', open: undefined }, (answer) => {
    if (answer.ok) doorsOpen.value = answer.value.open;
  });
  joined.value = new Set();
  for (const room of own.notes.rooms) joinRoom(room);
  askWhatWaits();
  for (const unsent of own.notes.outbox) if (!underWay.has(unsent.key)) resend(unsent);
  for (const start of held.splice(0)) start();
}

/** Receipts that came while nobody was here to hear them are asked for. */
function askWhatWaits(): void {
  const stored = [...talks.value.values()]
    .flat()
    .filter((message) => message.state === 'stored' && message.serial !== undefined)
    .slice(-askedMax);
  if (stored.length === 0) return;
  const serials = stored.flatMap(({ serial }) => serial ?? []);
  caller?.ask({ do: 'undelivered', serials }, (answer) => {
    if (!answer.ok) return;
    const waiting = new Set(answer.value.waiting);
    for (const message of stored) {
      if (!waiting.has(message.serial ?? 0)) void put({ ...message, state: 'delivered' });
    }
  });
}

export function refreshUsers(): void {
  caller?.ask({ do: 'users' }, (answer) => {
    if (answer.ok) users.value = answer.value.users;
  });
}

export function refreshRooms(): void {
  caller?.ask({ do: 'rooms' }, (answer) => {
    if (answer.ok) rooms.value = answer.value.rooms;
  });
}

export function refreshGroups(): void {
  caller?.ask({ do: 'group-list' }, (answer) => {
    if (answer.ok) groups.value = answer.value.groups;
  });
}

export function refreshFunds(): void {
  caller?.ask({ do: 'funds' }, (answer) => {
    if (answer.ok) balance.value = answer.value.balance;
  });
}

export function joinRoom(room: string, done: (why?: string) => void = () => {}): void {
  caller?.ask({ do: 'join', room }, (answer) => {
    if (answer.ok) {
      joined.value = new Set(joined.value).add(room);
      own.notes.rooms = [...joined.value];
      refreshRooms();
    }
    done(answer.ok ? undefined : answer.why);
  });
}

// ------------------------------------------------------------------------------------------ what goes

/** Sent and not answered for, in this page. */
const underWay = new Set<string>();

export function send(talk: string, text: string): void {
  const unsent: Unsent = { key: randomText(12), talk, text, at: nextAt() };
  own.notes.addUnsent(unsent);
  if (kindOf(talk) === 'p') echo('SEND', nameIn(talk), text);
  resend(unsent);
}

function resend(unsent: Unsent): void {
  const { key, talk, text, at } = unsent;
  const kept: Kept = { key, talk, from: me.value ?? '', mine: true, text, at, state: 'sending' };
  void put(kept);
  if (Date.now() - at > resendMs) {
    own.notes.removeUnsent(key);
    void put({ ...kept, state: 'failed' });
    return;
  }
  if (!caller) return;
  underWay.add(key);
  const { notes } = own;
  const isDirect = kindOf(talk) === 'p';
  const ended = (why: string | undefined, sent: Partial<Kept>): void => {
    underWay.delete(key);
    // Not asked at all, since we left: it stays in the outbox for the next time.
    if (why === 'unreachable') return;
    notes.removeUnsent(key);
    if (notes !== own.notes) return;
    void put({ ...kept, ...sent, ...(why !== undefined && { state: 'failed', why }) });
    if (isDirect && why !== undefined) conclude('SEND', why);
  };
  if (isDirect) {
    caller.insist({ do: 'send', to: nameIn(talk), text, key }, (answer) => {
      if (!answer.ok) return ended(answer.why, {});
      const { id, serial } = answer.value;
      concludeSend('SEND', id);
      ended(undefined, { state: 'stored', id, serial });
    });
  } else {
    caller.insist({ do: 'say', room: nameIn(talk), text, key }, (answer) =>
      answer.ok ? ended(undefined, { state: 'delivered' }) : ended(answer.why, {}),
    );
  }
}

export function sendAgain(message: Kept): void {
  remove(message);
  void own.history?.drop(message.key);
  const file = files.get(message.key);
  if (message.file && file) sendFile(message.talk, file, message.text);
  else if (!message.file) send(message.talk, message.text);
}

/** Files of this page's messages that were not sent yet: a reload cannot keep them. */
const files = new Map<string, File>();
const cancels = new Map<string, () => void>();
/** What waits for the server to be reached again. */
const held: (() => void)[] = [];

export const canSendAgain = (message: Kept): boolean => !message.file || files.has(message.key);

export function sendFile(talk: string, file: File, text = ''): void {
  const to = nameIn(talk);
  const key = randomText(12);
  const kept: Kept = {
    key,
    talk,
    from: me.value ?? '',
    mine: true,
    text,
    at: nextAt(),
    state: 'sending',
    file: { name: file.name, size: file.size },
  };
  files.set(key, file);
  echo('SENDATTACH', to, file.name, ...(text === '' ? [] : [text]));
  void put(kept);
  attempt(kept, file);
}

function attempt(kept: Kept, file: File): void {
  const name = me.value ?? '';
  const token = tokens.of(name) ?? '';
  const { key, text } = kept;
  const progress = (part: number | undefined): void => {
    const next = new Map(uploads.value);
    if (part === undefined) next.delete(key);
    else next.set(key, part);
    uploads.value = next;
  };
  progress(0);
  const stop = http.upload(
    { name, token },
    { to: nameIn(kept.talk), text, key, file },
    progress,
    (sent) => {
      cancels.delete(key);
      progress(undefined);
      if (me.value !== name) return;
      switch (sent.is) {
        case 'sent':
          files.delete(key);
          concludeSend('SENDATTACH', sent.id);
          void put({ ...kept, state: 'stored', id: sent.id, serial: sent.serial });
          askWhatWaits();
          return;
        case 'refused':
          conclude('SENDATTACH', sent.why);
          void put({ ...kept, state: 'failed', why: sent.why });
          return;
        case 'unreachable':
          // It is tried again as soon as the server can be reached; the key sees to it that it is sent once.
          if (connection.value.is === 'here') setTimeout(() => attempt(kept, file), 1000);
          else held.push(() => attempt(kept, file));
          return;
        case 'cancelled':
          remove(kept);
          files.delete(key);
          void own.history?.drop(key);
          return;
      }
    },
  );
  cancels.set(key, stop);
}

export const cancelUpload = (key: string): void => cancels.get(key)?.();

export function downloadFile(message: Kept): void {
  const { file, id, from } = message;
  const name = me.value;
  const token = name === undefined ? undefined : tokens.of(name);
  if (!file || id === undefined || name === undefined || token === undefined) return;
  void http.download({ name, token }, from, id).then((state) => {
    if (state === 'unreachable') hint.value = t.unreachable;
    else void put({ ...message, file: { ...file, state: state === 'gone' ? 'gone' : 'taken' } });
  });
}

/** What else is asked of the server by name, from the lists and forms. */
export const ask: WebCaller['ask'] = (wish, done) => {
  if (caller) caller.ask(wish, done);
  else done?.(refused('unreachable'));
};

export const insist: WebCaller['insist'] = (wish, done) => caller?.insist(wish, done);

// Read marks: how far an account has come in each conversation, and the rooms that it keeps while it is away.

import { limits } from '../../../protocol/limits';
import { ok, refused } from '../../../protocol/model';
import type { Define, Handlers } from '../handler';
import { accountRecipient } from '../names';
import { authorOf, recipientOf } from '../state/users';

const mark: Define<'mark'> = (hub) => (command, context, session) => {
  const { account, id, name } = session;
  if (account === null) return refused('no-account');
  const { conversations, entries, marks } = hub.history;
  const row = conversations.byId(command.conversation);
  const recipient = recipientOf(session);
  const asker = {
    account,
    name,
    recipient,
    session: id,
    author: authorOf(session),
    seconds: context.seconds,
  };
  if (!row || hub.historyReader.mayRead(asker, row) === undefined) return refused('unknown-room');
  // Nobody has what is not there yet.
  const newest = entries.newestOf(row.id);
  const seen = Math.min(command.seen ?? 0, newest);
  const got = Math.min(Math.max(command.got ?? 0, seen), newest);
  const before = marks.find(account, row.id);
  // Who only looks into a room does not belong to it.
  if (!before && row.kind === 'room') return ok(undefined);
  if (!before) marks.begin(account, row.id, 0);
  const { got: had = 0, seen: saw = 0 } = before ?? {};
  if (got <= had && seen <= saw) return ok(undefined);
  context.isDurable = true;
  marks.advance(account, row.id, { got, seen });
  if (seen > saw) {
    const notice = { is: 'read', conversation: row.id, seen } as const;
    context.notify({ recipient, except: id }, notice);
  }
  if (row.kind !== 'group' || got <= had) return ok(undefined);
  for (const author of entries.authorsBetween(row.id, had, got)) {
    if (author === account) continue;
    const notice = { is: 'got', conversation: row.id, by: name, got } as const;
    context.notify({ recipient: accountRecipient(author) }, notice);
  }
  return ok(undefined);
};

const roomKeep: Define<'room-keep'> =
  ({ history, speakers, groups }) =>
  ({ room, on }, context, session) => {
    const { account } = session;
    if (account === null) return refused('no-account');
    if (groups.find(room)) return refused('unknown-room');
    const { conversations, entries, marks } = history;
    const isHere = speakers.roomsOf(session).rooms.includes(room);
    const known = history.roomIfKnown(room);
    if (!on) {
      if (!known) return refused('unknown-room');
      context.isDurable = true;
      marks.end(account, known.id);
      return ok(undefined);
    }
    if (known && marks.find(account, known.id)) return ok(undefined);
    if (!isHere) return refused('not-member');
    const kept = marks
      .ofAccount(account)
      .filter(({ conversation }) => conversations.byId(conversation)?.kind === 'room');
    if (kept.length >= limits.history.keptRooms) return refused('too-many');
    context.isDurable = true;
    const { id } = history.room(room);
    marks.begin(account, id, 0);
    const newest = entries.newestOf(id);
    marks.advance(account, id, { got: newest, seen: newest });
    return ok(undefined);
  };

export const markHandlers = (
  hub: Parameters<Define<'mark'>>[0],
): Pick<Handlers, 'mark' | 'room-keep'> => ({
  mark: mark(hub),
  'room-keep': roomKeep(hub),
});

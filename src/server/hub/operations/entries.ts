// Changes of what was said: its author edits or deletes it, and its readers put marks to it.

import { isVisible } from '../../../protocol/bytes/visible';
import { limits } from '../../../protocol/limits';
import {
  type Actor,
  type Changed,
  type FileHash,
  ok,
  refused,
  type Result,
  type SessionId,
} from '../../../protocol/model';
import type { CommandContext } from '../context';
import type { Define, Handlers, HubState } from '../handler';
import { accountRecipient, guestRecipient } from '../names';
import type { ConversationRow } from '../state/conversations';
import type { EntryRow } from '../state/entries';
import type { Reader } from '../state/history_reader';
import { askerOf } from './history';

/** An entry, who acts on it, and how. */
interface Act {
  readonly asker: Reader;
  readonly entry: EntryRow;
  readonly row: ConversationRow;
  readonly origin: string;
}

type Refusal = 'unknown-sender' | 'not-allowed' | 'unknown-message';

/** The entry that somebody acts on; one that they cannot read, or that is deleted, is none. */
function actOn(
  hub: HubState,
  context: CommandContext,
  {
    from,
    serial,
    origin,
  }: { readonly from: Actor; readonly serial: number; readonly origin: string },
): Result<Act, Refusal> {
  const asker = askerOf(hub, context, from);
  if (!asker.ok) return asker;
  const found = hub.historyReader.findEntry(asker.value, serial);
  if (!found || found.entry.deleted !== null) return refused('unknown-message');
  return ok({ asker: asker.value, origin, ...found });
}

const isOwn = ({ asker, entry }: Act): boolean => asker.author === entry.author;

/** Whether who acts may say nothing there now. */
const isMuted = ({ rules, sanctions }: HubState, { asker, row }: Act): boolean =>
  sanctions.mutedUntil(asker.name) > asker.seconds ||
  (row.kind !== 'private' && (rules.mutesOf(asker.name).get(row.name) ?? 0) > asker.seconds);

/** Tells everybody of the conversation who is here, but the session that acts. */
function tell(
  hub: HubState,
  context: CommandContext,
  { asker, entry, row, origin }: Act,
  change: Pick<Changed, 'what' | 'text' | 'mark' | 'on'>,
): void {
  const { serial } = entry;
  hub.entryChanges.record(entry, context.position);
  const except = asker.session ?? ('' as SessionId);
  const { name: by } = asker;
  const notice = {
    is: 'changed',
    conversation: row.id,
    serial,
    by,
    origin,
    at: context.at,
    ...change,
  } as const;
  if (row.kind !== 'private') {
    return context.notify({ room: row.name, except }, { ...notice, room: row.name });
  }
  for (const account of new Set([row.account, row.other])) {
    if (account === null) continue;
    context.notify({ recipient: accountRecipient(account), except }, notice);
  }
  const guest = row.other === null ? hub.sessions.guest(row.other_name) : undefined;
  if (guest && guest.number < serial) {
    context.notify({ recipient: guestRecipient(guest.id), except }, notice);
  }
}

const edit: Define<'edit'> = (hub) => (command, context) => {
  const act = actOn(hub, context, command);
  if (!act.ok) return act;
  if (!isOwn(act.value)) return refused('not-allowed');
  const { text } = command;
  if (text.length > limits.hub.textBytes) return refused('too-long');
  if (isMuted(hub, act.value)) return refused('muted');
  const { entry } = act.value;
  if (text === entry.text) return ok(undefined);
  context.isDurable = true;
  hub.entryChanges.edit(entry.serial, text, context.at);
  hub.wordIndex.replace(entry, { ...entry, text });
  tell(hub, context, act.value, { what: 'edited', text });
  return ok(undefined);
};

const remove: Define<'delete'> = (hub) => (command, context) => {
  const act = actOn(hub, context, command);
  if (!act.ok) return act;
  if (!isOwn(act.value)) return refused('not-allowed');
  context.isDurable = true;
  const { entry, row } = act.value;
  const { serial } = entry;
  hub.wordIndex.replace(entry, { ...entry, text: '', file_name: null, deleted: context.at });
  hub.entryChanges.delete(serial, context.at);
  const released = new Set<FileHash>();
  if (entry.file_hash !== null) released.add(entry.file_hash);
  // Who has not got it yet never does.
  for (const account of [row.account, row.other]) {
    if (account !== null) hub.messages.remove(accountRecipient(account), serial);
  }
  const waiting = row.kind === 'private' ? hub.attachments.remove(serial) : undefined;
  if (waiting !== undefined) released.add(waiting);
  for (const hash of released) context.emit({ is: 'file-released', hash });
  tell(hub, context, act.value, { what: 'deleted' });
  return ok(undefined);
};

const react: Define<'react'> = (hub) => (command, context) => {
  const act = actOn(hub, context, command);
  if (!act.ok) return act;
  const { mark, on } = command;
  const isMark = mark.length > 0 && mark.length <= limits.history.markLength;
  if (!isMark || !isVisible(mark.replaceAll(/\u200d|\ufe0f/g, ''))) return refused('too-long');
  if (isMuted(hub, act.value)) return refused('muted');
  const { asker, entry } = act.value;
  const { author, name } = asker;
  const changed = hub.entryChanges.react(entry.serial, author, { mark, on, name });
  if (changed === 'too-many') return refused('too-many');
  if (!changed) return ok(undefined);
  context.isDurable = true;
  tell(hub, context, act.value, { what: 'reacted', mark, on });
  return ok(undefined);
};

const received: Define<'received'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const found = hub.historyReader.findEntry(asker.value, command.serial);
  if (!found) return refused('unknown-message');
  const { entry, row } = found;
  const { serial, author } = entry;
  if (row.kind !== 'private') {
    const members = hub.history.marks
      .membersOf(row.id)
      .filter((one) => one.account !== author && one.since < serial);
    const got = members.filter((one) => one.got >= serial);
    return ok({ members: members.length, got: got.flatMap((one) => one.name) });
  }
  const sides = [...new Set([row.account, row.other])].filter((one) => one !== author);
  const isPending = hub.messages.isPending(serial, accountRecipient(author));
  const names = sides.flatMap((one) => (one === null ? [] : (hub.accounts.nameOf(one) ?? [])));
  return ok({ members: names.length, got: isPending ? [] : names });
};

const historyFile: Define<'history-file'> = (hub) => (command, context) => {
  const asker = askerOf(hub, context, command.asker);
  if (!asker.ok) return asker;
  const entry = hub.historyReader.findEntry(asker.value, command.serial)?.entry;
  if (!entry || entry.file_hash === null) return refused('unknown-file');
  const { file_hash: hash, file_size: size, file_name: name } = entry;
  return ok({ hash, size: size ?? 0, name: name ?? '' });
};

export const entryHandlers = (
  hub: HubState,
): Pick<Handlers, 'edit' | 'delete' | 'react' | 'received' | 'history-file'> => ({
  edit: edit(hub),
  delete: remove(hub),
  react: react(hub),
  received: received(hub),
  'history-file': historyFile(hub),
});

// What a page asks of the history: its pages, its marks, and changes of what was said.

import { limits } from '../../limits';
import { type ConversationRef, type HistoryEntry, recipientNameOf, roomNameOf } from '../../model';
import { type Entry, entryOf } from '../wire/entry';
import type { Request } from '../wire/messages';
import { dialect, type Handler, nothing } from './replies';

const sizeOf = (entry: Entry): number => Buffer.byteLength(JSON.stringify(entry));

/** As many entries as one message may hold, from the end that was asked for. */
function fitting(entries: readonly HistoryEntry[], isForward: boolean): Entry[] {
  const all = entries.map(entryOf);
  if (!isForward) all.reverse();
  let bytes = 0;
  const first = all.findIndex((entry, index) => {
    bytes += sizeOf(entry);
    return index > 0 && bytes > limits.web.jsonBytes - limits.web.jsonFrameBytes;
  });
  const kept = first < 0 ? all : all.slice(0, first);
  return isForward ? kept : kept.reverse();
}

type Named = Pick<Request<'history'>, 'with' | 'room' | 'conversation'>;

/** The conversation that a request names, if any; `bad-name` where it cannot be one. */
function conversationIn({
  with: user,
  room,
  conversation,
}: Named): ConversationRef | 'bad-name' | undefined {
  if (conversation !== undefined) return { conversation };
  if (user !== undefined) {
    const name = recipientNameOf(user);
    return name === undefined ? 'bad-name' : { with: name };
  }
  if (room === undefined) return undefined;
  const name = roomNameOf(room);
  return name === undefined ? 'bad-name' : { room: name };
}

const conversations: Handler<'conversations'> = (requests, request) => {
  const { session } = requests.host;
  const { before, limit: most = limits.history.pageEntries } = request;
  requests.submit(
    request,
    { do: 'conversations', asker: { session }, most, ...(before !== undefined && { before }) },
    (list) => ({ conversations: [...list.conversations], more: list.more }),
  );
};

const history: Handler<'history'> = (requests, request) => {
  const { session } = requests.host;
  const of = conversationIn(request);
  if (of === undefined || of === 'bad-name') return requests.refuse(request, 'unknown-user');
  const { before, after, limit: most = limits.history.pageEntries } = request;
  const where = { ...(before !== undefined && { before }), ...(after !== undefined && { after }) };
  requests.submit(request, { do: 'history', asker: { session }, of, most, ...where }, (page) => {
    const entries = fitting(page.entries, after !== undefined);
    const { conversation } = page;
    const more = page.more || entries.length < page.entries.length;
    return { ...(conversation && { conversation }), entries, more };
  });
};

const changes: Handler<'changes'> = (requests, request) => {
  const { session } = requests.host;
  const { conversation, after } = request;
  requests.submit(
    request,
    {
      do: 'history-changes',
      asker: { session },
      of: { conversation },
      after,
      most: limits.history.pageChanges,
    },
    ({ entries, upTo, more }) => ({ entries: entries.map(entryOf), upTo, more }),
  );
};

const search: Handler<'search'> = (requests, request) => {
  const { session } = requests.host;
  const of = conversationIn(request);
  const { words, from: author, before, limit: most = limits.history.pageEntries } = request;
  const from = author === undefined ? undefined : recipientNameOf(author);
  if (of === 'bad-name' || (author !== undefined && from === undefined)) {
    return requests.refuse(request, 'unknown-user');
  }
  requests.submit(
    request,
    {
      do: 'search',
      asker: { session },
      words,
      most,
      ...(of && { of }),
      ...(from !== undefined && { from }),
      ...(before !== undefined && { before }),
    },
    ({ found, next }) => {
      const entries = fitting(
        found.map(({ entry }) => entry),
        true,
      );
      const shown = found
        .slice(0, entries.length)
        .map((one) => ({ in: one.in, entry: entryOf(one.entry) }));
      const last = entries.length < found.length ? entries.at(-1)?.serial : next;
      return { found: shown, ...(last !== undefined && { next: last }) };
    },
  );
};

const mark: Handler<'mark'> = (requests, request) => {
  const { session } = requests.host;
  const { conversation, got, seen } = request;
  const upTo = { ...(got !== undefined && { got }), ...(seen !== undefined && { seen }) };
  requests.submit(request, { do: 'mark', session, conversation, ...upTo }, nothing);
};

const edit: Handler<'edit'> = (requests, request) => {
  const { session } = requests.host;
  const { serial, text } = request;
  const command = { do: 'edit', from: { session }, serial, text, origin: dialect } as const;
  requests.submit(request, command, nothing);
};

const remove: Handler<'delete'> = (requests, request) => {
  const { session } = requests.host;
  const { serial } = request;
  requests.submit(request, { do: 'delete', from: { session }, serial, origin: dialect }, nothing);
};

const react: Handler<'react'> = (requests, request) => {
  const { session } = requests.host;
  const { serial, mark: put, on } = request;
  const command = {
    do: 'react',
    from: { session },
    serial,
    mark: put,
    on,
    origin: dialect,
  } as const;
  requests.submit(request, command, nothing);
};

const received: Handler<'received'> = (requests, request) => {
  const { session } = requests.host;
  const { serial } = request;
  requests.submit(request, { do: 'received', asker: { session }, serial }, ({ members, got }) => ({
    members,
    got: [...got],
  }));
};

const keep: Handler<'keep'> = (requests, request) => {
  const { session } = requests.host;
  const room = roomNameOf(request.room);
  if (!room) return requests.refuse(request, 'bad-name');
  requests.submit(request, { do: 'room-keep', session, room, on: request.on }, nothing);
};

const historySwitch: Handler<'history-switch'> = (requests, request) => {
  const { session } = requests.host;
  const room = request.room === undefined ? undefined : roomNameOf(request.room);
  if (request.room !== undefined && !room) return requests.refuse(request, 'bad-name');
  const { on } = request;
  requests.submit(
    request,
    {
      do: 'history-switch',
      session,
      ...(room !== undefined && { room }),
      ...(on !== undefined && { on }),
    },
    (output) => ({ on: output.on }),
  );
};

export const historyRequests = {
  conversations,
  history,
  changes,
  search,
  mark,
  edit,
  delete: remove,
  react,
  received,
  keep,
  'history-switch': historySwitch,
} as const;

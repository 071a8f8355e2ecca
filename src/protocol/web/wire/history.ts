// The messages about what was said before: what a page asks of the history, and what it is told of changes.

import * as v from 'valibot';

import { file, integer } from './values';

const text = v.string();
const nothing = v.object({});

/** A conversation, as the one who asks sees it. */
export const conversationSchema = v.object({
  conversation: integer,
  kind: v.picklist(['private', 'group', 'room']),
  name: text,
});

/** What some have put to an entry; of many, the first are named. */
export const reactionSchema = v.object({
  mark: text,
  by: v.array(text),
  count: integer,
  own: v.boolean(),
});

/** One thing that was said, as the history has it; `at`, `edited` and `deleted` are ms since 1970. */
export const entrySchema = v.object({
  serial: integer,
  at: integer,
  from: text,
  own: v.boolean(),
  text,
  door: text,
  id: v.optional(integer),
  file: v.optional(file),
  reply: v.optional(integer),
  edited: v.optional(integer),
  deleted: v.optional(integer),
  reactions: v.optional(v.array(reactionSchema)),
});

/** At most one of them names a conversation. */
const whichConversation = {
  with: v.optional(text),
  room: v.optional(text),
  conversation: v.optional(integer),
} as const;

export const historyRequests = {
  /** The account's conversations, newest first: before the serial of a newest entry, at most so many. */
  conversations: { before: v.optional(integer), limit: v.optional(integer) },
  /** A page of one: with a user, in a room or group, or by its number; oldest first, before or after a serial. */
  history: {
    ...whichConversation,
    before: v.optional(integer),
    after: v.optional(integer),
    limit: v.optional(integer),
  },
  /** What was changed in a conversation behind a position in the server's log. */
  changes: { conversation: integer, after: integer },
  search: {
    words: text,
    from: v.optional(text),
    ...whichConversation,
    before: v.optional(integer),
    limit: v.optional(integer),
  },
  /** This account has what was said up to `got` on one of its devices, and has read up to `seen`. */
  mark: { conversation: integer, got: v.optional(integer), seen: v.optional(integer) },
  edit: { serial: integer, text },
  delete: { serial: integer },
  react: { serial: integer, mark: text, on: v.boolean() },
  /** Who has it, of all who should. */
  received: { serial: integer },
  /** Belong to an open room also while away, or no longer. */
  keep: { room: text, on: v.boolean() },
  /** Whether history is kept: of a room or group, or of all private conversations. `on` sets it. */
  'history-switch': { room: v.optional(text), on: v.optional(v.boolean()) },
} as const;

export const historyReplies = {
  conversations: v.object({
    conversations: v.array(
      v.object({
        ...conversationSchema.entries,
        newest: integer,
        seen: integer,
        unread: integer,
        changed: integer,
      }),
    ),
    more: v.boolean(),
  }),
  history: v.object({
    conversation: v.optional(conversationSchema),
    entries: v.array(entrySchema),
    more: v.boolean(),
  }),
  changes: v.object({ entries: v.array(entrySchema), upTo: integer, more: v.boolean() }),
  search: v.object({
    found: v.array(v.object({ in: conversationSchema, entry: entrySchema })),
    next: v.optional(integer),
  }),
  mark: nothing,
  edit: nothing,
  delete: nothing,
  react: nothing,
  received: v.object({ members: integer, got: v.array(text) }),
  keep: nothing,
  'history-switch': v.object({ on: v.boolean() }),
} as const;

export const historyNotices = [
  /** Another device of this account has sent it. */
  v.object({
    is: v.literal('sent'),
    serial: integer,
    id: integer,
    to: text,
    text,
    at: integer,
    door: text,
    file: v.optional(file),
    reply: v.optional(integer),
  }),
  /** Something that was said is changed; `at` is in ms. Without `room` it is private. */
  v.object({
    is: v.literal('changed'),
    conversation: integer,
    serial: integer,
    what: v.picklist(['edited', 'deleted', 'reacted']),
    by: text,
    room: v.optional(text),
    text: v.optional(text),
    mark: v.optional(text),
    on: v.optional(v.boolean()),
    at: integer,
  }),
  /** Read on another device of this account. */
  v.object({ is: v.literal('read'), conversation: integer, seen: integer }),
  /** A member of a group has what was said there up to a serial. */
  v.object({ is: v.literal('got'), conversation: integer, by: text, got: integer }),
] as const;

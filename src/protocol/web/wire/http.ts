// The messages of the HTTP interface: what a script or the page sends, and what it gets, as valibot schemas.

import * as v from 'valibot';

import { isBaseName } from '../../bytes/validation';
import { limits } from '../../limits';
import { conversationSchema, entrySchema, reactionSchema } from './history';
import { idempotencyKey, userSchema } from './messages';
import { integer } from './values';

const text = v.string();

export const key = v.pipe(
  idempotencyKey,
  v.description('Your own: what is sent again under the same key within a day is sent once.'),
);

// What is sent.

export const message = v.strictObject({ to: text, text, key: v.optional(key) });

/** The query of a file: the file itself is the body. */
export const attachment = v.strictObject({
  to: text,
  name: v.pipe(text, v.check(isBaseName), v.maxLength(limits.files.nameBytes)),
  text: v.optional(text, ''),
  key: v.optional(key),
});

/** Which file of those that came with messages is wanted. */
export const claim = v.strictObject({
  from: v.optional(v.pipe(text, v.description('Who sent it, ...'))),
  id: v.optional(v.pipe(v.number(), v.safeInteger(), v.description('... and their number of it.'))),
  serial: v.optional(
    v.pipe(integer, v.description('Instead: the entry of the history that it came with.')),
  ),
});

/** A whole number in a query: a serial, or ms since 1970. */
const wholeNumber = v.pipe(
  text,
  v.check((value) => /^\d{1,15}$/.test(value)),
);
const described = (what: string) => v.optional(v.pipe(text, v.description(what)));
const numbered = (what: string) => v.optional(v.pipe(wholeNumber, v.description(what)));

const conversationQuery = {
  with: described('A user: the private conversation with them.'),
  room: described('A room or a group.'),
  conversation: numbered('One that a list has named by its number.'),
} as const;

const timeQuery = {
  since: numbered('Only what came then or later, in ms since 1970.'),
  until: numbered('Only what came before then, in ms since 1970.'),
} as const;

const limitQuery = { limit: numbered('At most so many.') } as const;

/** The query of a page of history: of one conversation. */
export const historyQuery = v.strictObject({
  ...conversationQuery,
  ...timeQuery,
  ...limitQuery,
  before: numbered('Only what stands before this serial: the page is the newest of that.'),
  after: numbered('Only what stands after this serial: the page is the oldest of that.'),
});

export const conversationsQuery = v.strictObject({
  ...limitQuery,
  before: numbered('Only those whose newest serial is smaller.'),
});

export const searchQuery = v.strictObject({
  words: v.pipe(
    text,
    v.description('All of these: words, beginnings as `begin*`, and `"in a row"`.'),
  ),
  from: described('Only what this user has said.'),
  ...conversationQuery,
  ...timeQuery,
  ...limitQuery,
  before: numbered('Only what stands before this serial: `next` of the answer before.'),
});

// What comes back.

export const health = v.strictObject({ status: v.literal('ok') });

export const user = v.strictObject({
  ...userSchema.entries,
  door: v.pipe(text, v.description('The protocol by which the user came.')),
});

export const users = v.strictObject({
  users: v.pipe(v.array(user), v.maxLength(limits.web.jsonUsers)),
  count: v.pipe(integer, v.description('How many there are, listed or not.')),
});

/** Numbers of messages, as every door knows them. */
const messageId = v.pipe(v.number(), v.safeInteger(), v.minValue(1), v.maxValue(4_294_967_295));

export const sent = v.strictObject({
  id: messageId,
  serial: v.pipe(integer, v.description('Unique over the life of the server.')),
  waiting: v.pipe(v.boolean(), v.description('The recipient is not there to take it now.')),
});

export const conversation = v.strictObject({ ...conversationSchema.entries });

export const reaction = v.strictObject({ ...reactionSchema.entries });

export const entry = v.strictObject({
  ...entrySchema.entries,
  reactions: v.optional(v.array(reaction)),
  serial: v.pipe(integer, v.description('Unique; grows with time over all conversations.')),
  at: v.pipe(integer, v.description('In ms since 1970.')),
  own: v.pipe(v.boolean(), v.description('Said by the one who asks.')),
  door: v.pipe(text, v.description('The protocol by which it came.')),
});

export const historyPage = v.strictObject({
  conversation: v.optional(conversation),
  entries: v.pipe(v.array(entry), v.maxLength(limits.history.pageEntriesMost)),
  more: v.pipe(v.boolean(), v.description('Others lie beyond this page.')),
});

export const conversationList = v.strictObject({
  conversations: v.pipe(
    v.array(
      v.strictObject({
        ...conversationSchema.entries,
        newest: v.pipe(integer, v.description('The serial of its last entry.')),
        seen: v.pipe(integer, v.description('Up to this serial it was read.')),
        changed: v.pipe(integer, v.description('Grows with every change of an entry.')),
        unread: v.pipe(
          integer,
          v.description(`Entries of others behind that, up to ${limits.history.unreadCounted}.`),
        ),
      }),
    ),
    v.maxLength(limits.history.pageConversations),
  ),
  more: v.boolean(),
});

export const searchResult = v.strictObject({
  found: v.pipe(
    v.array(v.strictObject({ in: conversation, entry })),
    v.maxLength(limits.history.pageEntriesMost),
  ),
  next: v.optional(
    v.pipe(integer, v.description('Go on with this as `before`. Absent: there is no more.')),
  ),
});

export const download = v.strictObject({ url: text, name: text, size: integer });

export const refusal = v.strictObject({
  why: v.pipe(text, v.description('One word that a program can compare.')),
});

// The messages of the HTTP interface: what a script or the page sends, and what it gets, as valibot schemas.

import * as v from 'valibot';

import { isBaseName } from '../../bytes/validation';
import { limits } from '../../limits';
import { idempotencyKey, integer, userSchema } from './messages';

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
export const claim = v.strictObject({ from: text, id: v.pipe(v.number(), v.safeInteger()) });

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

export const download = v.strictObject({ url: text, name: text, size: integer });

export const refusal = v.strictObject({
  why: v.pipe(text, v.description('One word that a program can compare.')),
});

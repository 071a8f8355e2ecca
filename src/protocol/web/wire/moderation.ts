// What moderators and users who lead rooms request, what they are replied, and what everybody is told of it.

import * as v from 'valibot';

import { listings, roles } from '../../moderation';
import { integer } from './values';

const text = v.string();
/** An act, as docs/moderation.md has it: the server checks what it needs. */
const act = v.record(text, v.unknown());
/** Seconds since 1970; absent: until it is undone. */
const until = v.optional(integer);

export const moderationRequests = {
  /** What the user's own account may do. */
  role: {},
  /** An act on the server; `room-moderate`: on a room or group, by who leads it. */
  moderate: { act },
  'moderation-list': { of: v.picklist(listings), after: v.optional(text) },
  'room-moderate': { room: text, act },
  'room-info': { room: text },
  /** Nothing of a person's is delivered any more; they are not told. */
  block: { name: text },
  unblock: { name: text },
  blocks: {},
} as const;

const rule = v.object({ name: text, reason: text, by: text, at: integer, until });

export const moderationReplies = {
  role: v.object({ role: v.picklist(roles) }),
  /** `code`: one that was made for an invitation, or for an account whose credentials were reset. */
  moderate: v.object({ count: integer, code: v.optional(text) }),
  /** `next`: goes on with that as `after`. */
  'moderation-list': v.object({
    rows: v.array(v.record(text, v.union([text, v.number()]))),
    next: v.optional(text),
  }),
  'room-moderate': v.object({}),
  'room-info': v.object({
    room: text,
    creator: v.optional(text),
    topic: v.optional(v.object({ text, by: text, at: integer })),
    operators: v.array(text),
    voices: v.array(text),
    bans: v.array(rule),
    mutes: v.array(rule),
  }),
  block: v.object({}),
  unblock: v.object({}),
  blocks: v.object({ names: v.array(text) }),
} as const;

const by = v.optional(text);

export const moderationNotices = [
  v.object({ is: v.literal('kicked'), room: text, name: text, by, reason: text }),
  v.object({ is: v.literal('topic'), room: text, topic: text, by, at: integer }),
  v.object({
    is: v.literal('standing'),
    room: text,
    name: text,
    change: v.picklist([
      'muted',
      'unmuted',
      'banned',
      'unbanned',
      'operator',
      'voice',
      'none',
      'creator',
    ]),
    by,
    reason: text,
    until,
  }),
  v.object({ is: v.literal('muted'), muted: v.boolean(), reason: text, until }),
  v.object({ is: v.literal('announced'), text, at: integer }),
  /** The user was put out; the connection ends. */
  v.object({
    is: v.literal('removed'),
    why: v.picklist(['kicked', 'banned', 'deleted', 'renamed']),
    reason: text,
    until,
    name: v.optional(text),
  }),
] as const;

// The acts of moderators as they come in JSON, from the page and from the command line: what is none is refused.

import * as v from 'valibot';

import {
  type Name,
  nameOf,
  recipientNameOf,
  type RoomName,
  roomNameOf,
  type SessionId,
} from './model';
import { type ModerationAct, ranks, roles, type RoomAct } from './moderation';

/** A text that `make` takes. */
const made = <T>(make: (text: string) => T | undefined) =>
  v.pipe(
    v.string(),
    v.rawTransform<string, T>(({ dataset, addIssue, NEVER }) => {
      const value = make(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: 'cannot be that' });
      return NEVER;
    }),
  );

const name = made<Name>(recipientNameOf);
const accountName = made<Name>(nameOf);
const room = made<RoomName>(roomNameOf);
const session = v.pipe(
  v.string(),
  v.transform((text) => text as SessionId),
);
const integer = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const reason = v.optional(v.string(), '');
const until = v.exactOptional(integer);
/** A SHA-256. What it is the hash of is never sent. */
const hash = v.pipe(v.string(), v.regex(/^[\da-f]{64}$/));

const of = <const D extends string, const E extends v.ObjectEntries>(verb: D, entries: E) =>
  v.strictObject({ do: v.literal(verb), ...entries });

const roomAct = v.variant('do', [
  of('kick', { name, reason }),
  of('ban', { mask: name, reason, until }),
  of('unban', { mask: name }),
  of('mute', { name, reason, until }),
  of('unmute', { name }),
  of('rank', { name, rank: v.picklist(ranks) }),
  of('topic', { topic: v.string() }),
  of('hand-over', { to: name }),
]);

const whom = v.union([v.strictObject({ name }), v.strictObject({ network: v.string() })]);

const act = v.variant('do', [
  of('kick', { who: v.union([v.strictObject({ name }), v.strictObject({ session })]), reason }),
  of('ban', { whom, reason, until }),
  of('unban', { whom }),
  of('mute', { name, reason, until }),
  of('unmute', { name }),
  of('rename', { account: accountName, name: accountName }),
  of('delete', { account: accountName, reason }),
  of('role', { account: accountName, role: v.picklist(roles) }),
  of('room', { room, act: roomAct }),
  of('room-clear', { room, reason }),
  of('files-clear', {
    of: v.union([v.strictObject({ serial: integer }), v.strictObject({ account: accountName })]),
  }),
  of('announce', { text: v.string() }),
  of('credentials-reset', { account: accountName, hash }),
  of('invite', { hash, label: v.string(), endsAt: integer }),
  of('invite-revoke', { id: integer }),
]);

/** An act on one room, or undefined where the value is none. */
export function roomActOf(value: unknown): RoomAct | undefined {
  const parsed = v.safeParse(roomAct, value);
  return parsed.success ? parsed.output : undefined;
}

/** An act of a moderator, or undefined where the value is none. */
export function actOf(value: unknown): ModerationAct | undefined {
  const parsed = v.safeParse(act, value);
  return parsed.success ? parsed.output : undefined;
}

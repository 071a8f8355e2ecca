// What moderators and those who lead rooms ask of the server, and whom the user blocks.

import { signal } from '@preact/signals';

import type { Listing, Role } from '../../protocol/moderation';
import type { ReplyOf } from '../../protocol/web/wire/messages';
import { session } from './server';
import { hint } from './state';
import { t } from './texts/index';

export type Row = ReplyOf<'moderation-list'>['rows'][number];
export type RoomInfo = ReplyOf<'room-info'>;
/** Gets the refusal of an act, or nothing. */
export type Done = (why?: string) => void;

/** What the account that is logged in may do. */
export const role = signal<Role>('member');
export const isModerator = (): boolean => role.value !== 'member';
export const blocked = signal<readonly string[]>([]);

export function refreshModeration(): void {
  session.request({ do: 'role' }, (outcome) => {
    if (outcome.ok) role.value = outcome.value.role;
  });
  session.request({ do: 'blocks' }, (outcome) => {
    if (outcome.ok) blocked.value = outcome.value.names;
  });
}

/** An act on the server; a code that was made is shown. */
export function moderate(act: Record<string, unknown>, done: Done): void {
  session.request({ do: 'moderate', act }, (outcome) => {
    const { code } = outcome.ok ? outcome.value : {};
    if (code !== undefined) hint.value = t.moderation.code(code);
    done(outcome.ok ? undefined : outcome.why);
  });
}

export function actInRoom(room: string, act: Record<string, unknown>, done: Done): void {
  const request = isModerator()
    ? ({ do: 'moderate', act: { do: 'room', room, act } } as const)
    : ({ do: 'room-moderate', room, act } as const);
  session.request(request, (outcome) => done(outcome.ok ? undefined : outcome.why));
}

/** Some rows of a list, and what the next ones are behind. */
export function listRows(
  of: Listing,
  after: string | undefined,
  done: (rows: readonly Row[], next: string | undefined) => void,
): void {
  session.request(
    { do: 'moderation-list', of, ...(after !== undefined && { after }) },
    (outcome) => (outcome.ok ? done(outcome.value.rows, outcome.value.next) : done([], undefined)),
  );
}

export function roomInfo(room: string, done: (info: RoomInfo | undefined) => void): void {
  session.request({ do: 'room-info', room }, (outcome) =>
    done(outcome.ok ? outcome.value : undefined),
  );
}

export function setBlocked(name: string, isBlocked: boolean, done: Done): void {
  session.request({ do: isBlocked ? 'block' : 'unblock', name }, (outcome) => {
    done(outcome.ok ? undefined : outcome.why);
    refreshModeration();
  });
}

// How names are compared, and how recipients are numbered.

import type { Name, RecipientId, SessionId } from '../../protocol/model';

const delimiters = /[<>[\]:,;]/g;

/**
 * What makes two names the same: a name without the characters that it loses on its way into other dialects,
 * so that `a:b` and `ab` cannot stand for two people at a door where both read `ab`.
 */
export const keyOf = (name: Name): string => name.replace(delimiters, '') || name;

export const accountRecipient = (account: number): RecipientId => `a${account}` as RecipientId;
export const guestRecipient = (session: SessionId): RecipientId => `g${session}` as RecipientId;

/** The account's number, or undefined for a guest. */
export const accountOf = (recipient: RecipientId): number | undefined =>
  recipient.startsWith('a') ? Number(recipient.slice(1)) : undefined;

/** The guest's session, or undefined for an account. */
export const guestOf = (recipient: RecipientId): SessionId | undefined =>
  recipient.startsWith('g') ? (recipient.slice(1) as SessionId) : undefined;

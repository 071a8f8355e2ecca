// How names are compared, and how recipients are numbered.

import type { RecipientId, SessionId } from '../../protocol/model';

const delimiters = /[<>[\]:,;]/g;
const joiners = /[\u200c\u200d]/g;
const ascii = /^[ -~]*$/;

/**
 * A name without the characters that it loses on its way into other dialects, so that `a:b` and `ab` cannot stand for
 * two people at a door where both read `ab`.
 */
export const bareNameOf = (name: string): string => name.replace(delimiters, '') || name;

/**
 * What a user is looked up by: the bare name in one case, and without the joiners of its script. Names that only look
 * alike have different keys (looks.ts): what is written to one never reaches the other.
 */
export function keyOf(name: string): string {
  const bare = bareNameOf(name);
  if (ascii.test(bare)) return bare.toLowerCase();
  // Upper case first, so that ß is ss, and all forms of a letter are one.
  return bare.replace(joiners, '').toUpperCase().toLowerCase().normalize('NFC');
}

/**
 * The key of an account that was registered while `Ann` and `ann` were two names, and an older one has the key now: only
 * its own spelling finds it. No name holds a control.
 */
export const spellingKeyOf = (name: string): string => `\u0001${bareNameOf(name)}`;

export const accountRecipient = (account: number): RecipientId => `a${account}` as RecipientId;
export const guestRecipient = (session: SessionId): RecipientId => `g${session}` as RecipientId;

/** The account's number, or undefined for a guest. */
export const accountOf = (recipient: RecipientId): number | undefined =>
  recipient.startsWith('a') ? Number(recipient.slice(1)) : undefined;

/** The guest's session, or undefined for an account. */
export const guestOf = (recipient: RecipientId): SessionId | undefined =>
  recipient.startsWith('g') ? (recipient.slice(1) as SessionId) : undefined;

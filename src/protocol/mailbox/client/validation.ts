// Why something that a user gave cannot be sent: names, fields of a registration, texts.

import { byteLength } from '../../bytes/text';
import { isFilledIn, isFullName } from '../../bytes/validation';
import type { Registration } from '../../dialect';
import { nameOf } from '../../model';
import { textBytes } from '../wire/messages';
import { dateOf } from '../wire/values';

/** Why a text is no user's name, or undefined. */
export const nameFault = (text: string): string | undefined =>
  nameOf(text) === undefined
    ? `${text} can be nobody's name: 1 to 255 bytes, no control characters, no leading #, no space at an end.`
    : undefined;

const unfilled = 'None of the three may be empty, nor "Text".';

export function fullNameFault(fullName: string): string | undefined {
  if (!isFilledIn(fullName)) return unfilled;
  if (byteLength(fullName) <= textBytes && isFullName(fullName)) return undefined;
  return 'A full name has at most 255 bytes and no control characters.';
}

export const aliasFault = (alias: string): string | undefined =>
  isFilledIn(alias) ? nameFault(alias) : unfilled;

/** `now`: ms since 1970. */
export function bornFault(born: string, now: number): string | undefined {
  if (!isFilledIn(born)) return unfilled;
  if (dateOf(born, Math.floor(now / 1000)) !== undefined) return undefined;
  return `${born} is no date of birth: DD/MM/YYYY, a real day that has come.`;
}

/** Why the three fields cannot be a registration, or undefined (source 000, 6.1). */
export const registrationFault = (
  { fullName, alias, born }: Registration,
  now: number,
): string | undefined => fullNameFault(fullName) ?? aliasFault(alias) ?? bornFault(born, now);

/** Why a text cannot be sent, or undefined: the client checks its size (source 000, 8.6). */
export function textFault(text: string): string | undefined {
  const bytes = byteLength(text);
  if (bytes > textBytes)
    return `The text has ${bytes} bytes; a message takes at most ${textBytes}.`;
  return text.includes('\0') ? 'A text cannot hold a NUL.' : undefined;
}

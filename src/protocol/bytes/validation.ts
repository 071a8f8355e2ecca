// What people fill in, at whatever door: base names of files, full names, dates of birth.

import { limits } from '../limits';
import { cutText } from './text';
import { visiblePart } from './visible';

/** A file's base name: not empty, no path, no control characters, no line separators. */
export const isBaseName = (text: string): boolean =>
  text !== '' && text !== '.' && text !== '..' && !/[/\\\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** A file's own name made one that `isBaseName` takes, of at most `limits.files.nameBytes`. */
export function baseNameFor(name: string): string {
  const safe =
    cutText(name.replace(/[/\\\p{Cc}\p{Zl}\p{Zp}]/gu, '_'), limits.files.nameBytes)[0] ?? '';
  return isBaseName(safe) ? safe : 'attachment';
}

/**
 * A peer's name of a file as it may stand in a user's folder: without a path, all of it visible, not hidden, and no
 * option of a command. `attachment` if nothing is left of it.
 */
export const savableName = (name: string): string =>
  visiblePart(name.split(/[/\\]/).at(-1) ?? '')
    .trim()
    .replace(/^[\s.-]+/, '') || 'attachment';

/** A full name: something, and nothing that could move a cursor. */
export const isFullName = (text: string): boolean =>
  text.trim() !== '' && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(text);

/** Whether a field of a registration was filled in: "Text" is what stands in it before (source 000, 6.1). */
export const isFilledIn = (field: string): boolean => !/^\s*(?:Text)?\s*$/.test(field);

const daySeconds = 86_400;
/** The clocks furthest ahead: there a new day begins so long before it begins in Greenwich. */
const furthestAheadSeconds = 14 * 3600;

/** Whether a text is a real date as DD/MM/YYYY that has come somewhere on Earth. `now`: seconds since 1970. */
export function isBirthDate(text: string, now: number): boolean {
  const match = /^(\d{2})\/(\d{2})\/(\d{4})$/.exec(text);
  if (!match) return false;
  const [day, month, year] = match.slice(1).map(Number) as [number, number, number];
  if (year === 0 || month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return false;
  return dayNumber(day, month, year) <= Math.floor((now + furthestAheadSeconds) / daySeconds);
}

function daysIn(month: number, year: number): number {
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}

/** Days since 1 January 1970, in the Gregorian calendar. */
function dayNumber(day: number, month: number, year: number): number {
  // Years begin in March here, so that the leap day is the last of its year.
  const shifted = month > 2 ? year : year - 1;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const leapDays = Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100);
  return era * 146_097 + yearOfEra * 365 + leapDays + dayOfYear - 719_468;
}

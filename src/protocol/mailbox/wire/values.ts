// What fields of requests stand for: ports, ids, sizes, dates. Undefined where a text is none.

import { isBirthDate } from '../../bytes/validation';

function numberIn(text: string, least: number, most: number): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const number = Number(text);
  return number >= least && number <= most ? number : undefined;
}

/** A TCP port that can be called, 1 to 65535. */
export const portOf = (text: string): number | undefined => numberIn(text, 1, 65_535);

/** A message's id: an unsigned int of C that is never 0 (source 000, 6.5). */
export const idOf = (text: string): number | undefined => numberIn(text, 1, 4_294_967_295);

/** A file's size in bytes, or the number of users in a list. */
export const countOf = (text: string): number | undefined =>
  numberIn(text, 0, Number.MAX_SAFE_INTEGER);

/**
 * The date of birth as DD/MM/YYYY, or undefined where a text is no date that has come. The calendar of the course's own
 * window writes `01-02-1990`; `1.2.1990` and `1990-02-01` are understood too. `now`: seconds since 1970.
 */
export function dateOf(text: string, now: number): string | undefined {
  const [, day, , month, year] = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/.exec(text) ?? [];
  const [, isoYear, isoMonth, isoDay] = /^(\d{4})-(\d{1,2})-(\d{1,2})$/.exec(text) ?? [];
  const two = (digits = ''): string => digits.padStart(2, '0');
  const date = `${two(day ?? isoDay)}/${two(month ?? isoMonth)}/${year ?? isoYear}`;
  return isBirthDate(date, now) ? date : undefined;
}

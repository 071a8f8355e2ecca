// Amounts of money as they are written: whole dollars, from 0 to what a number holds exactly.

/** The most that one account holds, in dollars: 2^53-1. */
const dollarsMax = Number.MAX_SAFE_INTEGER;

/** What a written number is worth: dollars, a whole number beyond any account, or none of these. */
export type Amount = number | 'beyond' | 'not-whole';

/** Whether a text is a number as people write one: `50000`, `-5`, `+1.5`; `1e3`, `0x10` and `abc` are none. */
export const isNumber = (text: string): boolean => /^[+-]?[0-9]+(?:\.[0-9]*)?$/.test(text);

/** Whole dollars: digits, perhaps a plus sign. Never rounded: what cannot be held exactly is `beyond`. */
export function dollarsOf(text: string): Amount {
  const digits = /^\+?([0-9]+)$/.exec(text)?.[1];
  if (digits === undefined) return 'not-whole';
  const amount = Number(digits);
  return amount > dollarsMax ? 'beyond' : amount;
}

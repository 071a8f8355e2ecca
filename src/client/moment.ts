// A moment as a user names it: so long ago, or a date with or without a time of day.

import { CliError, exit } from '../cli/exit';

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** Ms since 1970, by this machine's time zone. Throws a CliError that names the flag. */
export function momentOf(flag: string, text: string, now: number): number {
  const ago = /^(\d{1,6})([smhd])$/.exec(text);
  if (ago) return Math.max(0, now - Number(ago[1]) * unitMs[ago[2] as keyof typeof unitMs]);
  const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?)?(Z)?$/.test(text)
    ? new Date(text.length === '2026-01-31'.length ? `${text}T00:00` : text.replace(' ', 'T'))
    : undefined;
  const ms = date?.getTime() ?? Number.NaN;
  if (Number.isSafeInteger(ms) && ms >= 0) return ms;
  const hint = 'write 2h, 30d, 2026-01-31, or 2026-01-31T17:00';
  throw new CliError(exit.usage, `--${flag}: no moment`, hint);
}

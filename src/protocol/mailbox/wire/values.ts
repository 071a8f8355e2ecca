// The numbers that fields of requests stand for: ports, ids, sizes. Undefined where a text is none.

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

// The words of a text as the index of words has them: letters and digits without case and marks.

const word = /[\p{L}\p{N}\p{Co}]+/gu;

const folded = (text: string): string =>
  text.normalize('NFD').replaceAll(/\p{M}/gu, '').toLowerCase();

/** What is looked for: all of these, each a word, the beginning of one, or several in a row. */
export interface Wanted {
  /** As the user wrote it: the index folds it in its own way. */
  readonly text: string;
  readonly words: readonly string[];
  readonly isBeginning: boolean;
}

/**
 * What a user asks for: words, `beginning*`, and `"several in a row"`. At most so many; the rest is not looked for.
 * `leastOfBeginning`: a shorter beginning stands for too many words and counts as a word.
 */
export function wantedIn(
  text: string,
  { most, leastOfBeginning }: { readonly most: number; readonly leastOfBeginning: number },
): Wanted[] {
  const wanted: Wanted[] = [];
  for (const [, row, one = '', star] of text.matchAll(/"([^"]*)"|([^\s"*]+)(\*)?/gu)) {
    const words = folded(row ?? one).match(word) ?? [];
    if (words.length === 0) continue;
    const isBeginning = star !== undefined && (words.at(-1)?.length ?? 0) >= leastOfBeginning;
    wanted.push({ text: row ?? one, words, isBeginning });
    if (wanted.length >= most) break;
  }
  return wanted;
}

/** The same as a question to the index. Nothing that a user writes is more than a word in it. */
export const questionOf = (wanted: readonly Wanted[]): string =>
  wanted
    .map(({ text, isBeginning }) => `"${text.replaceAll(/["\0]/g, ' ')}"${isBeginning ? ' *' : ''}`)
    .join(' AND ');

/** Whether a text that the index does not have yet is one of those. */
export function hasAll(text: string, wanted: readonly Wanted[]): boolean {
  const there = folded(text).match(word) ?? [];
  return wanted.every(({ words, isBeginning }) =>
    there.some((_, at) =>
      words.every((one, index) => {
        const found = there[at + index] ?? '';
        return isBeginning && index === words.length - 1 ? found.startsWith(one) : found === one;
      }),
    ),
  );
}

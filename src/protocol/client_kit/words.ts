// The words of a line that is being typed, for completion: quotes hold a word with blanks together.

/** The words up to the cursor, without their quotes. The last is the one that is being typed; it may be empty. */
export function typedWords(before: string): string[] {
  const words = Array.from(
    before.matchAll(/"([^"]*)("|$)|[^\s"]+/g),
    ([word, quoted]) => quoted ?? word,
  );
  const isOpen = (before.split('"').length - 1) % 2 === 1;
  if (before === '' || (!isOpen && /[\s"]$/.test(before))) words.push('');
  return words;
}

/** A word as it must be typed to stay one. A folder's quotes stay open, since its path goes on. */
export function quotedWord(word: string): string {
  if (!/\s/.test(word)) return word;
  return word.endsWith('/') ? `"${word}` : `"${word}"`;
}

/** The word that is being typed, if it is long enough to be the beginning of somebody's name in a text. */
export const namesFor = (before: string, names: Iterable<string>): readonly string[] =>
  /\S$/.test(before) ? [...names] : [];

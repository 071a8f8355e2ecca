// Completes the word before the cursor from candidates that the program gives.

/** The line, the cursor's place in it, and the word that ends there (up to white space). */
export interface CompletionRequest {
  readonly line: string;
  readonly cursor: number;
  readonly word: string;
  /** Where the word starts in the line. */
  readonly start: number;
}

/**
 * Gives the candidates for the word. Those that do not begin with it are left out; case is ignored. It must
 * not throw.
 */
export type Complete = (request: CompletionRequest) => readonly string[];

export interface Completion {
  readonly start: number;
  /** What to put in place of the word; undefined if no more of it is certain. */
  readonly replacement: string | undefined;
  /** Everything that the word may become, sorted, without duplicates. */
  readonly candidates: readonly string[];
}

/** Completes the word that ends at `cursor`, as far as all candidates agree. */
export function completeWord(line: string, cursor: number, complete: Complete): Completion {
  const start = wordStart(line.slice(0, cursor));
  const word = line.slice(start, cursor);
  const folded = unquoted(word).toLowerCase();
  const given = complete({ line, cursor, word, start });
  const matching = given.filter((each) => unquoted(each).toLowerCase().startsWith(folded));
  const candidates = [...new Set(matching)].sort();
  const only = candidates[0];
  if (candidates.length === 1 && only !== undefined) {
    // A folder's name goes on; after anything else comes the next word.
    const isComplete = !only.endsWith('/') && line[cursor] !== ' ';
    return { start, replacement: isComplete ? `${only} ` : only, candidates };
  }
  const prefix = commonPrefix(candidates);
  const isLonger = prefix.length >= word.length && prefix !== word;
  return { start, replacement: isLonger ? prefix : undefined, candidates };
}

/** Where the word that ends here begins: behind white space, or at a quote that is still open. */
function wordStart(before: string): number {
  const isQuoted = (before.split('"').length - 1) % 2 === 1;
  return isQuoted ? before.lastIndexOf('"') : before.search(/\S*$/);
}

const unquoted = (word: string): string => (word.startsWith('"') ? word.slice(1) : word);

function commonPrefix(texts: readonly string[]): string {
  const first = Array.from(texts[0] ?? '');
  let length = first.length;
  for (const text of texts) {
    const points = Array.from(text);
    let same = 0;
    while (same < length && points[same] === first[same]) same++;
    length = same;
  }
  return first.slice(0, length).join('');
}

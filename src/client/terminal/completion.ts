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
  const word = /\S*$/.exec(line.slice(0, cursor))?.[0] ?? '';
  const start = cursor - word.length;
  const folded = word.toLowerCase();
  const given = complete({ line, cursor, word, start });
  const matching = given.filter((each) => each.toLowerCase().startsWith(folded));
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

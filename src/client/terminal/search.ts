// The incremental search through the history that ctrl-r starts.

import { borderBefore } from './graphemes';
import type { History } from './history';

export class Search {
  readonly #history: History;
  #query = '';
  #at: number;
  #isFailing = false;

  constructor(history: History) {
    this.#history = history;
    this.#at = history.entries.length;
  }

  /** What stands before the line during the search. */
  get prompt(): string {
    return `(${this.#isFailing ? 'no ' : ''}search '${this.#query}') `;
  }

  /** The entry that was found, or undefined if none was yet. */
  get found(): string | undefined {
    return this.#history.entries[this.#at];
  }

  /** The place of the query in `found`. */
  get place(): number {
    return Math.max(0, this.found?.lastIndexOf(this.#query) ?? 0);
  }

  type(text: string): void {
    this.#query += text;
    // The entry that was found may contain the longer query too.
    this.#find(this.#at + 1);
  }

  erase(): void {
    this.#query = this.#query.slice(0, borderBefore(this.#query, this.#query.length));
    this.#at = this.#history.entries.length;
    this.#find(this.#at);
  }

  /** Goes on to an older entry that contains the query. */
  older(): void {
    if (this.#query !== '') this.#find(this.#at);
  }

  #find(from: number): void {
    const at = this.#query === '' ? -1 : this.#history.search(this.#query, from);
    this.#isFailing = at < 0 && this.#query !== '';
    if (at >= 0) this.#at = at;
  }
}

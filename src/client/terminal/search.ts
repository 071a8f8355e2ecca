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

  /** What stands before the line while searching. */
  get prompt(): string {
    return `(${this.#isFailing ? 'no ' : ''}search '${this.#query}') `;
  }

  /** The line found, or undefined while nothing was. */
  get found(): string | undefined {
    return this.#history.entries[this.#at];
  }

  /** Where in `found` the query stands. */
  get place(): number {
    return Math.max(0, this.found?.lastIndexOf(this.#query) ?? 0);
  }

  type(text: string): void {
    this.#query += text;
    // The line already found may hold the longer query too.
    this.#look(this.#at + 1);
  }

  erase(): void {
    this.#query = this.#query.slice(0, borderBefore(this.#query, this.#query.length));
    this.#at = this.#history.entries.length;
    this.#look(this.#at);
  }

  /** The next line before the one found. */
  older(): void {
    if (this.#query !== '') this.#look(this.#at);
  }

  #look(from: number): void {
    const at = this.#query === '' ? -1 : this.#history.search(this.#query, from);
    this.#isFailing = at < 0 && this.#query !== '';
    if (at >= 0) this.#at = at;
  }
}

// The lines submitted before: the arrow keys walk through them, a search goes backwards. Their number is bounded.

export class History {
  readonly #entries: string[];
  readonly #max: number;
  /** The entry that is shown; `#entries.length` stands for the line being typed. */
  #at: number;
  #unfinished = '';
  /** How many were added since the start. */
  #added = 0;

  /** `max`: how many lines are kept. Over this, the oldest are dropped. */
  constructor(entries: readonly string[], max: number) {
    this.#max = max;
    this.#entries = entries.slice(-max);
    this.#at = this.#entries.length;
  }

  /** Oldest first. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Those that were added, oldest first. */
  get added(): readonly string[] {
    return this.#entries.slice(Math.max(0, this.#entries.length - this.#added));
  }

  /** Adds a submitted line, unless it is blank or the same as the last, and goes to the end. */
  add(line: string): void {
    if (line.trim() !== '' && line !== this.#entries.at(-1)) {
      this.#entries.push(line);
      this.#added++;
    }
    if (this.#entries.length > this.#max) this.#entries.shift();
    this.leave();
  }

  /** Goes back to the line being typed. */
  leave(): void {
    this.#at = this.#entries.length;
    this.#unfinished = '';
  }

  /** The entry before, or undefined at the oldest. `current` is kept if it is the line being typed. */
  older(current: string): string | undefined {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#entries.length) this.#unfinished = current;
    this.#at--;
    return this.#entries[this.#at];
  }

  /** The entry after, at last the line being typed; undefined if that is shown already. */
  newer(): string | undefined {
    if (this.#at === this.#entries.length) return undefined;
    this.#at++;
    return this.#at === this.#entries.length ? this.#unfinished : this.#entries[this.#at];
  }

  /** The place of the newest entry before `from` that contains `query`; -1 if none does. */
  search(query: string, from: number): number {
    for (let at = Math.min(from, this.#entries.length) - 1; at >= 0; at--) {
      if (this.#entries[at]?.includes(query) === true) return at;
    }
    return -1;
  }
}

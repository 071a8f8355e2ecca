// The lines submitted before: walked with the arrow keys, searched backwards, bounded.

export class History {
  readonly #entries: string[];
  readonly #max: number;
  /** Where we stand; `#entries.length` is the line being typed. */
  #at: number;
  #unfinished = '';

  /** `max`: how many lines are kept; beyond it the oldest go. */
  constructor(entries: readonly string[], max: number) {
    this.#max = max;
    this.#entries = entries.slice(-max);
    this.#at = this.#entries.length;
  }

  /** Oldest first. */
  get entries(): readonly string[] {
    return this.#entries;
  }

  /** Remembers a submitted line (not a blank one, nor the last one again) and goes to the end. */
  add(line: string): void {
    if (line.trim() !== '' && line !== this.#entries.at(-1)) this.#entries.push(line);
    if (this.#entries.length > this.#max) this.#entries.shift();
    this.leave();
  }

  /** Back to the line being typed. */
  leave(): void {
    this.#at = this.#entries.length;
    this.#unfinished = '';
  }

  /** The line before, or undefined at the oldest; `current` is kept if it is the one being typed. */
  older(current: string): string | undefined {
    if (this.#at === 0) return undefined;
    if (this.#at === this.#entries.length) this.#unfinished = current;
    this.#at--;
    return this.#entries[this.#at];
  }

  /** The line after, at last the unfinished one; undefined if that is the current one. */
  newer(): string | undefined {
    if (this.#at === this.#entries.length) return undefined;
    this.#at++;
    return this.#at === this.#entries.length ? this.#unfinished : this.#entries[this.#at];
  }

  /** The place of the youngest line before `from` that holds `query`; -1 if none does. */
  search(query: string, from: number): number {
    for (let at = Math.min(from, this.#entries.length) - 1; at >= 0; at--) {
      if (this.#entries[at]?.includes(query) === true) return at;
    }
    return -1;
  }
}

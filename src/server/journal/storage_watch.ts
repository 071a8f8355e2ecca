// Tells the operator that nothing more can be stored: at once, once a minute while it lasts, and when it is over.

import { limits } from '../../protocol/limits';

export interface StorageWatchDeps {
  warn(line: string): void;
  /** Calls `then` after `ms`. */
  after(ms: number, then: () => void): () => void;
  /** Has a commit tried. `done` is called after `works`, if that is called. */
  prove(done: () => void): void;
}

export class StorageWatch {
  readonly #deps: StorageWatchDeps;
  /** The last failure; undefined while commits succeed. */
  #failure: { readonly error: unknown } | undefined;
  #cancel = (): void => {};

  constructor(deps: StorageWatchDeps) {
    this.#deps = deps;
  }

  /** Something could not be stored. */
  fails(error: unknown): void {
    const isNews = this.#failure === undefined;
    this.#failure = { error };
    if (isNews) this.#warn();
  }

  /** It can be again. */
  works(): void {
    this.#failure = undefined;
    this.#cancel();
    this.#deps.warn('the database can be written again');
  }

  #warn(): void {
    const { error } = this.#failure ?? {};
    const why = error instanceof Error ? error.message : String(error);
    this.#deps.warn(`the database cannot be written, so all that must last is refused: ${why}`);
    // With nobody there to write, only this finds out whether it still holds.
    this.#cancel = this.#deps.after(limits.journal.storageWarnMs, () =>
      this.#deps.prove(() => {
        if (this.#failure) this.#warn();
      }),
    );
  }
}

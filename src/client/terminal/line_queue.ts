// Hands lines to their handler one at a time, each when the one before is done.

import type { LineHandler } from './dialogue';

/** More lines than anybody types ahead; beyond it a paste into a handler that hangs is refused. */
const waitingMax = 100_000;

export class LineQueue {
  readonly #pending: string[] = [];
  #handler: LineHandler | undefined;
  #isBusy = false;
  #idle = Promise.resolve();

  setHandler(handler: LineHandler): void {
    this.#handler = handler;
    this.#run();
  }

  /** False if too many wait. */
  push(line: string): boolean {
    if (this.#pending.length >= waitingMax) return false;
    this.#pending.push(line);
    this.#run();
    return true;
  }

  /** What waits is forgotten. */
  clear(): void {
    this.#pending.length = 0;
  }

  /** Settled when all that waits has been dealt with. */
  idle(): Promise<void> {
    return this.#idle;
  }

  #run(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#idle = this.#work();
  }

  async #work(): Promise<void> {
    while (this.#handler !== undefined && this.#pending.length > 0) {
      // A handler that rejects leaves this promise rejected, with nobody to hear it: the program ends.
      await this.#handler(this.#pending.shift() ?? '');
    }
    this.#isBusy = false;
  }
}

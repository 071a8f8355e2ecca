// Hands lines to their handler one at a time, each when the one before is done.

import type { LineHandler } from './dialogue';

/** More lines than anybody types ahead; beyond it a paste into a handler that hangs is refused. */
const waitingMax = 100_000;

export class LineQueue {
  readonly #waiting: string[] = [];
  #handler: LineHandler | undefined;
  #isBusy = false;
  #done = Promise.resolve();

  setHandler(handler: LineHandler): void {
    this.#handler = handler;
    this.#run();
  }

  /** False if too many wait. */
  push(line: string): boolean {
    if (this.#waiting.length >= waitingMax) return false;
    this.#waiting.push(line);
    this.#run();
    return true;
  }

  /** What waits is forgotten. */
  clear(): void {
    this.#waiting.length = 0;
  }

  /** Settled when all that waits has been dealt with. */
  idle(): Promise<void> {
    return this.#done;
  }

  #run(): void {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#done = this.#work();
  }

  async #work(): Promise<void> {
    while (this.#handler !== undefined && this.#waiting.length > 0) {
      // A handler that rejects leaves this promise rejected, with nobody to hear it: the program ends.
      await this.#handler(this.#waiting.shift() ?? '');
    }
    this.#isBusy = false;
  }
}

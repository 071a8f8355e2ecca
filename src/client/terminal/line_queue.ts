// Gives lines to their handler one at a time, each when the one before is done.

import { limits } from '../../protocol/limits';
import type { LineHandler } from './dialogue';

export class LineQueue {
  readonly #pending: string[] = [];
  #handler: LineHandler | undefined;
  #isBusy = false;
  #idle = Promise.resolve();

  setHandler(handler: LineHandler): void {
    this.#handler = handler;
    this.#run();
  }

  /** Adds a line. Gives false if too many wait already. */
  push(line: string): boolean {
    if (this.#pending.length >= limits.terminal.pendingLines) return false;
    this.#pending.push(line);
    this.#run();
    return true;
  }

  /** The lines whose turn has not come, in their order. */
  get waiting(): readonly string[] {
    return this.#pending;
  }

  /** Drops the lines that wait, and gives them back. */
  clear(): string[] {
    return this.#pending.splice(0);
  }

  /** Settled when every line that waits has been handled. */
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
      // If the handler rejects, this promise rejects unhandled, and the program ends.
      await this.#handler(this.#pending.shift() ?? '');
    }
    this.#isBusy = false;
  }
}

// Writes to an output whose reader may be slower than the program, and tells when the reader has caught up.

import type { TextOutput } from './system';

export class PacedOutput {
  readonly #output: TextOutput;
  #isBehind = false;
  #waiting: (() => void)[] = [];

  constructor(output: TextOutput) {
    this.#output = output;
    output.on('drain', this.release);
  }

  /** Whether something written has not left yet, so that the program had better wait for `drained`. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  write(text: string): void {
    if (!this.#output.write(text)) this.#isBehind = true;
  }

  /** Settled when everything written has left, or after `release`. */
  drained(): Promise<void> {
    if (!this.#isBehind) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Lets everybody go on who waits: the output has drained, or it is gone. */
  readonly release = (): void => {
    this.#isBehind = false;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  };

  /** Releases, and follows the output no more. */
  close(): void {
    this.#output.off('drain', this.release);
    this.release();
  }
}

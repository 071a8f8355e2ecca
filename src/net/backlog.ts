// What one peer has not read: counted with everybody else's, so that many who are slow cannot fill the memory either.

import { limits } from '../protocol/limits';

/** Bytes that wait for peers who do not read, over all links. */
export interface Backlogs {
  stuckBytes: number;
}

export class Backlog {
  readonly #all: Backlogs;
  /** What of all the stuck bytes is this peer's. */
  #stuck = 0;

  constructor(all: Backlogs) {
    this.#all = all;
  }

  /** So many bytes wait for him to read on; 0: he does. */
  count(stuck: number): void {
    this.#all.stuckBytes += stuck - this.#stuck;
    this.#stuck = stuck;
  }

  /** Whether `queued` bytes are more than a peer may be behind; where many are, less. */
  isTooMuch(queued: number): boolean {
    if (queued > limits.net.sendQueueBytes) return true;
    const isCrowded = this.#all.stuckBytes > limits.net.sendQueueBytesInAll;
    return isCrowded && this.#stuck > limits.net.sendQueueBytesLeast;
  }
}

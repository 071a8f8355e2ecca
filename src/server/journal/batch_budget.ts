// How much the commands of one batch may cost: less where answering the last ones took long.

import { limits } from '../../protocol/limits';

/** What a command causes is known only afterwards: a thousand users may be told of it. */
export class BatchBudget {
  #cost: number = limits.journal.batchCommands;

  /** The most that the next batch may cost. */
  get cost(): number {
    return this.#cost;
  }

  /** A batch was answered, and its events were told, in `ms`. */
  answered(ms: number): void {
    if (ms > limits.journal.answersMs) {
      this.#cost = Math.max(limits.journal.batchCommandsLeast, this.#cost / 2);
    } else if (this.#cost < limits.journal.batchCommands) {
      this.#cost *= 2;
    }
  }
}

// Commands that must come to pass, since what they tell has happened already: a failing disk is asked again.

import type { Command, Outcome } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import type { Journal } from './journal';
import type { Lane } from './lanes';

export class OwedCommands {
  readonly #journal: Journal;
  readonly #after: (ms: number, then: () => void) => void;

  /** `after` calls `then` after `ms`. */
  constructor(journal: Journal, after: (ms: number, then: () => void) => void) {
    this.#journal = journal;
    this.#after = after;
  }

  /** `done` is called when the command is committed, or refused for good. `lane`: whose it is, if not the server's. */
  submit(command: Command, done: () => void = () => {}, lane?: Lane): void {
    const answered = (outcome: Outcome): void => this.#answered(command, outcome, done, lane);
    this.#journal.submit(command, answered, undefined, lane);
  }

  /** Like `submit`, for what need not hurry. */
  submitDeferred(command: Command, done: () => void): void {
    this.#journal.submitDeferred(command, (outcome) => this.#answered(command, outcome, done));
  }

  #answered(command: Command, outcome: Outcome, done: () => void, lane?: Lane): void {
    if (outcome.ok || outcome.why !== 'storage') done();
    else this.#after(limits.journal.storageRetryMs, () => this.submit(command, done, lane));
  }
}

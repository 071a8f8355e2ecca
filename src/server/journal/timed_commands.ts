// How long single commands take to be applied: for the server's own work, which its owner keeps short.

import type { Command, OperationName, Outcome } from '../../protocol/commands';
import type { AppliedHub } from '../hub/hub';
import type { Clocks } from './hub_time';
import type { Journal } from './journal';

export class TimedCommands {
  readonly #clock: Pick<Clocks, 'monotonicNow'>;
  /** Those that wait, and what they took, in ms. */
  readonly #took = new Map<unknown, number>();

  constructor(clock: Pick<Clocks, 'monotonicNow'>) {
    this.#clock = clock;
  }

  /** The hub, with a clock beside it: it knows none itself. */
  around(hub: AppliedHub): AppliedHub {
    return {
      ...hub,
      apply: (command, context) => {
        if (this.#took.size === 0 || !this.#took.has(command)) return hub.apply(command, context);
        const start = this.#clock.monotonicNow();
        const outcome = hub.apply(command, context);
        this.#took.set(command, this.#clock.monotonicNow() - start);
        return outcome;
      },
    };
  }

  /** Submits a command; `done` also gets how long applying it took, in ms. */
  submit<K extends OperationName>(
    journal: Pick<Journal, 'submit'>,
    command: Command<K>,
    done: (outcome: Outcome<K>, ms: number) => void,
  ): void {
    this.#took.set(command, 0);
    journal.submit(command, (outcome) => {
      const ms = this.#took.get(command) ?? 0;
      this.#took.delete(command);
      done(outcome, ms);
    });
  }
}

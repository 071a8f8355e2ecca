// Tells what became of a committed group: each outcome, then the events of its command, in their order.

import type { Result } from '../../protocol/model';
import { type HubEvent, isSaid, isSaidWith, type SaidEvent } from '../hub/events';
import type { Consumer } from './journal';

/** A command that has been applied, or refused, for good. */
export interface AppliedCommand {
  readonly position: number;
  readonly done: (outcome: never) => void;
  readonly outcome: Result<unknown, string>;
  readonly events: readonly HubEvent[];
}

export class Dispatch {
  readonly #consume: Consumer;
  readonly #report: (what: string, error: unknown) => void;
  /** The place in the log of the command that is being told of, or was last. */
  told: number;

  constructor(told: number, consume: Consumer, report: (what: string, error: unknown) => void) {
    this.told = told;
    this.#consume = consume;
    this.#report = report;
  }

  /**
   * What one session says in a row is handed on together: between its own outcomes nobody else can notice.
   */
  tell(answered: readonly AppliedCommand[]): void {
    let run: SaidEvent[] = [];
    for (const { position, done, outcome, events } of answered) {
      this.told = position;
      const [only] = events;
      const said = only !== undefined && events.length === 1 && isSaid(only) ? only : undefined;
      const [first] = run;
      if (first !== undefined && (said === undefined || !isSaidWith(first, said))) {
        this.#handOn(run);
        run = [];
      }
      try {
        done(outcome as never);
      } catch (error) {
        this.#report('answering a command', error);
      }
      if (said !== undefined) run.push(said);
      else if (events.length > 0) this.#handOn(events);
    }
    if (run.length > 0) this.#handOn(run);
  }

  /** A bug in telling one thing must not cost the others their answers. */
  #handOn(events: readonly HubEvent[]): void {
    try {
      this.#consume(events);
    } catch (error) {
      this.#report('telling what happened', error);
    }
  }
}

// Dispatch: runs what a committed batch has caused, each outcome first, then the events of its command, in order.

import { type HubEvent, isSaid, isSaidWith, type SaidEvent } from '../hub/events';
import { type AppliedCommand, isApart } from './entry';
import type { Consumer } from './journal';

export class Dispatch {
  readonly #consume: Consumer;
  readonly #report: (what: string, error: unknown) => void;
  /** The place in the log of the command that is being answered, or was answered last. */
  position: number;

  constructor(position: number, consume: Consumer, report: (what: string, error: unknown) => void) {
    this.position = position;
    this.#consume = consume;
    this.#report = report;
  }

  /**
   * What one session says in a row is consumed as one run of events: between its own outcomes no other session can
   * notice the difference.
   */
  run(batch: readonly AppliedCommand[]): void {
    let run: SaidEvent[] = [];
    for (const { entry, position, outcome, events } of batch) {
      // It may be answered before what stands before it in the log, and waits for none of that.
      if (!isApart(entry)) this.position = position;
      const [only] = events;
      const said = only !== undefined && events.length === 1 && isSaid(only) ? only : undefined;
      const [first] = run;
      if (first !== undefined && (said === undefined || !isSaidWith(first, said))) {
        this.#consumeSafely(run);
        run = [];
      }
      try {
        entry.done(outcome as never);
      } catch (error) {
        this.#report('answering a command', error);
      }
      if (said !== undefined) run.push(said);
      else if (events.length > 0) this.#consumeSafely(events);
    }
    if (run.length > 0) this.#consumeSafely(run);
  }

  /** A bug in one consumer must not cost the other commands their answers. */
  #consumeSafely(events: readonly HubEvent[]): void {
    try {
      this.#consume(events);
    } catch (error) {
      this.#report('telling what happened', error);
    }
  }
}

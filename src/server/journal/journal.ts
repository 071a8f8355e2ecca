// What the journal promises, on one machine or on many.

import type { Command, Hub, OperationName, Outcome } from '../../protocol/commands';
import type { HubEvent } from '../hub/events';

/** Gives commands one order and makes them last. */
export interface Journal extends Hub {
  /** Like `submit`, for what need not hurry: it joins the next batch, or makes one after a short while. */
  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void;
  /** Applies everything submitted so far before it returns. */
  flush(): void;
  /** Flushes and takes nothing more: what is submitted afterwards is refused as overloaded. */
  close(): void;
}

/** Takes the events of a committed command, after its `done`. */
export type Consumer = (events: readonly HubEvent[]) => void;

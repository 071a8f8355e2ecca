// What the journal promises, on one machine or on many.

import type { Command, Hub, OperationName, Outcome } from '../../protocol/commands';
import type { HubEvent } from '../hub/events';
import type { Durability } from './durability';
import type { AppliedCommand } from './entry';
import type { Clocks } from './hub_time';
import type { Lane } from './lanes';

/** Gives commands one order and makes them last. */
export interface Journal extends Hub {
  /** `lane`: whose command it is. Lanes take turns; a command without one is the server's own. */
  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
    lane?: Lane,
  ): void;
  /** Like `submit`, for what need not hurry: it joins the next batch, or makes one after a few turns of the event loop. */
  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void;
  /** The commands of a lane that was held go on. */
  release(lane: Lane): void;
  /** Applies everything submitted so far before it returns. */
  flush(): void;
  /** Flushes and takes nothing more: what is submitted afterwards is refused as overloaded. */
  close(): void;
}

/** Takes the events of a committed command, after its `done`. */
export type Consumer = (events: readonly HubEvent[]) => void;

/** The world outside, so that tests and simulations can hold it in their hands. */
export interface JournalDeps {
  readonly clock: Clocks;
  /** A word for the operator. */
  warn(line: string): void;
  /** Runs `flush` once the current turn's input has been read (setImmediate). */
  soon(flush: () => void): void;
  /** Calls `then` after `ms`; the result cancels that. */
  after(ms: number, then: () => void): () => void;
  readonly durability: Durability;
  /** A bug, for the operator. */
  report(what: string, error: unknown): void;
  /** Something could not be stored. Called for every batch and command of which that is true. */
  fails(error: unknown): void;
  /** After `fails`: something was stored again. */
  works(): void;
  /** Whether so little of the disk is free that nothing more may be stored there. */
  isDiskLow(): boolean;
  /** Counts what was applied; `commitMs`: how long its commit took, if anything of it lasts. */
  measure(commands: readonly AppliedCommand[], commitMs: number | undefined): void;
  /** Called after each batch was answered and its events were told: the place to let written bytes go. */
  batchDone(): void;
}

// The journal of one machine: the commands of a turn or two of the event loop become one SQLite transaction.

import {
  type Command,
  type OperationName,
  operations,
  type Outcome,
} from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { refused } from '../../protocol/model';
import { CommandContext } from '../hub/context';
import type { HubEvent } from '../hub/events';
import type { AppliedHub } from '../hub/hub';
import type { Store } from '../hub/store';
import { type AppliedCommand, Dispatch } from './dispatch';
import { type Clocks, HubTime, type LoggedTime } from './hub_time';
import { type AccountKey, IdempotencyStore } from './idempotency';
import type { Consumer, Journal } from './journal';
import { Transaction } from './transaction';

/** A command that was submitted and is not applied yet. */
interface Entry {
  readonly command: Command;
  readonly done: (outcome: never) => void;
  readonly idempotencyKey: string | undefined;
}

/** The world outside, so that tests and simulations can hold it in their hands. */
export interface JournalDeps {
  readonly clock: Clocks;
  /** A word for the operator. */
  warn(line: string): void;
  /** Runs `flush` once the current turn's input has been read (setImmediate). */
  soon(flush: () => void): void;
  /** Runs `flush` after `ms`. */
  later(flush: () => void, ms: number): void;
  /** A bug, for the operator. */
  report(what: string, error: unknown): void;
  /** Something could not be stored. Called for every batch and command of which that is true. */
  fails(error: unknown): void;
  /** After `fails`: something was stored again. */
  works(): void;
  /** Whether so little of the disk is free that nothing more may be stored there. */
  isDiskLow(): boolean;
  /** Called after each batch was answered and its events were told: the place to let written bytes go. */
  batchDone(): void;
}

const none: readonly HubEvent[] = [];

export class LocalJournal implements Journal {
  readonly #hub: AppliedHub;
  readonly #deps: JournalDeps;
  readonly #idempotency: IdempotencyStore;
  readonly #dispatch: Dispatch;
  readonly #transaction: Transaction;
  readonly #saveLog;
  #queue: Entry[] = [];
  #isScheduled = false;
  #isDeferred = false;
  /** The queue has been left for one more turn, so that other commands may join what is in it. */
  #hasWaited = false;
  #isFlushing = false;
  #isClosed = false;
  /** The place in the log of the last command that was applied. */
  #position: number;
  readonly #time: HubTime;
  /** Hub time of the last batch that lasts and whose time was proved, in ms. */
  #provedAt: number;
  /** Something could not be stored, and nothing was since then. */
  #isFailing = false;
  /** The batch that is being applied stores something. */
  #isStoring = false;

  constructor(db: Store, hub: AppliedHub, consume: Consumer, deps: JournalDeps) {
    this.#hub = hub;
    this.#deps = deps;
    this.#idempotency = new IdempotencyStore(db);
    this.#transaction = new Transaction(db);
    this.#saveLog = db.prepare<never, [number, number, number]>(
      'UPDATE log SET position = ?, at = ?, proved_at = ?',
    );
    const log = db
      .query<LoggedTime & { position: number }, []>(
        'SELECT position, at, proved_at AS provedAt FROM log',
      )
      .get();
    this.#position = log?.position ?? 0;
    this.#provedAt = log?.provedAt ?? 0;
    this.#time = new HubTime(log ?? { at: 0, provedAt: 0 }, deps);
    this.#dispatch = new Dispatch(this.#position, consume, (what, error) =>
      deps.report(what, error),
    );
  }

  /**
   * The place in the log of the command that is being answered, or was answered last. Later commands may be committed
   * as well, but nothing has been told of them yet.
   */
  get answeredPosition(): number {
    return this.#dispatch.position;
  }

  /** Hub time in ms, if time has proved the clock: only then may anything expire. */
  provedNow(): number | undefined {
    return this.#time.provedNow();
  }

  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void {
    if (this.#accept(command, done, idempotencyKey) && !this.#isScheduled) this.#schedule();
  }

  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void {
    if (!this.#accept(command, done, undefined)) return;
    if (this.#isScheduled || this.#isDeferred) return;
    this.#isDeferred = true;
    this.#deps.later(() => {
      this.#isDeferred = false;
      if (!this.#isScheduled) this.#turn();
    }, limits.journal.settlementMs);
  }

  #accept<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey: string | undefined,
  ): boolean {
    const hasRoom = this.#queue.length < limits.journal.queuedCommands;
    if (this.#isClosed || !(hasRoom || operations[command.do].isOwed)) {
      done(refused('overloaded') as Outcome<K>);
      return false;
    }
    this.#queue.push({ command: command as unknown as Command, done, idempotencyKey });
    return true;
  }

  flush(): void {
    while (this.#queue.length > 0 && !this.#isFlushing) this.#runBatch();
  }

  close(): void {
    this.flush();
    this.#isClosed = true;
  }

  #schedule(): void {
    this.#isScheduled = true;
    this.#deps.soon(() => this.#turn());
  }

  /** One batch, then back to the event loop, so that input is read between batches. */
  #turn(): void {
    this.#isScheduled = false;
    const queued = this.#queue.length;
    if (this.#isFlushing || queued === 0) return;
    // Where several commands wait, another comes soon, and one more turn costs much less than a commit of its own.
    // A command that is alone does not wait for others, nor does a full window.
    const mayGrow = queued > 1 && queued < limits.net.outstandingRequests;
    this.#hasWaited = mayGrow && !this.#hasWaited;
    if (this.#hasWaited) return this.#schedule();
    this.#runBatch();
    if (this.#queue.length > 0 && !this.#isScheduled) this.#schedule();
  }

  #runBatch(): void {
    this.#isFlushing = true;
    this.#dispatch.run(this.#applyBatch());
    this.#dispatch.position = this.#position;
    this.#isFlushing = false;
    this.#deps.batchDone();
  }

  /** Applies and commits. Where that fails, nothing has changed and every command of the batch is refused. */
  #applyBatch(): readonly AppliedCommand[] {
    const { clock } = this.#deps;
    const start = clock.monotonicNow();
    const provedAt = this.#time.provedNow();
    const at = provedAt ?? this.#time.now();
    const queue = this.#queue;
    const applied: AppliedCommand[] = [];
    let isDurable = false;
    let count = 0;
    this.#isStoring = false;
    try {
      while (count < queue.length && count < limits.journal.batchCommands) {
        const entry = queue[count];
        if (!entry) break;
        count++;
        const context = new CommandContext(at, this.#position + count);
        applied.push(this.#apply(entry, context, provedAt));
        isDurable ||= context.isDurable;
        // A look at the clock costs as much as a small command.
        const mayLook = count % limits.journal.clockCommands === 0;
        if (mayLook && clock.monotonicNow() - start >= limits.journal.batchMs) break;
      }
      const position = this.#position + count;
      if (isDurable) this.#saveLog.run(position, at, provedAt ?? this.#provedAt);
      this.#transaction.commit();
      this.#position = position;
      this.#provedAt = provedAt ?? this.#provedAt;
      this.#queue = queue.slice(count);
      if (this.#isStoring && this.#isFailing) this.#works();
      return applied;
    } catch (error) {
      this.#fails(error);
      this.#transaction.rollback();
      this.#hub.rolledBack();
      return this.#refuseBatch(count);
    }
  }

  #fails(error: unknown): void {
    this.#isFailing = true;
    this.#deps.fails(error);
  }

  #works(): void {
    this.#isFailing = false;
    this.#deps.works();
  }

  /** Refuses what the failed transaction took, or, where it could not even begin, what it would have taken. */
  #refuseBatch(taken: number): readonly AppliedCommand[] {
    const queue = this.#queue;
    const count = Math.max(taken, Math.min(queue.length, limits.journal.batchCommands));
    this.#queue = queue.slice(count);
    const position = this.#position;
    return queue
      .slice(0, count)
      .map(({ done }) => ({ position, done, outcome: refused('storage'), events: none }));
  }

  /** Applies one command. Throws only when the transaction itself is gone. */
  #apply(entry: Entry, context: CommandContext, provedAt: number | undefined): AppliedCommand {
    const { command, done } = entry;
    const { position, events } = context;
    const key = this.#keyOf(entry);
    if (key !== undefined) {
      const outcome = this.#idempotency.find(key, provedAt);
      if (outcome) return { position, done, outcome, events: none };
    }
    const { effect, grows } = operations[command.do];
    const writes = key !== undefined || effect === 'writes';
    if (writes) this.#transaction.savepoint();
    else if (effect === 'reads') this.#transaction.begin();
    try {
      const outcome = this.#hub.apply(command, context);
      if (!writes) return { position, done, outcome, events };
      if (!outcome.ok) {
        // A refusal changes nothing and causes no event, whatever the handler had begun.
        this.#undo(context);
        return { position, done, outcome, events: none };
      }
      if (key !== undefined) {
        this.#idempotency.add(key, context.at, outcome);
        context.isDurable = true;
      }
      const isStoring = context.isDurable && (grows || key !== undefined);
      if (isStoring && this.#deps.isDiskLow()) {
        this.#undo(context);
        this.#fails(new Error('too little of the disk is free'));
        return { position, done, outcome: refused('storage'), events: none };
      }
      this.#isStoring ||= isStoring;
      this.#transaction.release();
      return { position, done, outcome, events };
    } catch (error) {
      if (this.#transaction.isLost) throw error;
      if (writes) this.#undo(context);
      this.#deps.report(`applying ${command.do}`, error);
      return { position, done, outcome: refused('internal'), events: none };
    }
  }

  /** The key of a command, once the hub has proved whose it is: nobody reads or takes an outcome of somebody else. */
  #keyOf({ command, idempotencyKey: key }: Entry): AccountKey | undefined {
    if (key === undefined) return undefined;
    const account = this.#hub.actingAccount(command);
    return account === undefined ? undefined : { account, key };
  }

  /** Back to where the command began. */
  #undo(context: CommandContext): void {
    this.#transaction.undo();
    this.#hub.rolledBack();
    context.isDurable = false;
  }
}

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
import { BatchBudget } from './batch_budget';
import { costOf } from './cost';
import { type AppliedCommand, Dispatch } from './dispatch';
import { HubTime, type LoggedTime } from './hub_time';
import { type AccountKey, IdempotencyStore } from './idempotency';
import type { Consumer, Journal, JournalDeps } from './journal';
import { type Lane, Lanes } from './lanes';
import { isOfDisk, Transaction } from './transaction';

/** A command that was submitted and is not applied yet. */
interface Entry {
  readonly command: Command;
  readonly done: (outcome: never) => void;
  readonly idempotencyKey: string | undefined;
}

const none: readonly HubEvent[] = [];

export class LocalJournal implements Journal {
  readonly #hub: AppliedHub;
  readonly #deps: JournalDeps;
  readonly #idempotency: IdempotencyStore;
  readonly #dispatch: Dispatch;
  readonly #transaction: Transaction;
  readonly #saveLog;
  readonly #queue = new Lanes<Entry>();
  readonly #budget = new BatchBudget();
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
    // What was told and not written before a crash had a place, too, and nothing else ever gets that.
    this.#position = (log?.position ?? 0) + limits.journal.startGap;
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
    lane?: Lane,
  ): void {
    if (this.#accept(command, done, idempotencyKey, lane) && !this.#isScheduled) this.#schedule();
  }

  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void {
    if (!this.#accept(command, done)) return;
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
    idempotencyKey?: string,
    lane?: Lane,
  ): boolean {
    // Where the others fill the queue, there is still room for one command of each connection.
    const hasRoom =
      this.#queue.size < limits.journal.queuedCommands || (lane !== undefined && !lane.first);
    if (this.#isClosed || !(hasRoom || operations[command.do].isOwed)) {
      done(refused('overloaded') as Outcome<K>);
      return false;
    }
    const entry = { command: command as unknown as Command, done, idempotencyKey };
    this.#queue.add(entry, lane as Lane<Entry> | undefined);
    return true;
  }

  flush(): void {
    while (this.#queue.size > 0 && !this.#isFlushing) this.#runBatch();
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
    const queued = this.#queue.size;
    if (this.#isFlushing || queued === 0) return;
    // Where several commands wait, another comes soon, and one more turn costs much less than a commit of its own.
    // A command that is alone does not wait for others, nor does a full window.
    const mayGrow = queued > 1 && queued < limits.net.outstandingRequests;
    this.#hasWaited = mayGrow && !this.#hasWaited;
    if (this.#hasWaited) return this.#schedule();
    this.#runBatch();
    if (this.#queue.size > 0 && !this.#isScheduled) this.#schedule();
  }

  #runBatch(): void {
    this.#isFlushing = true;
    const applied = this.#applyBatch();
    const { clock } = this.#deps;
    const start = clock.monotonicNow();
    this.#dispatch.run(applied);
    this.#dispatch.position = this.#position;
    this.#budget.answered(clock.monotonicNow() - start);
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
    const taken: Entry[] = [];
    const applied: AppliedCommand[] = [];
    let isDurable = false;
    let cost = 0;
    let nextLook: number = limits.journal.clockCommands;
    this.#isStoring = false;
    try {
      while (cost < this.#budget.cost) {
        const entry = queue.take();
        if (!entry) break;
        const context = new CommandContext(at, this.#position + taken.push(entry));
        const result = this.#apply(entry, context, provedAt);
        applied.push(result);
        isDurable ||= context.isDurable;
        const itsCost = costOf(entry.command.do, result.outcome);
        queue.charge(itsCost);
        cost += itsCost;
        // A look at the clock costs as much as a small command.
        if (cost < nextLook) continue;
        nextLook = cost + limits.journal.clockCommands;
        if (clock.monotonicNow() - start >= limits.journal.batchMs) break;
      }
      const position = this.#position + taken.length;
      if (isDurable) this.#saveLog.run(position, at, provedAt ?? this.#provedAt);
      this.#transaction.commit();
      this.#position = position;
      this.#provedAt = provedAt ?? this.#provedAt;
      if (this.#isStoring && this.#isFailing) this.#works();
      return applied;
    } catch (error) {
      this.#fails(error);
      this.#transaction.rollback();
      this.#hub.rolledBack();
      return this.#refuseBatch(taken);
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

  /** Refuses what the failed transaction took, and what it would have taken: the disk fails for that, too. */
  #refuseBatch(taken: Entry[]): readonly AppliedCommand[] {
    const position = this.#position;
    while (taken.length < limits.journal.batchCommands) {
      const entry = this.#queue.take();
      if (!entry) break;
      taken.push(entry);
    }
    const outcome = refused('storage');
    return taken.map(({ done }) => ({ position, done, outcome, events: none }));
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
    const effect = this.#hub.effectOf(command);
    const grows = operations[command.do].grows || command.do === 'say';
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
      if (isOfDisk(error)) {
        this.#fails(error);
        return { position, done, outcome: refused('storage'), events: none };
      }
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

// The journal of one machine: the commands of a turn or two of the event loop become one SQLite transaction.

import {
  type Command,
  type OperationName,
  operations,
  type Outcome,
} from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { refused } from '../../protocol/model';
import type { AppliedHub } from '../hub/hub';
import type { Store } from '../hub/store';
import { Applier } from './applier';
import { BatchBudget } from './batch_budget';
import { Dispatch } from './dispatch';
import type { AppliedCommand, Entry } from './entry';
import type { Consumer, Journal, JournalDeps } from './journal';
import { type Lane, Lanes } from './lanes';
import { Unsynced } from './unsynced';

export class LocalJournal implements Journal {
  readonly #deps: JournalDeps;
  readonly #applier: Applier;
  readonly #dispatch: Dispatch;
  readonly #queue = new Lanes<Entry>();
  readonly #budget = new BatchBudget();
  readonly #unsynced: Unsynced;
  #isScheduled = false;
  /** Something that waits was not deferred. */
  #isHurried = false;
  /** The turns for which the queue has been left, so that other commands may join what is in it. */
  #turnsWaited = 0;
  #isFlushing = false;
  #isPaused = false;
  #isClosed = false;

  constructor(db: Store, hub: AppliedHub, consume: Consumer, deps: JournalDeps) {
    this.#deps = deps;
    this.#applier = new Applier(db, hub, deps);
    this.#dispatch = new Dispatch(this.#applier.position, consume, (what, error) =>
      deps.report(what, error),
    );
    const { durability, clock } = deps;
    this.#unsynced = new Unsynced({
      durability,
      monotonicNow: () => clock.monotonicNow(),
      after: (ms, then) => deps.after(ms, then),
      answer: (commands) => this.#answerSynced(commands),
    });
    durability.guard({ pause: () => this.#pause(), resume: () => this.#resume() });
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
    return this.#applier.provedNow();
  }

  /** Commands that wait to be applied. */
  get queued(): number {
    return this.#queue.size;
  }

  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
    lane?: Lane,
  ): void {
    if (!this.#accept(command, done, idempotencyKey, lane)) return;
    this.#isHurried = true;
    if (!this.#isScheduled) this.#schedule();
  }

  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void {
    if (this.#accept(command, done) && !this.#isScheduled) this.#schedule();
  }

  #accept<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
    lane?: Lane,
  ): boolean {
    // Where the others fill the queue, there is still room for one command of each connection.
    const uncommitted = this.#queue.size + this.#unsynced.size;
    const hasRoom =
      uncommitted < limits.journal.queuedCommands || (lane !== undefined && !lane.first);
    if (this.#isClosed || !(hasRoom || operations[command.do].isOwed)) {
      done(refused('overloaded') as Outcome<K>);
      return false;
    }
    const own = lane as Lane<Entry> | undefined;
    this.#queue.add(
      { command: command as unknown as Command, done, idempotencyKey, lane: own },
      own,
    );
    return true;
  }

  release(lane: Lane): void {
    this.#queue.release(lane as Lane<Entry>);
    if (this.#queue.size > 0 && !this.#isScheduled) this.#schedule();
  }

  flush(): void {
    if (this.#isFlushing) return;
    this.#resume();
    while (this.#queue.size > 0 || this.#unsynced.size > 0) {
      if (this.#queue.size > 0) this.#runBatch();
      else this.#unsynced.flush();
    }
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
    if (this.#turnsWaited < this.#turnsToWait(queued)) {
      this.#turnsWaited++;
      return this.#schedule();
    }
    this.#turnsWaited = 0;
    const count = this.#runBatch();
    // What is left while batches are stopped waits for the end of that.
    const isStuck = this.#isPaused && count === 0;
    if (this.#queue.size > 0 && !this.#isScheduled && !isStuck) this.#schedule();
  }

  #pause(): void {
    this.#isPaused = true;
  }

  #resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#queue.unpark();
    if (this.#queue.size > 0 && !this.#isScheduled) this.#schedule();
  }

  /**
   * A turn costs much less than a commit. Where several commands wait, another comes soon; a command that is alone does
   * not wait for others, nor does a full window. What was deferred waits longer: while there is load, each turn
   * brings commands that it can join, and without load these turns are over at once.
   */
  #turnsToWait(queued: number): number {
    if (!this.#isHurried) return limits.journal.settlementTurns;
    return queued > 1 && queued < limits.net.outstandingRequests ? 1 : 0;
  }

  /** How many commands it has applied. */
  #runBatch(): number {
    this.#isFlushing = true;
    const { durability } = this.#deps;
    const { commands, commitMs } = this.#applier.apply(
      this.#queue,
      this.#budget.cost,
      this.#isPaused,
    );
    if (this.#queue.size === 0) this.#isHurried = false;
    this.#deps.measure(commands, commitMs);
    const free = this.#unsynced.take(commands, commitMs !== undefined && durability.isPipelined);
    this.#answer(free);
    this.#isFlushing = false;
    this.#deps.batchDone();
    if (commitMs !== undefined) durability.committed(commitMs);
    return commands.length;
  }

  /** What waited for the disk, once it has it. */
  #answerSynced(commands: readonly AppliedCommand[]): void {
    this.#isFlushing = true;
    this.#answer(commands);
    this.#isFlushing = false;
    this.#deps.batchDone();
    if (this.#queue.size > 0 && !this.#isScheduled) this.#schedule();
  }

  #answer(commands: readonly AppliedCommand[]): void {
    const { clock } = this.#deps;
    const start = clock.monotonicNow();
    this.#dispatch.run(commands);
    // Of what waits for the disk nobody has been told.
    if (this.#unsynced.size === 0) this.#dispatch.position = this.#applier.position;
    this.#budget.answered(clock.monotonicNow() - start);
  }
}

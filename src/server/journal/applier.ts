// Applies batches: one transaction, a savepoint for each command that writes, and what a failure leaves of them.

import { operations } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import { refused } from '../../protocol/model';
import { CommandContext } from '../hub/context';
import type { HubEvent } from '../hub/events';
import type { AppliedHub } from '../hub/hub';
import type { Store } from '../hub/store';
import { costOf } from './cost';
import { type AppliedCommand, type Entry, isApart } from './entry';
import { HubTime, type LoggedTime } from './hub_time';
import { type AccountKey, IdempotencyStore } from './idempotency';
import type { JournalDeps } from './journal';
import type { Lanes } from './lanes';
import { isOfDisk, Transaction } from './transaction';

/** The commands of one transaction, and what became of each. */
export interface Batch {
  readonly commands: readonly AppliedCommand[];
  /** Something was written that lasts: how long COMMIT took, in ms. */
  readonly commitMs: number | undefined;
}

const none: readonly HubEvent[] = [];

export class Applier {
  readonly #hub: AppliedHub;
  readonly #deps: JournalDeps;
  readonly #idempotency: IdempotencyStore;
  readonly #transaction: Transaction;
  readonly #saveLog;
  readonly #time: HubTime;
  /** The place in the log of the last command that was applied. */
  position: number;
  /** Hub time of the last batch that lasts and whose time was proved, in ms. */
  #provedAt: number;
  /** Something could not be stored, and nothing was since then. */
  #isFailing = false;
  /** The batch that is being applied stores something. */
  #isStoring = false;

  constructor(db: Store, hub: AppliedHub, deps: JournalDeps) {
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
    this.position = (log?.position ?? 0) + limits.journal.startGap;
    this.#provedAt = log?.provedAt ?? 0;
    this.#time = new HubTime(log ?? { at: 0, provedAt: 0 }, deps);
  }

  /** Hub time in ms, if time has proved the clock: only then may anything expire. */
  provedNow(): number | undefined {
    return this.#time.provedNow();
  }

  /**
   * Applies commands of the queue that cost at most `mostCost`, and commits. Where that fails, nothing has changed and
   * every command of the batch is refused. `onlyApart`: takes none that reads or writes what lasts.
   */
  apply(queue: Lanes<Entry>, mostCost: number, onlyApart: boolean): Batch {
    const { clock } = this.#deps;
    const start = clock.monotonicNow();
    const provedAt = this.#time.provedNow();
    const at = provedAt ?? this.#time.now();
    const taken: Entry[] = [];
    const applied: AppliedCommand[] = [];
    let isDurable = false;
    let cost = 0;
    let nextLook: number = limits.journal.clockCommands;
    this.#isStoring = false;
    try {
      while (cost < mostCost) {
        const entry = onlyApart ? queue.takeIf(isApart) : queue.take();
        if (!entry) break;
        const context = new CommandContext(at, this.position + taken.push(entry));
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
      const position = this.position + taken.length;
      if (isDurable) this.#saveLog.run(position, at, provedAt ?? this.#provedAt);
      const commitStart = isDurable ? clock.monotonicNow() : 0;
      this.#transaction.commit();
      const commitMs = isDurable ? clock.monotonicNow() - commitStart : undefined;
      this.position = position;
      this.#provedAt = provedAt ?? this.#provedAt;
      if (this.#isStoring && this.#isFailing) this.#works();
      return { commands: applied, commitMs };
    } catch (error) {
      this.#fails(error);
      this.#transaction.rollback();
      this.#hub.rolledBack();
      return { commands: this.#refuseBatch(taken, queue), commitMs: undefined };
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
  #refuseBatch(taken: Entry[], queue: Lanes<Entry>): readonly AppliedCommand[] {
    const position = this.position;
    while (taken.length < limits.journal.batchCommands) {
      const entry = queue.take();
      if (!entry) break;
      taken.push(entry);
    }
    const outcome = refused('storage');
    return taken.map((entry) => ({ entry, position, outcome, events: none }));
  }

  /** Applies one command. Throws only when the transaction itself is gone. */
  #apply(entry: Entry, context: CommandContext, provedAt: number | undefined): AppliedCommand {
    const { command } = entry;
    const { position, events } = context;
    const key = this.#keyOf(entry);
    if (key !== undefined) {
      const outcome = this.#idempotency.find(key, provedAt);
      if (outcome) return { entry, position, outcome, events: none };
    }
    const effect = this.#hub.effectOf(command);
    const grows = operations[command.do].grows || command.do === 'say';
    const writes = key !== undefined || effect === 'writes';
    if (writes) this.#transaction.savepoint();
    else if (effect === 'reads') this.#transaction.begin();
    try {
      const outcome = this.#hub.apply(command, context);
      if (!writes) return { entry, position, outcome, events };
      if (!outcome.ok) {
        // A refusal changes nothing and causes no event, whatever the handler had begun.
        this.#undo(context);
        return { entry, position, outcome, events: none };
      }
      if (key !== undefined) {
        this.#idempotency.add(key, context.at, outcome);
        context.isDurable = true;
      }
      const isStoring = context.isDurable && (grows || key !== undefined);
      if (isStoring && this.#deps.isDiskLow()) {
        this.#undo(context);
        this.#fails(new Error('too little of the disk is free'));
        return { entry, position, outcome: refused('storage'), events: none };
      }
      this.#isStoring ||= isStoring;
      this.#transaction.release();
      return { entry, position, outcome, events };
    } catch (error) {
      if (this.#transaction.isLost) throw error;
      if (writes) this.#undo(context);
      if (isOfDisk(error)) {
        this.#fails(error);
        return { entry, position, outcome: refused('storage'), events: none };
      }
      this.#deps.report(`applying ${command.do}`, error);
      return { entry, position, outcome: refused('internal'), events: none };
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

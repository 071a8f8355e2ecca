// The journal of one machine: the commands of a turn or two of the event loop become one SQLite transaction.
// long because one group is one thing: collected, applied, committed, answered, or refused whole.

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
import { IdempotencyStore } from './idempotency';
import type { Consumer, Journal } from './journal';

interface Entry {
  readonly command: Command;
  readonly done: (outcome: never) => void;
  readonly idempotencyKey: string | undefined;
}

/** The world outside, so that tests and simulations can hold it in their hands. */
export interface JournalDeps {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `flush` once the current turn's input has been read (setImmediate). */
  soon(flush: () => void): void;
  /** Runs `flush` after `ms`. */
  later(flush: () => void, ms: number): void;
  /** A bug or a failing disk, for the operator. */
  report(what: string, error: unknown): void;
}

const none: readonly HubEvent[] = [];

export class LocalJournal implements Journal {
  readonly #db: Store;
  readonly #hub: AppliedHub;
  readonly #deps: JournalDeps;
  readonly #outcomes: IdempotencyStore;
  readonly #dispatch: Dispatch;
  readonly #statements;
  #queue: Entry[] = [];
  #scheduled = false;
  #scheduledLater = false;
  /** The queue has been left for one more turn, so that others may join what is in it. */
  #lookedAgain = false;
  #flushing = false;
  #closed = false;
  /** Whether the group at hand has begun a transaction: one that only reads needs none. */
  #begun = false;
  #position: number;
  #lastTime: number;
  /** Called after each group was answered and its events were told: the place to let written bytes go. */
  onBatchDone: () => void = () => {};

  constructor(db: Store, hub: AppliedHub, consume: Consumer, deps: JournalDeps) {
    this.#db = db;
    this.#hub = hub;
    this.#deps = deps;
    this.#outcomes = new IdempotencyStore(db);
    this.#statements = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      savepoint: db.prepare('SAVEPOINT command'),
      release: db.prepare('RELEASE command'),
      undo: db.prepare('ROLLBACK TO command'),
      log: db.prepare<never, [number, number]>('UPDATE log SET position = ?, at = ?'),
    };
    const log = db
      .query<{ position: number; at: number }, []>('SELECT position, at FROM log')
      .get();
    this.#position = log?.position ?? 0;
    this.#dispatch = new Dispatch(this.#position, consume, (what, error) =>
      deps.report(what, error),
    );
    this.#lastTime = log?.at ?? 0;
  }

  /**
   * The place in the log of the command whose outcome is being told, or was told last. What later ones have done is
   * committed as well, perhaps, but nobody knows of it yet.
   */
  get answeredPosition(): number {
    return this.#dispatch.told;
  }

  submit<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey?: string,
  ): void {
    if (this.#accept(command, done, idempotencyKey) && !this.#scheduled) this.#soon();
  }

  submitDeferred<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
  ): void {
    if (!this.#accept(command, done, undefined)) return;
    if (this.#scheduled || this.#scheduledLater) return;
    this.#scheduledLater = true;
    this.#deps.later(() => {
      this.#scheduledLater = false;
      if (!this.#scheduled) this.#turn();
    }, limits.journal.settlementMs);
  }

  #accept<K extends OperationName>(
    command: Command<K>,
    done: (outcome: Outcome<K>) => void,
    idempotencyKey: string | undefined,
  ): boolean {
    const isFull =
      this.#queue.length >= limits.journal.queuedCommands && !operations[command.do].isOwed;
    if (this.#closed || isFull) {
      done(refused('overloaded') as Outcome<K>);
      return false;
    }
    this.#queue.push({
      command: command as unknown as Command,
      done,
      idempotencyKey,
    });
    return true;
  }

  flush(): void {
    while (this.#queue.length > 0 && !this.#flushing) this.#group();
  }

  close(): void {
    this.flush();
    this.#closed = true;
  }

  #soon(): void {
    this.#scheduled = true;
    this.#deps.soon(() => this.#turn());
  }

  /** One group, then back to the event loop, so that input is read between groups. */
  #turn(): void {
    this.#scheduled = false;
    const waiting = this.#queue.length;
    if (this.#flushing || waiting === 0) return;
    // Where several ask there is soon another, and one more turn costs much less than a commit of its own. Who asks
    // alone does not wait for it, nor does a window that is full.
    const mayGrow = waiting > 1 && waiting < limits.net.outstandingRequests;
    this.#lookedAgain = mayGrow && !this.#lookedAgain;
    if (this.#lookedAgain) return this.#soon();
    this.#group();
    if (this.#queue.length > 0 && !this.#scheduled) this.#soon();
  }

  #group(): void {
    this.#flushing = true;
    const applied: AppliedCommand[] = [];
    const taken = this.#applyGroup(applied);
    const answered = taken.committed
      ? applied
      : taken.entries.map(({ done }) => ({
          position: this.#position,
          done,
          outcome: refused('storage'),
          events: none,
        }));
    this.#dispatch.tell(answered);
    this.#dispatch.told = this.#position;
    this.#flushing = false;
    this.onBatchDone();
  }

  /** Applies and commits. On failure nothing has changed and nothing was said. */
  #applyGroup(applied: AppliedCommand[]): {
    readonly entries: readonly Entry[];
    committed: boolean;
  } {
    const sql = this.#statements;
    const start = this.#deps.now();
    const at = Math.max(start, this.#lastTime);
    const queue = this.#queue;
    let lasting = false;
    let count = 0;
    try {
      this.#begun = false;
      while (count < queue.length && count < limits.journal.batchCommands) {
        const entry = queue[count];
        if (!entry) break;
        count++;
        lasting = this.#applyOne(entry, at, this.#position + count, applied) || lasting;
        // The clock is looked at now and then only: a look costs as much as a small command.
        if (count % 32 === 0 && this.#deps.now() - start >= limits.journal.batchMs) break;
      }
      const position = this.#position + count;
      if (lasting) sql.log.run(position, at);
      if (this.#begun) sql.commit.run();
      this.#position = position;
      this.#lastTime = at;
      this.#queue = queue.slice(count);
      return { entries: queue.slice(0, count), committed: true };
    } catch (error) {
      this.#deps.report('committing a group', error);
      if (this.#db.inTransaction) sql.rollback.run();
      this.#hub.rolledBack();
      // A transaction that cannot even begin refuses what it would have taken.
      const refusedCount = Math.max(count, Math.min(queue.length, limits.journal.batchCommands));
      this.#queue = queue.slice(refusedCount);
      return { entries: queue.slice(0, refusedCount), committed: false };
    }
  }

  /** Whether it wrote what must last. Throws only when the transaction itself is gone. */
  #applyOne(entry: Entry, at: number, position: number, applied: AppliedCommand[]): boolean {
    const { command, done, idempotencyKey } = entry;
    const known =
      idempotencyKey === undefined ? undefined : this.#outcomes.find(idempotencyKey, at);
    if (known) {
      applied.push({ position, done, outcome: known, events: none });
      return false;
    }
    const turn = new CommandContext(at, position);
    const { effect } = operations[command.do];
    const writes = idempotencyKey !== undefined || effect === 'writes';
    if (writes) this.#savepoint();
    // Outside a transaction every query takes and gives back the locks of the file.
    else if (effect === 'reads') this.#begin();
    try {
      const outcome = this.#hub.apply(command, turn);
      if (!writes) {
        applied.push({ position, done, outcome, events: turn.events });
        return false;
      }
      if (!outcome.ok) {
        // Whatever a handler had begun: a refusal changes nothing and tells nobody.
        this.#undo();
        applied.push({ position, done, outcome, events: none });
        return false;
      }
      if (idempotencyKey !== undefined) {
        this.#outcomes.keep(idempotencyKey, at, outcome);
        turn.isDurable = true;
      }
      this.#statements.release.run();
      applied.push({ position, done, outcome, events: turn.events });
      return turn.isDurable;
    } catch (error) {
      // SQLite gives up the whole transaction on a full disk and the like.
      if (this.#begun && !this.#db.inTransaction) throw error;
      if (writes) this.#undo();
      this.#deps.report(`applying ${command.do}`, error);
      applied.push({ position, done, outcome: refused('internal'), events: none });
      return false;
    }
  }

  #begin(): void {
    if (this.#begun) return;
    this.#statements.begin.run();
    this.#begun = true;
  }

  #savepoint(): void {
    this.#begin();
    this.#statements.savepoint.run();
  }

  /** Back to where the command began. */
  #undo(): void {
    this.#statements.undo.run();
    this.#statements.release.run();
    this.#hub.rolledBack();
  }
}

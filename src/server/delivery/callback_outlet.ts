// An outlet that is called: one connection for each event, one after the other, to the address a user left.

import type { Inbox } from '../../protocol/bytes/inbox';
import type { LossReason, Taken } from '../../protocol/connection';
import type {
  Callback,
  CallMemory,
  ConnectionEvents,
  ServerConnection,
  Settle,
} from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address, Direct, Notice, Receipt } from '../../protocol/model';
import type { Outlet } from './outlet';

/** What an outlet is handed to make calls. */
export interface CallbackDeps {
  dial(address: Address, open: (connection: ServerConnection) => ConnectionEvents): void;
  /** Calls `then` after `ms`; the result cancels that. */
  after(ms: number, then: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  /** No peer answers at the address any more. */
  unreachable(): void;
  print(line: string): void;
}

/** One event to be told. */
interface Task {
  readonly event: Direct | Receipt;
  /** Called once: all calls for it were made, or one could not be. */
  readonly settle: Settle;
}

/** The calls that tell an event, and whether they were written for a peer that wants files announced. */
interface Written {
  readonly calls: readonly Uint8Array[];
  readonly wantsFiles: boolean;
}

type CallResult = 'delivered' | 'failed' | 'unreachable';

export class CallbackOutlet implements Outlet {
  readonly dialect: string;
  readonly #address: Address;
  readonly #callback: Callback;
  #wantsFiles: boolean;
  readonly #deps: CallbackDeps;
  readonly #memory: CallMemory;
  /** Until this time, in ms since 1970, a refusal may only mean that the listener is not open yet. */
  readonly #graceUntil: number;
  readonly #receipts: Task[] = [];
  #message: Task | undefined;
  /** The calls of a message that the peer has not taken yet, for the case that they must be tried again. */
  #rest: { readonly serial: number; readonly written: Written } | undefined;
  #isCalling = false;
  #isReceiptsTurn = false;
  #isOver = false;

  /** `isFresh`: the address was given just now, so its listener may still be opening. */
  constructor(
    of: {
      dialect: string;
      address: Address;
      callback: Callback;
      wantsFiles: boolean;
      isOurs: boolean;
      isFresh: boolean;
    },
    deps: CallbackDeps,
  ) {
    this.dialect = of.dialect;
    this.#address = of.address;
    this.#callback = of.callback;
    this.#wantsFiles = of.wantsFiles;
    this.#memory = { endsCalls: false, isKnown: of.isOurs };
    this.#deps = deps;
    this.#graceUntil = of.isFresh ? deps.now() + limits.delivery.dialGraceMs : 0;
  }

  /** The peer wants files announced from now on: a call under way that it does not take is made anew. */
  wantFiles(isOurs: boolean): void {
    this.#wantsFiles = true;
    if (isOurs) this.#memory.isKnown = true;
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#isOver) return settle('failed');
    this.#message = { event: message, settle };
    this.#next();
  }

  tell(notice: Notice): void {
    if (this.#isOver || notice.is !== 'receipt') return;
    // Confirmations are never stored (source 000, 8.6); a user far behind loses the newest.
    if (this.#receipts.length >= limits.delivery.receiptsPerAddress) return;
    this.#receipts.push({ event: notice, settle: () => {} });
    this.#next();
  }

  /** No more calls; the one under way still ends. */
  end(): void {
    this.#isOver = true;
    this.#receipts.length = 0;
  }

  #next(): void {
    if (this.#isCalling || this.#isOver) return;
    // By turns, so that neither a flood of messages nor one of confirmations delays the other.
    this.#isReceiptsTurn = !this.#isReceiptsTurn;
    const receipt = this.#isReceiptsTurn || !this.#message ? this.#receipts.shift() : undefined;
    const task = receipt ?? this.#message;
    if (!task) return;
    if (task === this.#message) this.#message = undefined;
    this.#isCalling = true;
    const { event } = task;
    const wasTried = event.is === 'direct' && this.#rest?.serial === event.serial;
    const rest = wasTried ? this.#rest?.written : undefined;
    this.#tellEach(task, this.#current(event, rest) ?? this.#write(event));
  }

  #write(event: Task['event']): Written {
    const wantsFiles = this.#wantsFiles;
    return { calls: this.#callback.calls(event, wantsFiles, this.#memory.endsCalls), wantsFiles };
  }

  /** What was written, unless it was for a peer that did not want files announced and now does. */
  #current(event: Task['event'], written: Written | undefined): Written | undefined {
    const hasFile =
      event.file !== undefined || ('fileAtSender' in event && event.fileAtSender !== undefined);
    const isOutdated = hasFile && written?.wantsFiles !== this.#wantsFiles;
    return isOutdated ? undefined : written;
  }

  #tellEach(task: Task, written: Written): void {
    const { event } = task;
    const [content, ...calls] = written.calls;
    if (event.is === 'direct') this.#rest = { serial: event.serial, written };
    if (!content) return this.#done(task, 'delivered');
    this.#call(content, 0, (result) => {
      if (result === 'delivered') return this.#tellEach(task, { ...written, calls });
      if (result === 'unreachable' || this.#current(event, written)) this.#done(task, result);
      else this.#tellEach(task, this.#write(event));
    });
  }

  #done(task: Task, result: CallResult): void {
    this.#isCalling = false;
    if (task.event.is === 'direct') {
      const settled = result === 'delivered' ? 'delivered' : 'failed';
      this.#deps.print(this.#callback.printed(task.event, settled));
      task.settle(settled);
    }
    if (result === 'unreachable' && !this.#isOver) {
      this.end();
      this.#message?.settle('failed');
      this.#message = undefined;
      this.#deps.unreachable();
      return;
    }
    if (this.#isOver) {
      this.#message?.settle('failed');
      this.#message = undefined;
    }
    this.#next();
  }

  #call(content: Uint8Array, tries: number, done: (result: CallResult) => void): void {
    this.#deps.dial(
      this.#address,
      (connection) =>
        new CallAttempt(
          connection,
          { callback: this.#callback, content, memory: this.#memory },
          (result) => {
            const pause =
              result === 'unreachable' ? limits.delivery.dialRetriesMs[tries] : undefined;
            if (pause === undefined || this.#deps.now() >= this.#graceUntil) done(result);
            else this.#deps.after(pause, () => this.#call(content, tries + 1, done));
          },
        ),
    );
  }
}

/** One connection for one call. Until it is made, the dialect is told nothing of it. */
class CallAttempt implements ConnectionEvents {
  readonly #call: ConnectionEvents;
  #done: ((result: CallResult) => void) | undefined;
  #isMade = false;

  constructor(
    connection: ServerConnection,
    of: { readonly callback: Callback; readonly content: Uint8Array; readonly memory: CallMemory },
    done: (result: CallResult) => void,
  ) {
    this.#done = done;
    this.#call = of.callback.call(connection, of.content, of.memory, (result) =>
      this.#finish(result),
    );
  }

  #finish(result: CallResult): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(result);
  }

  opened(): void {
    this.#isMade = true;
    this.#call.opened?.();
  }

  takeNext(inbox: Inbox): Taken {
    return this.#call.takeNext(inbox);
  }

  ended(): void {
    this.#call.ended();
  }

  woke(): void {
    this.#call.woke?.();
  }

  lost(why: LossReason): void {
    // A call that we gave up ourselves says nothing about the address, and one that was reset was made.
    if (!this.#isMade && why === 'refused') return this.#finish('unreachable');
    this.#call.lost(why);
    this.#finish('failed');
  }
}

// An outlet that is called: one connection per thing told, one after the other, to the address a user left.

import type { Inbox } from '../../protocol/bytes/inbox';
import { takeEach, type Taken } from '../../protocol/connection';
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

/** What an outlet needs to make calls. */
export interface CallDeps {
  dial(address: Address, open: (connection: ServerConnection) => ConnectionEvents): void;
  after(ms: number, then: () => void): () => void;
  /** Milliseconds since 1970. */
  now(): number;
  /** Nobody answers at the address any more. */
  unreachable(): void;
  print(line: string): void;
}

interface Task {
  readonly telling: Direct | Receipt;
  /** Called once: everything was said, or it could not be. */
  readonly settle: Settle;
}

type Ended = 'delivered' | 'failed' | 'unreachable';

export class CalledOutlet implements Outlet {
  readonly dialect: string;
  readonly #address: Address;
  readonly #callback: Callback;
  readonly #wantsFiles: boolean;
  readonly #deps: CallDeps;
  readonly #memory: CallMemory = { endsCalls: false };
  /** Until when a refusal may only mean that the listener is not open yet. */
  readonly #graceUntil: number;
  readonly #receipts: Task[] = [];
  #message: Task | undefined;
  /** The parts of a long message that were already taken, should the rest have to be tried again. */
  #saidOf: { serial: number; parts: number } | undefined;
  #calling = false;
  #receiptsFirst = false;
  #ended = false;

  /** `fresh`: the address was given just now, so its listener may still be opening. */
  constructor(
    of: {
      dialect: string;
      address: Address;
      callback: Callback;
      wantsFiles: boolean;
      fresh: boolean;
    },
    deps: CallDeps,
  ) {
    this.dialect = of.dialect;
    this.#address = of.address;
    this.#callback = of.callback;
    this.#wantsFiles = of.wantsFiles;
    this.#deps = deps;
    this.#graceUntil = of.fresh ? deps.now() + limits.delivery.dialGraceMs : 0;
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#ended) return settle('failed');
    this.#message = { telling: message, settle };
    this.#next();
  }

  tell(notice: Notice): void {
    if (this.#ended || notice.is !== 'receipt') return;
    // Confirmations are never stored (source 1, section 8.6); a caller far behind loses the newest.
    if (this.#receipts.length >= limits.delivery.receiptsPerAddress) return;
    this.#receipts.push({ telling: notice, settle: () => {} });
    this.#next();
  }

  /** No more calls; the one under way still ends. */
  end(): void {
    this.#ended = true;
    this.#receipts.length = 0;
  }

  #next(): void {
    if (this.#calling || this.#ended) return;
    // In turns, so that neither a flood of messages nor one of confirmations holds up the other.
    this.#receiptsFirst = !this.#receiptsFirst;
    const receipt = this.#receiptsFirst || !this.#message ? this.#receipts.shift() : undefined;
    const task = receipt ?? this.#message;
    if (!task) return;
    if (task === this.#message) this.#message = undefined;
    this.#calling = true;
    const { telling } = task;
    const parts = this.#callback.calls(telling, this.#wantsFiles);
    const said = telling.is === 'direct' && this.#saidOf?.serial === telling.serial;
    this.#say(task, parts, said ? (this.#saidOf?.parts ?? 0) : 0);
  }

  #say(task: Task, parts: readonly Uint8Array[], index: number): void {
    const { telling } = task;
    if (telling.is === 'direct') this.#saidOf = { serial: telling.serial, parts: index };
    const part = parts[index];
    if (!part) return this.#done(task, 'delivered');
    this.#call(part, 0, (ended) => {
      if (ended === 'delivered') this.#say(task, parts, index + 1);
      else this.#done(task, ended);
    });
  }

  #done(task: Task, ended: Ended): void {
    this.#calling = false;
    if (task.telling.is === 'direct') {
      const result = ended === 'delivered' ? 'delivered' : 'failed';
      this.#deps.print(this.#callback.printed(task.telling, result));
      task.settle(result);
    }
    if (ended === 'unreachable' && !this.#ended) {
      this.end();
      this.#message?.settle('failed');
      this.#message = undefined;
      this.#deps.unreachable();
      return;
    }
    if (this.#ended) {
      this.#message?.settle('failed');
      this.#message = undefined;
    }
    this.#next();
  }

  #call(content: Uint8Array, tries: number, done: (ended: Ended) => void): void {
    this.#deps.dial(
      this.#address,
      (connection) =>
        new Attempt(
          connection,
          { callback: this.#callback, content, memory: this.#memory },
          (ended) => {
            const pause =
              ended === 'unreachable' ? limits.delivery.dialRetriesMs[tries] : undefined;
            if (pause === undefined || this.#deps.now() >= this.#graceUntil) done(ended);
            else this.#deps.after(pause, () => this.#call(content, tries + 1, done));
          },
        ),
    );
  }
}

/** One connection for one call: as long as it is not made, the dialect hears nothing of it. */
class Attempt implements ConnectionEvents {
  readonly #call: ConnectionEvents;
  #done: ((ended: Ended) => void) | undefined;
  #made = false;

  constructor(
    connection: ServerConnection,
    of: { readonly callback: Callback; readonly content: Uint8Array; readonly memory: CallMemory },
    done: (ended: Ended) => void,
  ) {
    this.#done = done;
    this.#call = of.callback.call(connection, of.content, of.memory, (result) =>
      this.#finish(result),
    );
  }

  #finish(ended: Ended): void {
    const done = this.#done;
    this.#done = undefined;
    done?.(ended);
  }

  opened(): void {
    this.#made = true;
    this.#call.opened?.();
  }

  takeNext(inbox: Inbox): Taken {
    return takeEach(this.#call, inbox, { isClosed: false });
  }

  ended(): void {
    this.#call.ended();
  }

  woke(): void {
    this.#call.woke?.();
  }

  lost(why: 'closed' | 'refused' | 'reset' | 'slow'): void {
    // Not refused, but given up by us: that says nothing about the address.
    if (!this.#made && why !== 'closed') return this.#finish('unreachable');
    this.#call.lost(why);
    this.#finish('failed');
  }
}

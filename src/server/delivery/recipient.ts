// One recipient's mail: one message at a time, in order, to every outlet he has, until it is settled.

import { limits } from '../../protocol/limits';
import type { Direct, Notice, RecipientId } from '../../protocol/model';
import type { Outlet } from './outlet';
import type { Sanitizer } from './sanitize';

/** What became of a message for good, whether more of the recipient's waits for that, and who is told. */
export interface Settled {
  readonly status: 'delivered' | 'failed';
  readonly urgent: boolean;
  readonly done: () => void;
}

/** What a recipient needs of the rest of delivery. */
export interface RecipientDeps {
  /** What waits in the store after a serial. */
  waiting(recipient: RecipientId, after: number, most: number): readonly Direct[];
  /** Makes a delivery final; `done` when it is committed. `urgent`: somebody waits for it. */
  settle(recipient: RecipientId, serial: number, how: Settled): void;
  /** Calls `then` after `ms`; what it returns cancels. */
  after(ms: number, then: () => void): () => void;
  /** Nothing is under way and no outlet is left. */
  idle(recipient: Recipient): void;
  readonly sanitizer: Sanitizer;
}

export class Recipient {
  readonly id: RecipientId;
  readonly outlets = new Set<Outlet>();
  readonly #post: RecipientDeps;
  /** The oldest of what waits; the rest is in the store only. */
  #window: Direct[] = [];
  /** Whether the store holds more than the window. */
  #more: boolean;
  /** The newest message that the window has held: what the store told is not told again by its event. */
  #newest = 0;
  #busy = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #over = false;

  /** `more`: something may wait in the store already. */
  constructor(id: RecipientId, post: RecipientDeps, more: boolean) {
    this.id = id;
    this.#post = post;
    this.#more = more;
  }

  /** Another outlet is there: what waits is tried at once. */
  attach(outlet: Outlet): void {
    this.outlets.add(outlet);
    this.#failures = 0;
    this.#retryNow();
  }

  /** One outlet less. What is under way on it still ends, and nothing else starts before. */
  detach(outlet: Outlet): void {
    this.outlets.delete(outlet);
    this.#rest();
  }

  #rest(): void {
    if (this.outlets.size > 0 || this.#busy) return;
    this.#cancelRetry?.();
    this.#post.idle(this);
  }

  /** The recipient is gone for good. */
  forget(): void {
    this.#over = true;
    this.#cancelRetry?.();
    this.#window = [];
    this.#more = false;
  }

  /** A message was committed for him. */
  add(message: Direct): void {
    if (message.serial > this.#newest) {
      if (this.#more || this.#window.length >= limits.delivery.window) this.#more = true;
      else this.#keep(message);
    }
    this.#retryNow();
  }

  tell(notice: Notice): void {
    for (const outlet of this.outlets) {
      outlet.tell(this.#post.sanitizer.pass(notice, outlet.dialect));
    }
  }

  #retryNow(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  #pump(): void {
    if (this.#busy || this.#over || this.outlets.size === 0) return;
    if (this.#window.length === 0 && this.#more) this.#refill();
    const message = this.#window[0];
    if (!message) return;
    this.#busy = true;
    this.#attempt(message);
  }

  #refill(): void {
    // Nothing is in progress here, so all that the store holds is still to be told.
    for (const message of this.#post.waiting(this.id, 0, limits.delivery.window))
      this.#keep(message);
    this.#more = this.#window.length === limits.delivery.window;
  }

  #keep(message: Direct): void {
    this.#window.push(message);
    this.#newest = Math.max(this.#newest, message.serial);
  }

  /**
   * All outlets get it; the first that has it delivers it, and it failed only when all have failed. Where one
   * of them would not have it, that is the end of it.
   */
  #attempt(message: Direct): void {
    // A copy: outlets may come and go while they are told.
    const outlets = [...this.outlets];
    let open = outlets.length;
    let settled = false;
    let isRefused = false;
    for (const outlet of outlets) {
      let once = false;
      outlet.deliver(this.#post.sanitizer.pass(message, outlet.dialect), (result) => {
        if (once || settled) return;
        once = true;
        open--;
        if (result === 'refused') isRefused = true;
        if (result !== 'delivered' && open > 0) return;
        settled = true;
        if (result === 'delivered') this.#settled(message, 'delivered');
        else if (isRefused) this.#settled(message, 'failed');
        else this.#failed();
      });
    }
  }

  #settled(message: Direct, status: 'delivered' | 'failed'): void {
    this.#failures = 0;
    if (this.#over) return;
    this.#window.shift();
    const urgent = this.#window.length > 0 || this.#more;
    // The next one waits for the commit: after a crash at most this one comes again.
    const done = (): void => {
      this.#busy = false;
      this.#pump();
      this.#rest();
    };
    this.#post.settle(this.id, message.serial, { status, urgent, done });
  }

  #failed(): void {
    this.#busy = false;
    this.#rest();
    if (this.#over || this.outlets.size === 0) return;
    const pause = limits.delivery.callRetriesMs[this.#failures++];
    // After the last pause it waits for the next message to him, or for another outlet.
    if (pause === undefined) return;
    this.#cancelRetry = this.#post.after(pause, () => this.#retryNow());
  }
}

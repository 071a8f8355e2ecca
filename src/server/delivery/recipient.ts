// One recipient's messages: one at a time, each sender's in order, to every outlet of the recipient, until it is settled.

import { limits } from '../../protocol/limits';
import type { Direct, Name, Notice, RecipientId } from '../../protocol/model';
import type { Pending } from '../hub/state/pending_reader';
import type { Outlet } from './outlet';
import type { Sanitizer } from './sanitize';

/** How a message ended. */
export interface Settled {
  readonly status: 'delivered' | 'failed';
  /** More messages of the recipient wait for this one's end. */
  readonly urgent: boolean;
  /** The recipient blocks its sender, and was told nothing. */
  readonly unseen: boolean;
  /** Called when the settlement is committed. */
  readonly done: () => void;
}

/** What a recipient is handed by delivery. */
export interface RecipientDeps {
  /** The messages in the store that come next, at most so many, from the senders after one. */
  pending(recipient: RecipientId, most: number, after?: string): Pending;
  /** Makes the end of a message final. */
  settle(recipient: RecipientId, serial: number, how: Settled): void;
  /** Whether the recipient blocks a person. */
  isBlocked(recipient: RecipientId, from: Name): boolean;
  /** Calls `then` after `ms`; the result cancels that. */
  after(ms: number, then: () => void): () => void;
  /** Nothing is under way and no outlet is left. */
  idle(recipient: Recipient): void;
  readonly sanitizer: Sanitizer;
}

/** The window of all for whom nothing waits. Nothing is added to it. */
const none: Direct[] = [];

export class Recipient {
  readonly id: RecipientId;
  /** Nearly always one. Another list takes its place when one comes or goes. */
  outlets: readonly Outlet[] = [];
  readonly #deps: RecipientDeps;
  /** The messages that come next; the rest is in the store only. */
  #window: Direct[] = none;
  /** Whether the store holds more than the window. */
  #hasMore: boolean;
  /** The serial of the newest message that the window has held: its own event does not add it again. */
  #newest = 0;
  /** The sender who was the last to have a turn, where more wait than the window holds. */
  #lastSender = '';
  #isBusy = false;
  #failures = 0;
  #cancelRetry: (() => void) | undefined;
  #isGone = false;

  /** `hasMore`: something may wait in the store already. */
  constructor(id: RecipientId, deps: RecipientDeps, hasMore: boolean) {
    this.id = id;
    this.#deps = deps;
    this.#hasMore = hasMore;
  }

  /** The recipient has another outlet: what waits is tried at once. */
  attach(outlet: Outlet): void {
    if (!this.outlets.includes(outlet)) this.outlets = [...this.outlets, outlet];
    this.#failures = 0;
    this.#retryNow();
  }

  /** The recipient has one outlet less. What is under way there still ends, and nothing else starts before. */
  detach(outlet: Outlet): void {
    this.outlets = this.outlets.filter((one) => one !== outlet);
    this.#endIfIdle();
  }

  #endIfIdle(): void {
    if (this.outlets.length > 0 || this.#isBusy) return;
    this.#cancelRetry?.();
    this.#deps.idle(this);
  }

  /** The recipient is gone for good. */
  forget(): void {
    this.#isGone = true;
    this.#cancelRetry?.();
    this.#window = none;
    this.#hasMore = false;
  }

  /** A message for the recipient was committed. */
  add(message: Direct): void {
    if (message.serial > this.#newest) {
      if (this.#hasMore || this.#window.length >= limits.delivery.window) this.#hasMore = true;
      else this.#push(message);
    }
    this.#retryNow();
  }

  /** `except`: an outlet that need not be told. */
  tell(notice: Notice, except?: Outlet): void {
    for (const outlet of this.outlets) {
      if (outlet !== except) outlet.tell(this.#deps.sanitizer.clean(notice, outlet.dialect));
    }
  }

  #retryNow(): void {
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    this.#pump();
  }

  #pump(): void {
    if (this.#isBusy || this.#isGone || this.outlets.length === 0) return;
    if (this.#window.length === 0 && this.#hasMore) this.#refill();
    const message = this.#window[0];
    if (!message) return;
    this.#isBusy = true;
    // Its sender is told what they would be told otherwise, at the same time.
    if (this.#deps.isBlocked(this.id, message.from)) this.#settled(message, 'delivered', true);
    else this.#attempt(message);
  }

  #refill(): void {
    // Nothing is under way here, so all that the store holds is still to be told.
    const pending = this.#deps.pending(this.id, limits.delivery.window, this.#lastSender);
    for (const message of pending.messages) this.#push(message);
    this.#hasMore = pending.hasMore;
    this.#lastSender = pending.last;
  }

  #push(message: Direct): void {
    if (this.#window.length === 0) this.#window = [message];
    else this.#window.push(message);
    this.#newest = Math.max(this.#newest, message.serial);
  }

  /**
   * Tells all outlets. The message is delivered when the first of them has it, and it failed when all have failed. If
   * any of those refused it, it is not tried again.
   */
  #attempt(message: Direct): void {
    const { outlets } = this;
    let open = outlets.length;
    let isSettled = false;
    let isRefused = false;
    for (const outlet of outlets) {
      let isTold = false;
      outlet.deliver(this.#deps.sanitizer.clean(message, outlet.dialect), (result) => {
        if (isTold || isSettled) return;
        isTold = true;
        open--;
        if (result === 'refused') isRefused = true;
        if (result !== 'delivered' && open > 0) return;
        isSettled = true;
        if (result === 'delivered') this.#settled(message, 'delivered');
        else if (isRefused) this.#settled(message, 'failed');
        else this.#failed();
      });
    }
  }

  #settled(message: Direct, status: 'delivered' | 'failed', unseen = false): void {
    this.#failures = 0;
    if (this.#isGone) return;
    this.#window.shift();
    const urgent = this.#window.length > 0 || this.#hasMore;
    // The next one waits for the commit: after a crash at most this one comes again.
    const done = (): void => {
      this.#isBusy = false;
      this.#pump();
      this.#endIfIdle();
    };
    this.#deps.settle(this.id, message.serial, { status, urgent, unseen, done });
  }

  #failed(): void {
    this.#isBusy = false;
    this.#endIfIdle();
    if (this.#isGone || this.outlets.length === 0) return;
    const pause = limits.delivery.callRetriesMs[this.#failures++];
    // After the last pause it waits for the recipient's next message, or for another outlet.
    if (pause === undefined) return;
    this.#cancelRetry = this.#deps.after(pause, () => this.#retryNow());
  }
}

// A queue in which a sender of much waits for itself: first come, first served, but a few places for each sender.

import { limits } from '../../limits';

/** First in, first out, without moving what stays. */
class Fifo<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  add(item: T): void {
    this.#items.push(item);
  }

  take(): T | undefined {
    const item = this.#items[this.#head];
    if (item === undefined) return undefined;
    this.#items[this.#head++] = undefined;
    if (this.#head === this.#items.length) {
      this.#items = [];
      this.#head = 0;
    } else if (2 * this.#head >= this.#items.length && this.#head >= 1024) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

interface Sender<T> {
  /** Places that it has in the common queue, or among those who go first. */
  places: number;
  /** All that waits of it. */
  count: number;
  /** What waits of it goes first. */
  isFirst: boolean;
  readonly rest: Fifo<T>;
}

/**
 * Senders are served in the order of arrival as long as each has at most `limits.relay.placesPerSender` items waiting.
 * The further items of a sender wait in a queue of its own: one takes a place at the end of the common queue
 * whenever one of the same sender has been served. While somebody has so many, a sender of whom nothing waits goes
 * first, in every second place. So nobody else waits behind them, and the items of each sender stay in order.
 */
export class FairQueue<T extends { readonly sender: string }> {
  readonly #common = new Fifo<T>();
  readonly #first = new Fifo<T>();
  readonly #senders = new Map<string, Sender<T>>();
  /** Senders who have items in a queue of their own. */
  #flooders = 0;
  #wasFirst = false;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** How many items of a sender wait. */
  countOf(sender: string): number {
    return this.#senders.get(sender)?.count ?? 0;
  }

  add(item: T): void {
    this.#size++;
    let sender = this.#senders.get(item.sender);
    if (!sender) {
      const isFirst = this.#flooders > 0;
      sender = { places: 0, count: 0, isFirst, rest: new Fifo() };
      this.#senders.set(item.sender, sender);
    }
    const most = sender.isFirst ? 1 : limits.relay.placesPerSender;
    if (sender.places >= most) {
      if (sender.count === sender.places) this.#flooders++;
      sender.rest.add(item);
    } else {
      sender.places++;
      if (sender.isFirst) this.#first.add(item);
      else this.#common.add(item);
    }
    sender.count++;
  }

  take(): T | undefined {
    const item = this.#next();
    if (item === undefined) return undefined;
    this.#size--;
    const sender = this.#senders.get(item.sender);
    if (!sender) return item;
    sender.count--;
    sender.isFirst = false;
    const next = sender.rest.take();
    if (next !== undefined) {
      this.#common.add(next);
      if (sender.count === sender.places) this.#flooders--;
    } else if (--sender.places === 0) this.#senders.delete(item.sender);
    return item;
  }

  #next(): T | undefined {
    const first = this.#wasFirst ? undefined : this.#first.take();
    const item = first ?? this.#common.take() ?? this.#first.take();
    this.#wasFirst = first !== undefined;
    return item;
  }
}

// A queue in which whoever sends much waits for himself: first come first served, but a few places for each.

/** Places that one sender may have in the common line; the rest of his waits in a line of his own. */
export const placesEach = 32;

/** First in, first out, without moving what stays. */
class Line<T> {
  #items: (T | undefined)[] = [];
  #head = 0;

  get length(): number {
    return this.#items.length - this.#head;
  }

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
    } else if (this.#head >= 1024 && 2 * this.#head >= this.#items.length) {
      this.#items = this.#items.slice(this.#head);
      this.#head = 0;
    }
    return item;
  }
}

interface Sender<T> {
  places: number;
  readonly rest: Line<T>;
}

/**
 * Everybody is served in the order of arrival as long as he has at most `placesEach` items waiting. Further
 * ones take a place at the end of the line whenever one of his has been served, so that nobody else waits
 * behind them. Each sender's own items stay in order.
 */
export class FairQueue<T extends { readonly origin: number }> {
  readonly #line = new Line<T>();
  readonly #senders = new Map<number, Sender<T>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(item: T): void {
    this.#size++;
    let sender = this.#senders.get(item.origin);
    if (!sender) this.#senders.set(item.origin, (sender = { places: 0, rest: new Line() }));
    if (sender.places === placesEach) {
      sender.rest.add(item);
    } else {
      sender.places++;
      this.#line.add(item);
    }
  }

  take(): T | undefined {
    const item = this.#line.take();
    if (item === undefined) return undefined;
    this.#size--;
    const sender = this.#senders.get(item.origin);
    if (!sender) return item;
    const next = sender.rest.take();
    if (next !== undefined) this.#line.add(next);
    else if (--sender.places === 0) this.#senders.delete(item.origin);
    return item;
  }
}

// The commands that wait, in a lane for each connection: lanes take turns by what their commands have cost.

import { limits } from '../../protocol/limits';

/** A command of a lane, and the one behind it. */
interface Link<T> {
  readonly item: T;
  next: Link<T> | undefined;
}

/** The commands of one connection, in order. It remembers what they have cost, also while it is empty. */
export class Lane<T = unknown> {
  first: Link<T> | undefined;
  last: Link<T> | undefined;
  /** The virtual time at which its first command is due. */
  due = 0;
  /** Among lanes that are due at the same time, the one that came first is first. */
  rank = 0;
  /** The next of those that were due at once. */
  behind: Lane<T> | undefined;
  /** Its commands that are committed and that wait for the disk. */
  unsynced = 0;
  /** Commands that wait in it. */
  count = 0;
  /** They wait until `release`: their peer does not read what was answered before. */
  isHeld = false;
  /** It was its turn while it was held: it waits for none now, and its commands do not count. */
  isParked = false;
}

const isBefore = (one: Lane, other: Lane): boolean =>
  one.due < other.due || (one.due === other.due && one.rank < other.rank);

/**
 * Start-time fair queueing: virtual time stands at the due time of the command that was taken last, and a lane is due
 * again later by what its command has cost. So a connection that asks for little never waits for one that asks for
 * much, however often that one asks, and nobody saves up a right to go first.
 */
export class Lanes<T> {
  /** The server's own commands: what others have caused already, so they come first and cost nothing. */
  readonly #own = new Lane<T>();
  /**
   * The lanes in which something waits and that were due when that came: nearly all are. Virtual time never goes back, so
   * the one that came first is due first.
   */
  #firstDue: Lane<T> | undefined;
  #lastDue: Lane<T> | undefined;
  /** The other lanes in which something waits, as a heap: the one that is due first is at the top. */
  readonly #heap: Lane<T>[] = [];
  #now = 0;
  /** The latest time at which any lane is due again. */
  #latest = 0;
  #rank = 0;
  #size = 0;
  /** Whose turn it is: a few commands in a row, so that what was asked for at once is done at once. */
  #current: Lane<T> | undefined;
  /** The lanes that were passed over. */
  #parked: Lane<T>[] = [];
  /** What the rest of its turn may cost. */
  #rest = 0;
  /** The current lane has not been charged for its last command. */
  #owes = false;

  get size(): number {
    return this.#size;
  }

  /** Without a lane it is a command of the server's own. */
  add(item: T, lane: Lane<T> = this.#own): void {
    // Where nobody had to wait, nobody has taken anything from another.
    if (this.#size === 0 && !this.#owes) this.#now = this.#latest;
    lane.count++;
    if (!lane.isParked) this.#size++;
    const link: Link<T> = { item, next: undefined };
    const { last } = lane;
    lane.last = link;
    if (last !== undefined) {
      last.next = link;
      return;
    }
    lane.first = link;
    if (lane === this.#own || lane === this.#current) return;
    if (lane.due > this.#now) return this.#push(lane);
    lane.due = this.#now;
    lane.rank = ++this.#rank;
    if (this.#lastDue) this.#lastDue.behind = lane;
    else this.#firstDue = lane;
    this.#lastDue = lane;
  }

  /** A lane is not held any more. */
  release(lane: Lane<T>): void {
    lane.isHeld = false;
    if (!lane.isParked) return;
    lane.isParked = false;
    if (this.#size === 0 && !this.#owes) this.#now = this.#latest;
    this.#size += lane.count;
    lane.due = Math.max(lane.due, this.#now);
    this.#push(lane);
  }

  /** Takes the next command. What it costs is said before the next one is taken; else it counts as a small one. */
  take(): T | undefined {
    this.charge(1);
    return this.#takeFrom(this.#own.first === undefined ? this.#next() : this.#own);
  }

  /**
   * Takes the next command of a lane whose first one fits. Lanes with another there, and the server's own, are passed
   * over until `unpark`.
   */
  takeIf(fits: (item: T) => boolean): T | undefined {
    this.charge(1);
    for (let lane = this.#next(); lane; lane = this.#next()) {
      if (lane.first && fits(lane.first.item)) return this.#takeFrom(lane);
      this.#current = undefined;
      this.#parked.push(lane);
    }
    return undefined;
  }

  /** Lanes that were passed over have their turns again. */
  unpark(): void {
    const parked = this.#parked;
    this.#parked = [];
    for (const lane of parked) this.#push(lane);
  }

  #takeFrom(lane: Lane<T> | undefined): T | undefined {
    const link = lane?.first;
    if (lane === undefined || link === undefined) return undefined;
    this.#size--;
    lane.count--;
    lane.first = link.next;
    if (link.next === undefined) lane.last = undefined;
    this.#owes = lane !== this.#own;
    return link.item;
  }

  /** The lane whose turn it is, or comes now. */
  #next(): Lane<T> | undefined {
    if (this.#current && !this.#current.isHeld) return this.#current;
    let lane = this.#current ?? this.#first();
    while (lane?.isHeld === true) {
      this.#park(lane);
      lane = this.#first();
    }
    if (!lane) return undefined;
    // Never back: a lane that was passed over may have been due before.
    this.#now = Math.max(this.#now, lane.due);
    this.#current = lane;
    this.#rest = limits.journal.commandsInARow;
    return lane;
  }

  #first(): Lane<T> | undefined {
    const due = this.#firstDue;
    const top = this.#heap[0];
    const isDueFirst = due !== undefined && (top === undefined || isBefore(due, top));
    return isDueFirst ? this.#shift(due) : this.#pop();
  }

  #park(lane: Lane<T>): void {
    if (lane === this.#current) this.#current = undefined;
    lane.isParked = true;
    this.#size -= lane.count;
  }

  /** What the command that was taken last has cost: its lane waits as long as its share of that takes. */
  charge(cost: number): void {
    const lane = this.#current;
    if (!lane || !this.#owes) return;
    this.#owes = false;
    lane.due += cost;
    this.#rest -= cost;
    if (lane.due > this.#latest) this.#latest = lane.due;
    if (this.#rest > 0 && lane.first !== undefined) return;
    this.#current = undefined;
    if (lane.first !== undefined) this.#push(lane);
  }

  #push(lane: Lane<T>): void {
    const heap = this.#heap;
    lane.rank = ++this.#rank;
    let at = heap.length;
    heap.push(lane);
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (!parent || !isBefore(lane, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = lane;
  }

  #shift(lane: Lane<T>): Lane<T> {
    this.#firstDue = lane.behind;
    if (!lane.behind) this.#lastDue = undefined;
    lane.behind = undefined;
    return lane;
  }

  #pop(): Lane<T> | undefined {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let at = 0;
    for (;;) {
      const left = 2 * at + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (!one) break;
      const [child, lane] = other && isBefore(other, one) ? [left + 1, other] : [left, one];
      if (!isBefore(lane, last)) break;
      heap[at] = lane;
      at = child;
    }
    heap[at] = last;
    return top;
  }
}

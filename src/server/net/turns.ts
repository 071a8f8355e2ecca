// Connections take turns: one that has more to take than a turn allows goes on after all others that wait.

import type { Turn } from '../../protocol/connection';
import { limits } from '../../protocol/limits';

/** A connection that waits for its turn. */
export interface TurnTaker {
  takeTurn(): void;
}

/** What a turn and a round need of the world. */
export interface TurnsDeps {
  /** Milliseconds that never go back. */
  monotonicNow(): number;
  /** Runs a step once the current turn of the event loop is over. */
  soon(step: () => void): void;
}

/**
 * A turn is bounded whatever its requests ask for, also where nobody has to be asked for their answers. So is a round:
 * what comes in it after that waits for the next one, and the event loop goes round in between. Those who have had no
 * turn since they last were quiet come first, for at most half a round: a word now and then does not wait behind a
 * hundred who always have more to say.
 */
export class Turns implements Turn {
  readonly #deps: TurnsDeps;
  /** Who had a turn and has more, and who has had none yet. */
  #waiting: TurnTaker[] = [];
  #quiet: TurnTaker[] = [];
  #isScheduled = false;
  /** Messages taken in this round. */
  #inRound = 0;
  /** Messages taken in this turn. */
  #inTurn = 0;
  /** Bytes that the inbox had when the turn began. */
  #bytes = 0;
  /** Bytes that it has now. */
  #left = 0;
  /** Rounds so far. */
  #rounds = 0;
  /** When the turn had lasted for the messages between two looks at the clock. */
  #since = 0;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Begins a turn with an inbox of so many bytes; false: the round is over, so the connection must wait. */
  begin(bytes: number): boolean {
    if (this.#inRound >= limits.net.roundRequests) return false;
    this.#inTurn = 0;
    this.#bytes = bytes;
    this.#left = bytes;
    return true;
  }

  /** A message was taken, and so many bytes are left. */
  goesOn(left: number): boolean {
    const count = ++this.#inTurn;
    this.#left = left;
    if (++this.#inRound >= limits.net.clockRequests) this.#schedule();
    if (count >= limits.net.turnRequests || this.#bytes - left >= limits.net.turnBytes)
      return false;
    if (count % limits.net.clockRequests !== 0) return true;
    const now = this.#deps.monotonicNow();
    if (count === limits.net.clockRequests) this.#since = now;
    return now - this.#since < limits.net.turnMs;
  }

  /** Tells rounds apart. */
  get round(): number {
    return this.#rounds;
  }

  /** Whether the turn that ended was more than a few words. */
  get wasLong(): boolean {
    return this.#inTurn >= limits.net.quietRequests || this.bytesInTurn >= limits.net.quietBytes;
  }

  /** Messages taken in the turn that ended. */
  get inTurn(): number {
    return this.#inTurn;
  }

  /** Their bytes. */
  get bytesInTurn(): number {
    return this.#bytes - this.#left;
  }

  /** Gives a connection a turn behind all others that wait as it does. */
  add(connection: TurnTaker, had: 'a turn' | 'none'): void {
    (had === 'none' ? this.#quiet : this.#waiting).push(connection);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#deps.soon(() => this.#round());
  }

  #round(): void {
    this.#isScheduled = false;
    this.#inRound = 0;
    this.#rounds++;
    const start = this.#deps.monotonicNow();
    const [quiet, waiting] = [this.#quiet, this.#waiting];
    [this.#quiet, this.#waiting] = [[], []];
    // Those whose turn did not come are before those who have had theirs.
    this.#quiet = [...this.#give(quiet, start, 0.5), ...this.#quiet];
    this.#waiting = [...this.#give(waiting, start, 1), ...this.#waiting];
    if (this.#quiet.length + this.#waiting.length > 0) this.#schedule();
  }

  /** Gives turns, one at least, until so much of the round is over. The result: whose turn did not come. */
  #give(connections: readonly TurnTaker[], start: number, share: number): readonly TurnTaker[] {
    for (const [index, connection] of connections.entries()) {
      connection.takeTurn();
      const isOver =
        this.#inRound >= limits.net.roundRequests * share ||
        this.#deps.monotonicNow() - start >= limits.net.roundMs * share;
      if (isOver) return connections.slice(index + 1);
    }
    return [];
  }
}

// What a peer sends, on its way to its session: taken message by message, in turns, and held back where the server is behind.

import { networkOf } from '../../net/address';
import type { Clock, Wakeable } from '../../net/clock';
import type { HeldBytes, Holder } from '../../net/held_bytes';
import type { Socket } from '../../net/socket';
import { Inbox } from '../../protocol/bytes/inbox';
import { type ConnectionEvents, takeEach, type Taken } from '../../protocol/connection';
import { limits } from '../../protocol/limits';
import type { Turns, TurnTaker } from './turns';

/** The connection that the input belongs to. */
export interface InputOwner {
  /** Our side has ended: what still comes is thrown away. */
  readonly isClosed: boolean;
  /** Commands submitted that have no outcome yet. */
  readonly outstanding: number;
  readonly peerHost: string;
  /** The session threw. */
  fail(error: unknown): void;
  abort(): void;
  /** It has taken so many messages, of so many bytes. The result: how long the peer then rests, in ms. */
  pace(messages: number, bytes: number): number;
}

/** What the input of all connections shares. */
export interface SharedByInputs {
  readonly turns: Turns;
  readonly received: HeldBytes;
  readonly clock: Pick<Clock, 'wake'>;
}

export class InputFlow implements TurnTaker, Holder, Wakeable {
  readonly #owner: InputOwner;
  readonly #socket: Socket;
  readonly #turns: Turns;
  readonly #received: HeldBytes;
  readonly #clock: SharedByInputs['clock'];
  /** What `#received` knows of. */
  #counted = 0;
  readonly #inbox = new Inbox();
  #events: ConnectionEvents | undefined;
  /** The session gets nothing to take for a while. */
  #isHeld = false;
  /** Nothing is read from the socket for a while. */
  #isPaused = false;
  /** The session takes nothing more before a command of its own has its outcome. */
  #isWaiting = false;
  /** There is more to take, and it is others' turn. */
  #awaitsTurn = false;
  /** The round of the last turn in which much was taken. */
  #longTurnIn = -Infinity;
  #isFileSinkFull = false;
  /** The session has asked for that, until it is let go. */
  #isAsked = false;
  /** The peer asks, and does not read the answers. */
  #isPeerBehind = false;
  /** `resting`: the peer has asked too often. `frozen`: it is not read any more, and soon dropped. */
  #pause: 'none' | 'resting' | 'frozen' = 'none';
  /** Bytes that came after our end, since it last rested. */
  #thrownBytes = 0;
  /** Bytes on their way to stdout. */
  #outputBytes = 0;
  #hasPeerEnded = false;
  #isEndTold = false;

  constructor(owner: InputOwner, socket: Socket, shared: SharedByInputs) {
    this.#owner = owner;
    this.#socket = socket;
    this.#turns = shared.turns;
    this.#received = shared.received;
    this.#clock = shared.clock;
  }

  /** Names who takes the input. What came before, and the peer's end, is told now. */
  start(events: ConnectionEvents): void {
    this.#events = events;
    this.#feed();
    this.#tellEnd();
  }

  push(bytes: Uint8Array): void {
    if (this.#pause === 'frozen') return;
    this.#inbox.push(bytes);
    this.#feed();
    this.#count();
  }

  /** What still comes after our end is read, because the peer's end comes behind it, but not as fast as it comes. */
  throwAway(bytes: number): void {
    this.#thrownBytes += bytes;
    if (this.#pause !== 'none' || this.#thrownBytes < limits.net.thrownBytes) return;
    this.#thrownBytes = 0;
    this.#pause = 'resting';
    this.#socket.pause();
    this.#clock.wake(this, limits.quota.restMs);
  }

  /** The connection is gone: nobody takes anything more. */
  lost(): void {
    this.#events = undefined;
    this.#inbox.clear();
    this.#count();
    if (this.#pause !== 'none') this.#clock.wake(this, undefined);
  }

  get network(): string {
    return networkOf(this.#owner.peerHost);
  }

  get isIdle(): boolean {
    return !this.#isHeld && !this.#awaitsTurn;
  }

  /** It holds memory that others need. Who is dropped at once comes again at once. */
  drop(): void {
    this.#pause = 'frozen';
    this.#inbox.clear();
    this.#count();
    this.#socket.pause();
    this.#clock.wake(this, limits.net.frozenMs);
  }

  /** The peer asks too often: it is not read for a while, and its system makes it wait. */
  rest(ms: number): void {
    if (this.#pause !== 'none') return;
    this.#pause = 'resting';
    this.#clock.wake(this, ms);
    this.#update();
  }

  woke(): void {
    if (this.#pause === 'frozen') return this.#owner.abort();
    const restMs = this.#owner.pace(0, 0);
    if (restMs > 0) return this.#clock.wake(this, restMs);
    this.#pause = 'none';
    if (this.#owner.isClosed) this.#socket.resume();
    this.#update();
    this.#tellEnd();
  }

  #count(): void {
    const { memory } = this.#inbox;
    if (memory === this.#counted) return;
    this.#counted = memory;
    this.#received.set(this, memory);
  }

  /** The peer has ended its side. The session is told once it has taken all that came before. */
  end(): void {
    this.#hasPeerEnded = true;
    this.#tellEnd();
  }

  /** A command was submitted. */
  submitted(): void {
    if (this.#owner.outstanding >= limits.net.outstandingRequests) this.#update();
  }

  /** A command has its outcome. */
  answered(): void {
    if (this.#isWaiting) {
      this.#isWaiting = false;
      this.#feed();
      this.#tellEnd();
    }
    if (this.#isHeld || this.#isPaused) this.#update();
  }

  /** The session gets nothing more before something of its own is over. */
  hold(): void {
    this.#isAsked = true;
    this.#update();
  }

  /** That is over, or it never began. */
  letGo(): void {
    if (!this.#isAsked) return;
    this.#isAsked = false;
    this.#update();
    this.#tellEnd();
  }

  /** A file that is received fills up, or takes more again. */
  setFileSinkFull(isFull: boolean): void {
    this.#isFileSinkFull = isFull;
    this.#update();
  }

  /** Bytes were handed to stdout. */
  outputBegan(bytes: number): void {
    this.#outputBytes += bytes;
  }

  /** Stdout has taken bytes. */
  outputDone(bytes: number): void {
    this.#outputBytes -= bytes;
    this.#update();
  }

  /** The others have had their turn. */
  takeTurn(): void {
    this.#awaitsTurn = false;
    this.#inbox.held = this.#isHeld;
    if (this.#owner.isClosed) this.#inbox.takeAll();
    this.#feed();
    this.#tellEnd();
  }

  /** The peer has taken all that was written. */
  drained(): void {
    if (this.#isPeerBehind) this.#update();
  }

  #feed(): void {
    const inbox = this.#inbox;
    if (inbox.size === 0 || !this.#events || this.#awaitsTurn) return;
    const turns = this.#turns;
    if (!turns.begin(inbox.length)) {
      const isQuiet = turns.round - this.#longTurnIn > limits.net.quietRounds;
      return this.#awaitTurn(isQuiet ? 'none' : 'a turn');
    }
    let taken: Taken = 'more';
    try {
      taken = takeEach(this.#events, inbox, this.#owner, turns);
    } catch (error) {
      this.#owner.fail(error);
    }
    this.#isWaiting = taken === 'later';
    const restMs = this.#owner.pace(turns.inTurn, turns.bytesInTurn);
    if (restMs > 0) this.rest(restMs);
    if (turns.wasLong) this.#longTurnIn = turns.round;
    inbox.compact();
    this.#count();
    if (taken === 'taken' && inbox.length > 0) return this.#awaitTurn('a turn');
    this.#update();
    this.#tellEnd();
  }

  #awaitTurn(had: 'a turn' | 'none'): void {
    this.#awaitsTurn = true;
    this.#turns.add(this, had);
    this.#update();
  }

  #tellEnd(): void {
    const events = this.#events;
    if (!this.#hasPeerEnded || this.#isEndTold || !events || this.#awaitsTurn) return;
    const { isClosed } = this.#owner;
    if (this.#isHeld && this.#inbox.size > 0 && !isClosed) return;
    try {
      // A session that waits for an outcome is told of the end after it.
      this.#isWaiting = !isClosed && events.takeNext(this.#inbox) === 'later';
      if (this.#isWaiting) return;
      this.#isEndTold = true;
      events.ended();
    } catch (error) {
      this.#owner.fail(error);
    }
  }

  /** Holds the session back, and pauses the socket, or lets them go on. */
  #update(): void {
    if (this.#owner.isClosed || this.#pause === 'frozen') return;
    const wasHeld = this.#isHeld;
    this.#isHeld = this.#isServerBehind;
    const isHeld = this.#isHeld || this.#awaitsTurn;
    this.#inbox.held = isHeld;
    const wasPaused = this.#isPaused;
    // Held with nothing to take, as between a full window and its answers, needs no system call.
    this.#isPaused = this.#inbox.size > (isHeld ? 0 : limits.net.inboxBytes);
    if (this.#isPaused && !wasPaused) this.#socket.pause();
    if (!this.#isPaused && wasPaused) this.#socket.resume();
    const goesOn = (wasHeld && !this.#isHeld) || (wasPaused && !this.#isPaused);
    if (goesOn) this.#feed();
  }

  get #isServerBehind(): boolean {
    this.#isPeerBehind = this.#socket.queued > limits.net.unreadBytes;
    if (
      this.#isPeerBehind ||
      this.#pause !== 'none' ||
      this.#isFileSinkFull ||
      this.#isAsked ||
      this.#outputBytes > limits.server.consoleBytes
    )
      return true;
    const { outstanding } = this.#owner;
    // Once full, it goes on when all have their outcome: what follows is then one batch of the journal and not two.
    return this.#isHeld ? outstanding > 0 : outstanding >= limits.net.outstandingRequests;
  }
}

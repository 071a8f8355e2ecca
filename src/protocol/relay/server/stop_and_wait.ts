// Stop and wait towards one display: one text at a time, and what happens when the display does not answer.

import { limits } from '../../limits';
import type { Name } from '../../model';
import { encodeFrame } from '../wire/codec';
import { type Body, privately } from '../wire/messages';
import { FairQueue } from './fair_queue';

/** What became of a text. `shown`: answered with OK, or not answered in time. `refused`: answered with ERRO. */
export type TextResult = 'shown' | 'refused';

/** A frame for a display; shared by all displays that get it. */
export interface OutgoingFrame {
  readonly origin: number;
  /** Who caused it: a number's name, a user at another door, or nobody. */
  readonly sender: Name | '';
  /** Undefined: the server's own next number. */
  readonly sequence: number | undefined;
  readonly timestamp: number;
  readonly body: Body;
  /** It is for this display alone. */
  readonly isPrivate?: true;
  /** Called once, when a text was answered or counts as shown. */
  readonly settled?: (result: TextResult) => void;
}

/** What it needs of the session. */
export interface StopAndWaitDeps {
  readonly id: number;
  /** Pads every MSG to its greatest length. */
  readonly padded: boolean;
  /** Says of a text that it is for this display alone. */
  readonly marks: boolean;
  write(bytes: Uint8Array): void;
  /** Asks for `timedOut` after `ms`; a new request replaces the old one. */
  wake(ms: number): void;
  warn(line: string): void;
}

/**
 * While a display answers, it has one MSG at a time. When it has not answered one in time (real displays never
 * answer), the text counts as shown, and the display is written to without waiting until it answers one.
 */
export class StopAndWait {
  readonly #deps: StopAndWaitDeps;
  readonly #queue = new FairQueue<OutgoingFrame>();
  #inFlight: (Pick<OutgoingFrame, 'settled'> & { readonly sequence: number }) | undefined;
  /** The sequence numbers that a silent display has not answered; undefined while it answers. */
  #unanswered: number[] | undefined;
  #isWarned = false;
  /** The server's own count of what it sends to this display. */
  #sequence = 0;

  constructor(deps: StopAndWaitDeps) {
    this.#deps = deps;
  }

  /**
   * Takes all frames of a text, or none: a sender may fill the queue as far as there is more room left than they have
   * filled. Many who flood share it, and none of them takes it all from the others.
   */
  offer(frames: readonly OutgoingFrame[]): void {
    const queue = this.#queue;
    const room = limits.relay.waiting - queue.size;
    const sender = frames[0]?.sender ?? '';
    if (queue.countOf(sender) + frames.length <= room) this.add(frames);
  }

  /** Takes frames that come one text at a time, or once. */
  add(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) this.#queue.add(frame);
    this.#pump();
  }

  /** OK or ERRO came. Late and second answers, and answers to other frames, change nothing. */
  answered(sequence: number, result: TextResult): void {
    if (this.#inFlight?.sequence === sequence) {
      this.#settle(result);
      this.#pump();
    } else if (this.#unanswered?.includes(sequence) === true) {
      this.#unanswered = undefined;
    }
  }

  /** The time for an answer is over. Also called when one has come meanwhile. */
  timedOut(): void {
    if (!this.#inFlight) return;
    if (!this.#isWarned) {
      const seconds = limits.relay.answerMs / 1000;
      this.#deps.warn(
        `relay: display ${this.#deps.id} did not answer within ${seconds} s; it is written to without waiting`,
      );
      this.#isWarned = true;
    }
    this.#unanswered = [this.#inFlight.sequence];
    this.#settle('shown');
    this.#pump();
  }

  /** Writes all that waits: there is no time left to wait for answers. */
  flush(): void {
    this.#unanswered ??= [];
    if (this.#inFlight) this.#settle('shown');
    this.#pump();
  }

  #settle(result: TextResult): void {
    const settled = this.#inFlight?.settled;
    this.#inFlight = undefined;
    settled?.(result);
  }

  #pump(): void {
    while (!this.#inFlight) {
      const next = this.#queue.take();
      if (!next) return;
      this.#write(next);
    }
  }

  #write({ origin, timestamp, body, settled, isPrivate, ...given }: OutgoingFrame): void {
    const sequence = given.sequence ?? this.#nextSequence();
    const { id, marks } = this.#deps;
    const destination = marks && isPrivate === true ? privately : id;
    const header = { origin, destination, sequence, timestamp };
    this.#deps.write(encodeFrame({ ...header, ...body }, this.#deps.padded));
    // Only a text is waited for: real displays answer no other frame.
    if (body.kind !== 'MSG') return;
    if (!this.#unanswered) {
      this.#inFlight = { sequence, ...(settled && { settled }) };
      this.#deps.wake(limits.relay.answerMs);
    } else {
      this.#unanswered.push(sequence);
      if (this.#unanswered.length > limits.relay.unanswered) this.#unanswered.shift();
      settled?.('shown');
    }
  }

  #nextSequence(): number {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) >>> 0;
    return sequence;
  }
}

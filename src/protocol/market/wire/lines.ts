// Lines out of bytes: ended by LF, or, where the peer has never sent one, by a pause.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** One line without its end, or the news that one was longer than a line may be: it is thrown away whole. */
export type Line = { readonly is: 'line'; readonly text: string } | { readonly is: 'too-long' };

const tooLong: Line = { is: 'too-long' };

/** A line without the CR of its end. */
function withoutReturn(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === carriageReturn) end--;
  return bytes.subarray(0, end);
}

/**
 * Takes lines from one side of a connection. Programs of the course send each message with one `send` and no line
 * end; a pause after it is all that tells where it ends. Once a peer has sent one LF, only LF ends its lines.
 */
export class LineReader {
  readonly #bytesMax: number;
  /** What the lines are taken from, since the first `take`. */
  #inbox: Inbox | undefined;
  #hasSeenEnd = false;
  /** Inside a line that is too long: what comes is thrown away until it ends. */
  #isSkipping = false;

  /** `bytesMax`: the most that a line may have, its end not counted. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The next line that a LF ends, or the news that one is too long; undefined if neither is there. */
  take(inbox: Inbox): Line | undefined {
    this.#inbox = inbox;
    for (;;) {
      const end = inbox.indexOf(lineFeed);
      if (end < 0) return this.#isSkipping ? this.#skip(inbox) : this.#checkLength(inbox);
      this.#hasSeenEnd = true;
      const bytes = withoutReturn(inbox.takeAll(end + 1).subarray(0, end));
      if (!this.#isSkipping) return this.#lineOf(bytes);
      this.#isSkipping = false;
    }
  }

  /** What stands without an end, as a line; called after the pause, or when no more will come. */
  takeStanding(): Line | undefined {
    const inbox = this.#inbox;
    // A held inbox looks empty; what stands in it is taken when it is free again.
    if (!inbox || inbox.size > inbox.length) return undefined;
    const wasSkipping = this.#isSkipping;
    this.#isSkipping = false;
    const bytes = inbox.takeAll();
    return wasSkipping || bytes.length === 0 ? undefined : this.#lineOf(withoutReturn(bytes));
  }

  /** Whether a pause would make a line of what stands in the inbox. */
  get isWaiting(): boolean {
    return !this.#hasSeenEnd && (this.#isSkipping || (this.#inbox?.length ?? 0) > 0);
  }

  #lineOf(bytes: Uint8Array): Line {
    return bytes.length > this.#bytesMax ? tooLong : { is: 'line', text: decodeLossy(bytes) };
  }

  #checkLength(inbox: Inbox): Line | undefined {
    // One more for the CR of a line end whose LF is still to come.
    if (inbox.length <= this.#bytesMax + 1) return undefined;
    this.#isSkipping = true;
    inbox.takeAll();
    return tooLong;
  }

  #skip(inbox: Inbox): undefined {
    inbox.takeAll();
  }
}

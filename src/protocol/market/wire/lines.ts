// Lines out of bytes: ended by LF, or, where the peer has never sent one, by standing a while.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';

/** How long what has no line end stands until it counts as a line, in ms. */
export const standingMs = 150;

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** One line without its end, or one that was longer than a line may be and is thrown away whole. */
export type Line = { readonly is: 'line'; readonly text: string } | { readonly is: 'too-long' };

const tooLong: Line = { is: 'too-long' };

/** A line without the CR of its end. */
function withoutReturn(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === carriageReturn) end--;
  return bytes.subarray(0, end);
}

/**
 * Takes lines from one side of a connection. Peers of the course send each message with one `send` and no line
 * end; a pause after it is all that tells where it ends. A peer that has sent one LF is taken at its word
 * from then on: only LF ends its lines.
 */
export class LineReader {
  readonly #bytesMax: number;
  #hasSeenEnd = false;
  /** Inside a line that is too long: what comes is thrown away until it ends. */
  #isSkipping = false;

  /** `bytesMax`: the most that a line may have, its end not counted. */
  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** The next line that a LF ends, or the news that one is too long; undefined if neither is there. */
  take(inbox: Inbox): Line | undefined {
    for (;;) {
      const end = inbox.indexOf(lineFeed);
      if (end < 0) return this.#isSkipping ? this.#skip(inbox) : this.#checkLength(inbox);
      this.#hasSeenEnd = true;
      const bytes = withoutReturn(inbox.takeAll(end + 1).subarray(0, end));
      if (!this.#isSkipping) return this.#lineOf(bytes);
      this.#isSkipping = false;
    }
  }

  /** What stands without an end, as the line it is; called when it has stood, or when no more will come. */
  takeStanding(inbox: Inbox): Line | undefined {
    const wasSkipping = this.#isSkipping;
    this.#isSkipping = false;
    if (inbox.length === 0 || wasSkipping) {
      inbox.takeAll();
      return undefined;
    }
    return this.#lineOf(withoutReturn(inbox.takeAll()));
  }

  /** Whether what stands in the inbox becomes a line by standing `standingMs`. */
  isWaiting(inbox: Inbox): boolean {
    return !this.#hasSeenEnd && (this.#isSkipping || inbox.length > 0);
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

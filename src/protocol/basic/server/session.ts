// One client of the basic door: all that it sends goes to stdout; then it is the next client's turn.

import type { Inbox } from '../../bytes/inbox';
import type { Taken } from '../../connection';
import type { Host, Session } from '../../dialect';

const lineFeed = 0x0a;

export class BasicSession implements Session {
  readonly #host: Host;
  /** The last byte printed; undefined before the first. */
  #last: number | undefined;
  #isOver = false;

  constructor(host: Host) {
    this.#host = host;
  }

  takeNext(inbox: Inbox): Taken {
    const bytes = inbox.takeAll();
    if (bytes.length === 0) return 'more';
    this.#last = bytes.at(-1);
    this.#host.output(bytes);
    return 'taken';
  }

  ended(): void {
    this.#finish();
    this.#host.end();
  }

  lost(): void {
    this.#finish();
  }

  closing(): void {
    this.#finish();
    this.#host.end();
  }

  /** What the next client sends begins on a line of its own. */
  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#last !== undefined && this.#last !== lineFeed) {
      this.#host.output(Uint8Array.of(lineFeed));
    }
  }
}

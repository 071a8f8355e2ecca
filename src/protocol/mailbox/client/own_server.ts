// Whether a server is one of ours, and what it then takes ahead of an operation. Any other gets not a byte.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy } from '../../bytes/text';
import type { ClientConnection, ClientHost, ConnectionEvents, Taken } from '../../dialect';
import { limits } from '../../limits';
import { takeField } from '../wire/fields';
import { ownWords, type Prefix } from '../wire/messages';

/** What a server has said of itself. */
export interface ServerWords {
  readonly isOurs: boolean;
  takes(prefix: Prefix): boolean;
}

/** Undefined: it cannot be reached. */
type Done = (words: ServerWords | undefined) => void;

export function probe(host: ClientHost, done: Done): void {
  host.dial((connection) => new Probe(connection, done));
}

/** A server of ours says so to a peer that ends its side and has said nothing. */
class Probe implements ConnectionEvents {
  readonly #connection: ClientConnection;
  readonly #done: Done;
  readonly #words: string[] = [];
  #isOpen = false;
  #isOver = false;

  constructor(connection: ClientConnection, done: Done) {
    this.#connection = connection;
    this.#done = done;
  }

  opened(): void {
    this.#isOpen = true;
    this.#connection.wake(limits.client.probeMs);
    this.#connection.end();
  }

  takeNext(inbox: Inbox): Taken {
    const word = takeField(inbox, limits.mailbox.operationBytes);
    if (word === undefined) return 'more';
    this.#words.push(word === 'too-long' ? '' : decodeLossy(word));
    // Any other server may say whatever it wants.
    if (this.#words[0] === ownWords[0]) return 'taken';
    inbox.takeAll();
    this.#finish();
    return 'taken';
  }

  ended(): void {
    this.#finish();
  }

  lost(): void {
    this.#finish();
  }

  woke(): void {
    this.#finish();
  }

  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#connection.abort();
    const [first, ...rest] = this.#words;
    const isOurs = first === ownWords[0];
    const takes = (prefix: Prefix): boolean => isOurs && rest.includes(prefix);
    this.#done(this.#isOpen ? { isOurs, takes } : undefined);
  }
}

// What a client sent and what became of it: stored, delivered, or failed with the reason.

import { BoundedMap } from '../../bounded';
import type { ClientHost, Ending } from '../../dialect';
import { limits } from '../../limits';
import { failureIn } from '../wire/codec';
import type { Message } from '../wire/messages';
import { result } from './render';
import { endingOfFailure } from './statuses';

interface Stored {
  readonly to: string;
  /** `stored` needs no word any more. */
  cancel: () => void;
  /** The user was told that it waits, and is owed what became of it. */
  isTold: boolean;
}

export class SentMessages {
  readonly #host: ClientHost;
  readonly #interactive: boolean;
  /** Messages that are stored and not yet delivered, by `Id`. */
  readonly #stored = new BoundedMap<string, Stored>(limits.net.unansweredPerPeer);
  #last = 0;

  constructor(host: ClientHost, interactive: boolean) {
    this.#host = host;
    this.#interactive = interactive;
  }

  nextId(): string {
    return `s${++this.#last}`;
  }

  /** The first answer to a message: stored, or failed. */
  answered(id: string, to: string, answer: Message): Ending {
    if (answer.status !== 'stored') return this.#failed(id, to, answer);
    const stored: Stored = {
      to,
      cancel: () => {},
      isTold: !this.#interactive,
    };
    const tell = (): void => {
      stored.isTold = true;
      this.#host.show(result(`stored for ${to}`, { type: 'stored', id, to }));
    };
    // A script is told at once; a person, only where it takes long.
    if (!this.#interactive) tell();
    // For a message to a group, stored is the last word.
    if (answer.group !== undefined) return 'done';
    if (this.#interactive) stored.cancel = this.#host.after(limits.groups.storedMs, tell);
    this.#stored.set(id, stored);
    return 'done';
  }

  /** The answer behind `stored`. */
  received(message: Message): void {
    const { id = '', status } = message;
    const stored = this.#stored.get(id);
    if (stored === undefined) return;
    this.#stored.delete(id);
    stored.cancel();
    const { to, isTold } = stored;
    if (status !== 'delivered') this.#failed(id, to, message);
    // A person hears of what goes wrong or takes long; after every line it would be noise.
    else if (isTold) this.#host.show(result(`delivered to ${to}`, { type: 'delivered', id, to }));
  }

  #failed(id: string, to: string, message: Message): Ending {
    const failure = failureIn(message);
    const why = failure.text;
    this.#host.show(result(`not delivered to ${to}: ${why}`, { type: 'failed', id, to, why }));
    return endingOfFailure(failure);
  }
}

// The users that the server has named, for completion.

import { BoundedSet } from '../../bounded';
import { limits } from '../../limits';
import type { ServerMessage } from '../wire/messages';

export class Directory {
  readonly #names = new BoundedSet<string>(limits.client.names);

  get names(): Iterable<string> {
    return this.#names;
  }

  /** Remembers the users whom a message names, until one says that they left. */
  learn(message: ServerMessage): void {
    switch (message.is) {
      case 'left':
        this.#names.delete(message.name);
        return;
      case 'joined':
      case 'user':
        this.#names.add(message.name);
        return;
      case 'said':
      case 'paid':
        this.#names.add(message.from);
        return;
      default:
        return;
    }
  }
}

// The users that a client talks with: when one of them leaves, the client is told.

import { comparableName } from '../../bytes/text';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import type { Name } from '../../model';

export class Contacts {
  readonly #host: Host;
  readonly #names = new Set<string>();
  #isWatching = false;

  constructor(host: Host) {
    this.#host = host;
  }

  /** From now on the client is told when this user leaves. */
  add(name: Name): void {
    if (this.#names.size < limits.groups.contacts) this.#names.add(comparableName(name));
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#host.submit({ do: 'watch', session: this.#host.session }, ({ ok }) => {
      // Where it was refused, the next contact asks again.
      this.#isWatching = ok;
    });
  }

  /** A user has left; whether it was a contact. */
  remove(name: Name): boolean {
    return this.#names.delete(comparableName(name));
  }
}

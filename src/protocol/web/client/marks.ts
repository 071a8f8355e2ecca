// Tells the server what the user was shown, so that their other devices need not count it as unread.

import { BoundedMap } from '../../bounded';
import type { ClientHost } from '../../client';
import { limits } from '../../limits';
import type { Desk } from './commands';
import { type Place, typedForm } from './place';

export class Marks {
  readonly #after: ClientHost['after'];
  readonly #request: Desk['request'];
  /** By conversation: the newest serial that was shown, and whether the server has yet to be told. */
  readonly #shown = new BoundedMap<string, { place: Place; serial: number; isDue: boolean }>(
    limits.client.names,
  );
  #isTimed = false;

  constructor(after: ClientHost['after'], request: Desk['request']) {
    this.#after = after;
    this.#request = request;
  }

  /** Whether something of that conversation was shown. */
  has(place: Place): boolean {
    return this.#shown.has(typedForm(place));
  }

  shown(place: Place, serial: number | undefined): void {
    if (serial === undefined) return;
    this.#shown.set(typedForm(place), { place, serial, isDue: true });
    if (this.#isTimed) return;
    this.#isTimed = true;
    this.#after(limits.page.markMs, () => this.#tell());
  }

  /** A conversation is marked by its number, which only its history tells. What is lost on the way is told with the next. */
  #tell(): void {
    this.#isTimed = false;
    for (const one of this.#shown.values()) {
      if (!one.isDue) continue;
      one.isDue = false;
      const { kind, name } = one.place;
      const of = kind === 'room' ? { room: name } : { with: name };
      this.#request({ do: 'history', ...of, limit: 1 }, (outcome) => {
        const number = outcome.ok ? outcome.value.conversation?.conversation : undefined;
        if (number === undefined) return;
        const { serial } = one;
        this.#request({ do: 'mark', conversation: number, got: serial, seen: serial }, () => {});
      });
    }
  }
}

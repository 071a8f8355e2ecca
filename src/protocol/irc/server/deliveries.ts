// Private messages on their way to one client, and how it is known that they came.

import type { Settle } from '../../dialect';
import type { Direct } from '../../model';
import { formatLine } from '../wire/message';
import type { Client } from './client';
import { serverName } from './door';
import { directLines, idOf, linesOf } from './events';

/** What the first PING says; no serial in base 36 has a dash. */
const firstPing = 'delivery-check';

/**
 * To a guest a message is delivered when it is written. To an account it is followed by a PING, and its PONG says that
 * the line was not dead: only for clients that have answered a first one.
 */
export class Deliveries {
  readonly #client: Client;
  #confirms = false;
  readonly #waiting = new Map<string, Settle>();

  constructor(client: Client) {
    this.#client = client;
  }

  begin(): void {
    if (this.#client.person.isAccount) this.#ping(firstPing);
  }

  deliver(message: Direct, settle: Settle): void {
    const { door, mask, person } = this.#client;
    const told = directLines(door, message, person.nick);
    this.#client.writeLines(linesOf(told, mask));
    if (!this.#confirms) return settle('delivered');
    const id = idOf(message.serial);
    this.#waiting.set(id, settle);
    this.#ping(id);
  }

  /** The client has answered a PING. */
  answered(text: string): void {
    if (text === firstPing) this.#confirms = true;
    const settle = this.#waiting.get(text);
    this.#waiting.delete(text);
    settle?.('delivered');
  }

  failAll(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const settle of all) settle('failed');
  }

  #ping(text: string): void {
    this.#client.writeLines([formatLine(serverName, 'PING', [], text)]);
  }
}

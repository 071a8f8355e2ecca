// What a client sent and what became of it: stored, delivered, or failed with the reason.

import { decodeLossy } from '../../bytes/text';
import type { ClientHost, Ending } from '../../dialect';
import { limits } from '../../limits';
import type { Message } from '../wire/messages';
import { endingOfReason, result } from './render';

/** A person is told that a message is stored where it was not delivered for so long, in ms. */
const storedMs = 1000;

interface Open {
  readonly to: string;
  readonly cancel: () => void;
}

export class SentMessages {
  readonly #host: ClientHost;
  readonly #interactive: boolean;
  /** Stored and not yet delivered, by `Id`; the oldest are forgotten. */
  readonly #open = new Map<string, Open>();
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
    const tell = (): void =>
      this.#host.show(result(`stored for ${to}`, { type: 'stored', id, to }));
    // What was said in a group was said; there is nothing else to wait for.
    const isLast = answer.group !== undefined;
    if (isLast) {
      if (!this.#interactive) tell();
      return 'done';
    }
    const [oldest] = this.#open.keys();
    if (this.#open.size >= limits.net.unansweredPerPeer && oldest !== undefined) {
      this.#open.delete(oldest);
    }
    if (!this.#interactive) tell();
    const cancel = this.#interactive ? this.#host.after(storedMs, tell) : (): void => {};
    this.#open.set(id, { to, cancel });
    return 'done';
  }

  /** What came behind `stored`. */
  heard(message: Message): void {
    const { id = '', status } = message;
    const open = this.#open.get(id);
    if (open === undefined) return;
    this.#open.delete(id);
    open.cancel();
    const { to } = open;
    if (status !== 'delivered') this.#failed(id, to, message);
    else this.#host.show(result(`delivered to ${to}`, { type: 'delivered', id, to }));
  }

  #failed(id: string, to: string, { body }: Message): Ending {
    const why = decodeLossy(body);
    const json = { type: 'failed', id, to, why };
    this.#host.show(result(`not delivered to ${to}: ${why}`, json));
    return endingOfReason(why);
  }
}

// A door: one dialect on one port, with the sessions that came in by it.

import type { TCPSocketListener } from 'bun';

import type { Dialect, DoorSettings } from '../protocol/dialect';
import type { Address } from '../protocol/model';
import { Conversation, type Surroundings } from './net/conversation';
import type { Link, Outbox, TransportEvents } from './net/link';
import { type Admission, listen } from './net/listen';

export interface DoorOptions {
  readonly dialect: Dialect;
  readonly settings: DoorSettings;
  readonly host: string;
  readonly port: number;
  readonly around: Surroundings;
  readonly outbox: Outbox;
  readonly admission: Admission;
}

export class Door {
  readonly dialect: Dialect;
  readonly #options: DoorOptions;
  readonly #around: Surroundings;
  readonly #listener: TCPSocketListener<Link>;
  /** Where the door serves one after the other: who is served, and who waits, in the order of arrival. */
  readonly #turns: { conversation: Conversation; link: Link }[] = [];

  constructor(options: DoorOptions) {
    this.dialect = options.dialect;
    this.#options = options;
    const { around } = options;
    this.#around = {
      ...around,
      over: (over, session) => {
        options.admission.left(over.remote.host);
        this.#turnOver(over);
        around.over(over, session);
      },
    };
    this.#listener = listen({
      host: options.host,
      port: options.port,
      outbox: options.outbox,
      clock: options.around.clock,
      admission: options.admission,
      accept: (link) => this.#accept(link),
    });
  }

  get address(): Address {
    return { host: this.#options.host, port: this.#listener.port };
  }

  #accept(link: Link): TransportEvents {
    const conversation = new Conversation(link, this.#around);
    if (this.dialect.door?.oneAtATime === true) {
      this.#turns.push({ conversation, link });
      if (this.#turns.length > 1) link.pause();
      else this.#start(conversation);
    } else {
      this.#start(conversation);
    }
    return conversation;
  }

  #start(conversation: Conversation): void {
    const session = this.dialect.door?.open(conversation, this.#options.settings);
    if (session) conversation.start(session);
  }

  #turnOver(over: Conversation): void {
    if (this.#turns.length === 0) return;
    const served = this.#turns[0]?.conversation === over;
    const index = this.#turns.findIndex(({ conversation }) => conversation === over);
    if (index >= 0) this.#turns.splice(index, 1);
    const next = this.#turns[0];
    if (!served || !next) return;
    this.#start(next.conversation);
    next.link.resume();
  }

  /** Takes no new connections; those that are there go on. */
  close(): void {
    this.#listener.stop(false);
  }

  /** Drops whatever is still open. */
  drop(): void {
    this.#listener.stop(true);
  }
}

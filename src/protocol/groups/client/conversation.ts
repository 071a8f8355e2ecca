// Where the user is, by the table of states: outside, in, or in a conversation, which the prompt says.

import type { ClientHost } from '../../dialect';
import { type UserEvent, type UserState, userStateAfter } from '../wire/states';
import { nameFor, type Recipient } from './input';

const noPartner: Recipient = { name: '' };

export class Conversation {
  readonly #host: ClientHost;
  #state: UserState = 'out';
  #partner = noPartner;
  /** The conversation in which the connection was lost. */
  #interrupted: { readonly event: 'chat' | 'chat2'; readonly partner: Recipient } | undefined;

  constructor(host: ClientHost) {
    this.#host = host;
  }

  get state(): UserState {
    return this.#state;
  }

  /** Whom `chat` is with. */
  get partner(): Recipient {
    return this.#partner;
  }

  /** Every change of the state is a row of the table. */
  happen(event: UserEvent): void {
    const before = this.#state;
    this.#state = userStateAfter(before, event);
    if (event === 'lost' && (before === 'chat' || before === 'chat2')) {
      this.#interrupted = { event: before, partner: this.#partner };
    }
  }

  /** Goes into a conversation. */
  begin(event: 'chat' | 'chat2', partner: Recipient = noPartner): void {
    this.happen(event);
    this.#partner = partner;
    this.prompt();
  }

  /** Goes back into the conversation that was interrupted; whether there was one. */
  resume(): boolean {
    const interrupted = this.#interrupted;
    this.#interrupted = undefined;
    if (interrupted === undefined) return false;
    this.begin(interrupted.event, interrupted.partner);
    return true;
  }

  /** The partner has left, or is back. */
  partnerIs(event: 'gone' | 'back'): void {
    this.happen(event);
    this.prompt();
  }

  /** Leaves a conversation. */
  end(): void {
    this.happen('quit');
    this.#partner = noPartner;
    this.prompt();
  }

  /** Shows where the user is. */
  prompt(): void {
    switch (this.#state) {
      case 'out':
        return this.#host.prompt('out> ');
      case 'chat':
        return this.#host.prompt(`to ${nameFor(this.#partner)}> `);
      case 'alone':
        return this.#host.prompt(`${nameFor(this.#partner)} is gone> `);
      case 'chat2':
        return this.#host.prompt('chat2> ');
      case 'in':
      case 'connecting':
      case 'leaving':
        return this.#host.prompt('chat> ');
    }
  }
}

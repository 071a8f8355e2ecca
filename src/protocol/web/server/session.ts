// The server's side of one page: requests are submitted as they come and answered in their order.

import type { Inbox } from '../../bytes/inbox';
import type { Host, Session, Settle } from '../../dialect';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import type { Direct, Notice } from '../../model';
import { encodeLine, requestIn, takeLine } from '../wire/codec';
import type { Request, Told } from '../wire/messages';
import { lineOf, messageOf } from './events';
import { type Answers, type Memory, serve } from './requests';

/** Where the connection stands, and whether its next request may be taken there. */
const takesRequests = {
  /** Open, and nothing was asked yet: it must be within `limits.net.requestMs`. */
  silent: true,
  /** Requests are submitted without waiting for answers; the hub knows who has logged in. */
  open: true,
  /** Our side has ended: nothing more can be written. */
  over: false,
} as const;

export class WebSession implements Session {
  readonly #host: Host;
  readonly #memory: Memory = { account: undefined };
  /** Messages that the page has been told and has not said it got, by serial. */
  readonly #unconfirmed = new Map<number, Settle>();
  #state: keyof typeof takesRequests = 'silent';

  constructor(host: Host) {
    this.#host = host;
    host.wake(limits.net.requestMs);
  }

  received(inbox: Inbox): void {
    try {
      while (takesRequests[this.#state]) {
        const line = takeLine(inbox);
        if (!line) return;
        this.#take(requestIn(line));
      }
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      inbox.takeAll();
      this.#host.inOrder(() => this.#sayGoodbye(error.message));
    }
  }

  ended(): void {
    this.#end();
  }

  lost(): void {
    this.#state = 'over';
  }

  woke(): void {
    if (this.#state === 'silent') this.#sayGoodbye('nothing was asked');
  }

  closing(): void {
    this.#host.inOrder(() => this.#sayGoodbye('the server stops'));
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#state === 'over') return settle('failed');
    this.#unconfirmed.set(message.serial, settle);
    this.#tell(messageOf(message));
  }

  tell(notice: Notice): void {
    const line = this.#state === 'over' ? undefined : lineOf(notice);
    if (line) this.#host.write(line);
  }

  #take(request: Request): void {
    if (this.#state === 'silent') {
      this.#state = 'open';
      this.#host.wake(undefined);
    }
    if (request.do === 'got') this.#got(request.serial);
    else serve(this.#host, request, this.#memory, this.#answers);
  }

  #got(serial: number): void {
    const settle = this.#unconfirmed.get(serial);
    this.#unconfirmed.delete(serial);
    settle?.('delivered');
  }

  readonly #answers: Answers = {
    done: ({ ref }, value) => this.#tell({ is: 'done', ref, value }),
    refused: ({ ref }, why) => this.#tell({ is: 'refused', ref, why }),
  };

  #tell(told: Told): void {
    if (this.#state !== 'over') this.#host.write(encodeLine(told));
  }

  #sayGoodbye(why: string): void {
    this.#tell({ is: 'bye', why });
    this.#end();
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.end();
  }
}

// The server's side of one page: requests are submitted as they arrive, and answered in their order.

import type { Inbox } from '../../bytes/inbox';
import type { Host, Session, Settle, Taken } from '../../dialect';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import type { Direct, Notice, Removed, Said } from '../../model';
import { decodeRequest, encodeLine, takeLine } from '../wire/codec';
import type { Request, ServerMessage } from '../wire/messages';
import { lineOf, linesOfRun, messageOf } from './events';
import { WebRequests } from './requests';

/**
 * Where the connection stands. `silent`: nothing was requested yet; the first request must come within
 * `limits.net.requestMs`. `open`: requests are submitted without waiting for outcomes; the hub knows who has logged
 * in. `ending`: what arrived is no request, so nothing more is taken, and the goodbye follows the replies that are
 * owed. `over`: our side has ended, so nothing can be written.
 */
type State = 'silent' | 'open' | 'ending' | 'over';

export class WebSession implements Session {
  readonly #host: Host;
  readonly #requests: WebRequests;
  /** Messages that the page was sent and has not confirmed, by serial. */
  readonly #unconfirmed = new Map<number, Settle>();
  #state: State = 'silent';

  constructor(host: Host) {
    this.#host = host;
    this.#requests = new WebRequests(host, (reply) => this.#write(reply));
    host.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    if (this.#state === 'ending' || this.#state === 'over') {
      inbox.takeAll();
      return 'more';
    }
    try {
      const line = takeLine(inbox);
      if (!line) return 'more';
      this.#take(decodeRequest(line));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.#state = 'ending';
      this.#host.inOrder(() => this.#sayGoodbye(error.message));
    }
    return 'taken';
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

  expelled({ why, reason, until, name }: Removed): void {
    const rest = { ...(until !== undefined && { until }), ...(name !== undefined && { name }) };
    this.#write({ is: 'removed', why, reason, ...rest });
    this.#end();
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#state === 'over') return settle('failed');
    this.#unconfirmed.set(message.serial, settle);
    this.#write(messageOf(message));
  }

  tell(notice: Notice): void {
    const line = this.#state === 'over' ? undefined : lineOf(notice);
    if (line) this.#host.write(line);
  }

  tellAll(run: readonly Said[]): void {
    if (this.#state !== 'over') this.#host.write(linesOfRun(run));
  }

  #take(request: Request): void {
    if (this.#state === 'silent') {
      this.#state = 'open';
      this.#host.wake(undefined);
    }
    if (request.do === 'got') this.#confirm(request.serial);
    else this.#requests.serve(request);
  }

  #confirm(serial: number): void {
    const settle = this.#unconfirmed.get(serial);
    this.#unconfirmed.delete(serial);
    settle?.('delivered');
  }

  #write(message: ServerMessage): void {
    if (this.#state !== 'over') this.#host.write(encodeLine(message));
  }

  #sayGoodbye(why: string): void {
    this.#write({ is: 'bye', why });
    this.#end();
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.end();
  }
}

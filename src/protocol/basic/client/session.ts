// The interactive client: sends each typed line as it comes.

import { encodeText } from '../../bytes/text';
import { note } from '../../client_kit/note';
import type { Taken } from '../../connection';
import type {
  ClientConnection,
  ClientHost,
  ClientOptions,
  ClientSession,
  ConnectionEvents,
  Ending,
  Target,
} from '../../dialect';
import { limits } from '../../limits';
import { texts } from '../wire/messages';

export class BasicClientSession implements ClientSession, ConnectionEvents {
  readonly #host: ClientHost;
  readonly #target: Target;
  #connection: ClientConnection | undefined;
  #state: 'dialling' | 'open' | 'over' = 'dialling';
  #isLeaving = false;
  /** What was typed while we were dialling. */
  readonly #early: string[] = [];

  constructor(host: ClientHost, { target }: ClientOptions) {
    this.#host = host;
    this.#target = target;
    host.dial((connection) => {
      this.#connection = connection;
      return this;
    });
  }

  typed(line: string, done: (ending: Ending) => void): void {
    if (this.#state === 'dialling') this.#early.push(line);
    else this.#write(line);
    done('done');
  }

  leave(): void {
    this.#isLeaving = true;
    // What was typed while we were dialling is sent first.
    if (this.#state === 'open') this.#end();
  }

  opened(): void {
    this.#state = 'open';
    for (const line of this.#early.splice(0)) this.#write(line);
    if (this.#isLeaving) this.#end();
  }

  #end(): void {
    this.#connection?.end('patient');
    this.#connection?.wake(limits.client.unansweredMs);
  }

  /** Not every server ends its side: what its system has counts as sent. */
  woke(): void {
    if (this.#connection?.isAcknowledged === true) this.#exit('done');
    else this.#connection?.wake(limits.client.unansweredMs);
  }

  /** The server of this protocol says nothing. */
  takeNext(): Taken {
    return 'more';
  }

  ended(): void {
    if (this.#isLeaving) this.#exit('done');
    else this.#fail(texts.disconnected);
  }

  lost(): void {
    this.#fail(this.#state === 'dialling' ? texts.cannotConnect : texts.disconnected);
  }

  #write(line: string): void {
    this.#connection?.write(encodeText(`${line}\n`));
  }

  #fail(text: (host: string, port: number) => string): void {
    if (this.#state === 'over') return;
    this.#host.show(note(text(this.#target.host, this.#target.port)));
    this.#exit('unreachable');
  }

  #exit(ending: Ending): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.exit(ending);
  }
}

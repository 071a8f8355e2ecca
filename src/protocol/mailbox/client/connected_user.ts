// Who this client is connected as: the listener behind CONNECT, and what DISCONNECT leaves of it.

import type { ClientHost, Listener } from '../../dialect';
import type { IncomingCalls } from './incoming_calls';
import { note } from './render';
import {
  type OperationResult,
  perform,
  performSilently,
  refusal,
  refuse,
  showRequest,
  showResult,
} from './requests';

type Done = (performed: OperationResult) => void;

/** At most one user of a client is connected (source 000, section 6.3). */
export class ConnectedUser {
  readonly #host: ClientHost;
  readonly #heard: IncomingCalls;
  #here: { readonly alias: string; readonly listener: Listener } | undefined;

  constructor(host: ClientHost, heard: IncomingCalls) {
    this.#host = host;
    this.#heard = heard;
  }

  /** Who is connected. */
  get alias(): string | undefined {
    return this.#here?.alias;
  }

  /** Opens the listener, then tells the server where it is. */
  connect(alias: string, done: Done): void {
    const host = this.#host;
    const here = this.#here;
    if (here !== undefined && here.alias !== alias) {
      const why = `${here.alias} is connected here: DISCONNECT first.`;
      refuse(host, { operation: 'CONNECT', alias, port: '' }, 'not-allowed', why, done);
      return;
    }
    showRequest(host, { operation: 'CONNECT', alias, port: '' });
    if (here !== undefined) {
      // The server may have lost us meanwhile; if it has not, it says so.
      this.#ask(alias, here.listener, done);
      return;
    }
    host.listen(this.#heard.take, (listening) => {
      if (listening.ok) {
        this.#ask(alias, listening.value, done);
        return;
      }
      const refused = refusal('CONNECT', 'unreachable');
      showResult(host, 'CONNECT', refused);
      host.show(note('There is no way to the server, or no port to listen on.'));
      done(refused);
    });
  }

  #ask(alias: string, listener: Listener, done: Done): void {
    const host = this.#host;
    this.#heard.hold();
    performSilently(
      host,
      { operation: 'CONNECT', alias, port: String(listener.port) },
      (outcome) => {
        if (outcome.result === 0) {
          this.#here = { alias, listener };
          // A server of ours then tells attachments as such; what others say to it is no matter.
          performSilently(host, { operation: 'ATTACHES', alias }, () => {});
        } else if (this.#here === undefined) listener.stop();
        showResult(host, 'CONNECT', outcome);
        this.#heard.release();
        done(outcome);
      },
    );
  }

  /** Leaves, and stops listening even if the server does not agree (source 000, section 6.4). */
  disconnect(alias: string, done: Done): void {
    perform(this.#host, { operation: 'DISCONNECT', alias }, (outcome) => {
      if (this.alias === alias) this.stop();
      done(outcome);
    });
  }

  /** Stops listening, without a word to the server. */
  stop(): void {
    this.#here?.listener.stop();
    this.#here = undefined;
  }
}

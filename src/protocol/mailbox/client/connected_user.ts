// The one user of this client who is connected: the listener that CONNECT announces, until DISCONNECT.

import { note } from '../../client_kit/note';
import type { ClientHost, Listener } from '../../dialect';
import type { IncomingCalls } from './incoming_calls';
import {
  type OperationResult,
  perform,
  performSilently,
  refusal,
  refuse,
  showRequest,
  showResult,
} from './requests';

type Done = (result: OperationResult) => void;

/** At most one user of a client is connected (source 000, 6.3). */
export class ConnectedUser {
  readonly #host: ClientHost;
  readonly #calls: IncomingCalls;
  #current: { readonly alias: string; readonly listener: Listener } | undefined;

  constructor(host: ClientHost, calls: IncomingCalls) {
    this.#host = host;
    this.#calls = calls;
  }

  /** The connected user's name, if there is one. */
  get alias(): string | undefined {
    return this.#current?.alias;
  }

  /** Opens the listener, then tells the server where it is. */
  connect(alias: string, done: Done): void {
    const host = this.#host;
    const current = this.#current;
    if (current !== undefined && current.alias !== alias) {
      const why = `${current.alias} is connected here: DISCONNECT first.`;
      refuse(host, { operation: 'CONNECT', alias, port: '' }, 'not-allowed', why, done);
      return;
    }
    showRequest(host, { operation: 'CONNECT', alias, port: '' });
    if (current !== undefined) {
      // The server may have lost the user meanwhile; if it has not, it says so.
      this.#announce(alias, current.listener, done);
      return;
    }
    host.listen(this.#calls.take, (listening) => {
      if (listening.ok) {
        this.#announce(alias, listening.value, done);
        return;
      }
      const result = refusal('CONNECT', 'unreachable');
      showResult(host, 'CONNECT', result);
      host.show(note('There is no way to the server, or no port to listen on.'));
      done(result);
    });
  }

  #announce(alias: string, listener: Listener, done: Done): void {
    const host = this.#host;
    this.#calls.hold();
    const request = { operation: 'CONNECT', alias, port: String(listener.port) } as const;
    performSilently(host, request, (result) => {
      if (result.code === 0) {
        this.#current = { alias, listener };
        // A server of ours then announces attachments as such. What other servers reply does not matter.
        performSilently(host, { operation: 'ATTACHES', alias }, () => {});
      } else if (this.#current === undefined) listener.stop();
      showResult(host, 'CONNECT', result);
      this.#calls.release();
      done(result);
    });
  }

  /** Disconnects, and stops listening even if the server does not agree (source 000, 6.4). */
  disconnect(alias: string, done: Done): void {
    perform(this.#host, { operation: 'DISCONNECT', alias }, (result) => {
      this.forget(alias);
      done(result);
    });
  }

  /** Stops listening if this user is the connected one, and tells the server nothing. */
  forget(alias: string): void {
    if (this.alias !== alias) return;
    this.#current?.listener.stop();
    this.#current = undefined;
  }
}

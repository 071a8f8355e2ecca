// The one user of this client who is connected: the listener that CONNECT announces, until DISCONNECT.

import { note } from '../../client_kit/note';
import type { ClientHost, Ending, Listener, ServedFile } from '../../dialect';
import { limits } from '../../limits';
import type { Code } from '../wire/messages';
import type { Asked } from './connection';
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
import { Watch } from './watch';

type Done = (result: OperationResult) => void;

interface Current {
  readonly alias: string;
  listener: Listener;
  /** Whether the server takes ATTACHES. */
  takesAttaches: boolean;
  readonly watch: Watch;
}

export interface ConnectedUserOptions {
  readonly host: ClientHost;
  readonly calls: IncomingCalls;
  /** What to do where the server is lost; undefined: to come back. */
  readonly lost: (() => void) | undefined;
  /** The user is connected no more, and has not asked for it. */
  readonly ended: (ending: Ending) => void;
}

/** At most one user of a client is connected (source 000, 6.3). */
export class ConnectedUser {
  readonly #host: ClientHost;
  readonly #calls: IncomingCalls;
  readonly #options: ConnectedUserOptions;
  #current: Current | undefined;

  constructor(options: ConnectedUserOptions) {
    this.#options = options;
    this.#host = options.host;
    this.#calls = options.calls;
  }

  /** The connected user's name, if there is one. */
  get alias(): string | undefined {
    return this.#current?.alias;
  }

  /** A file was sent. A server that is not ours does not keep it: whom it was sent to asks our listener. */
  serve(file: ServedFile): void {
    if (this.#current?.takesAttaches === false) this.#current.listener.serve?.(file);
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
    const replied: Done = (result) => {
      showResult(host, 'CONNECT', result);
      this.#calls.release();
      done(result);
    };
    if (current !== undefined) {
      // The server may have lost the user meanwhile; if it has not, it says so.
      this.#announce(alias, current.listener, replied);
      return;
    }
    host.listen(this.#calls.take, (listening) => {
      if (listening.ok) {
        const listener = listening.value;
        this.#announce(alias, listener, (result) => {
          if (result.code !== 0 && this.#current?.listener !== listener) listener.stop();
          replied(result);
        });
        return;
      }
      const result = refusal('CONNECT', 'unreachable');
      showResult(host, 'CONNECT', result);
      host.show(note('There is no way to the server, or no port to listen on.'));
      done(result);
    });
  }

  /** Tells the server where the user listens, and, where it is one of ours, that files are to be announced. */
  #announce(alias: string, listener: Listener, done: Done): Asked {
    this.#calls.hold();
    const request = { operation: 'CONNECT', alias, port: String(listener.port) } as const;
    return performSilently(this.#host, request, (result) => {
      if (result.code === 0) this.#isConnected(alias, listener);
      else this.#calls.answered(false);
      done(result);
    });
  }

  #isConnected(alias: string, listener: Listener): void {
    const host = this.#host;
    if (this.#current === undefined) {
      const watch = this.#watch(alias);
      this.#current = { alias, listener, takesAttaches: false, watch };
    } else if (this.#current.listener !== listener) {
      this.#current.listener.stop();
      this.#current.listener = listener;
    }
    const cancel = host.after(limits.mailbox.attachesMs, () => this.#calls.answered(false));
    // A server of ours then announces attachments as such. What other servers reply does not matter.
    const port = String(listener.port);
    performSilently(host, { operation: 'ATTACHES', alias, port }, ({ code }) => {
      cancel();
      const current = this.#current;
      if (current?.alias === alias) current.takesAttaches = code === 0;
      this.#calls.answered(code === 0);
    });
  }

  #watch(alias: string): Watch {
    return new Watch(this.#host, {
      alias,
      port: () => String(this.#current?.listener.port ?? ''),
      takesAttaches: () => this.#current?.takesAttaches ?? false,
      connect: (done) => this.#connectAgain(alias, done),
      over: (why) => {
        const isElsewhere = why === 'elsewhere';
        const text = isElsewhere ? 'connected elsewhere now' : 'not registered any more';
        this.#host.show(note(`${alias} is ${text}.`));
        this.forget(alias);
        this.#options.ended(isElsewhere ? 'not-allowed' : 'unknown-user');
      },
      lost: this.#options.lost,
    });
  }

  /** Connects a user whom the server may have lost, without a word of it. */
  #connectAgain(alias: string, done: (code: Code | undefined) => void): Asked {
    const { listener } = this.#current ?? {};
    let asked: Asked | undefined;
    const announce = (on: Listener): void => {
      asked = this.#announce(alias, on, ({ code }) => {
        if (code !== 0 && on !== listener) on.stop();
        this.#calls.release();
        done(code);
      });
    };
    if (listener === undefined || listener.isOnTheWay?.() === false) {
      // The machine or the server has moved: nobody calls the old address.
      listener?.stop();
      this.#host.listen(this.#calls.take, (listening) => {
        if (listening.ok) announce(listening.value);
        else done(undefined);
      });
    } else announce(listener);
    return { cancel: () => asked?.cancel() };
  }

  /** Disconnects, and stops listening even if the server does not agree (source 000, 6.4). */
  disconnect(alias: string, done: Done): void {
    if (this.alias === alias) this.#current?.watch.stop();
    perform(this.#host, { operation: 'DISCONNECT', alias }, (result) => {
      this.forget(alias);
      done(result);
    });
  }

  /** Stops listening if this user is the connected one, and tells the server nothing. */
  forget(alias: string): void {
    if (this.#current === undefined || this.alias !== alias) return;
    this.#current.watch.stop();
    this.#current.listener.stop();
    this.#current = undefined;
    this.#calls.answered(false);
  }
}

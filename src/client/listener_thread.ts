// The main thread's side of the background listener: starts it, shows its messages, and stops it without losing any.

import type { Listener } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import type { FromListener, ToListener } from './listener';

export interface ListenerThreadOptions {
  readonly dialect: string;
  /** Our address on the way to the server. */
  readonly local: string;
  /** The server's address. */
  readonly server: string;
  /** Where to listen; 0 for any free port. */
  readonly port: number;
  /** Shows one message. Settles when the user has it and can read more; false where they could not get it. */
  readonly show: (message: unknown) => Promise<boolean>;
  /** Called once: the listener listens, or cannot be had. */
  readonly done: (result: Result<Listener, 'unavailable'>) => void;
}

/** One background thread. Once stopped it takes no more calls, and it ends when the last message has been shown. */
export class ListenerThread {
  readonly #worker: Worker;
  readonly #options: ListenerThreadOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopping = false;

  constructor(options: ListenerThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL('./listener.ts', import.meta.url).href);
    this.#worker.addEventListener('message', (event: MessageEvent<FromListener>) => {
      this.#receive(event.data);
    });
    this.#worker.addEventListener('error', (event) => {
      // A bug in the thread ends the program, as one in the main thread does.
      setImmediate(() => {
        throw event.error instanceof Error ? event.error : new Error(event.message);
      });
    });
    const { dialect, local, server, port } = options;
    this.#say({ say: 'listen', dialect, local, server, port });
  }

  /** Settles when no message comes any more, after at most the time that a closing connection gets. */
  stop(): Promise<void> {
    if (!this.#isStopping) {
      this.#isStopping = true;
      this.#say({ say: 'stop' });
      setTimeout(() => this.#end(), limits.net.closingMs).unref();
    }
    return this.#stopped.promise;
  }

  #say(message: ToListener): void {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    this.#worker.postMessage(message);
  }

  #end(): void {
    this.#worker.terminate();
    this.#stopped.resolve();
  }

  #receive(data: FromListener): void {
    const { done, show } = this.#options;
    switch (data.say) {
      case 'listening':
        done(
          ok({
            port: data.port,
            serve: (file) => this.#say({ say: 'serve', file }),
            stop: () => void this.stop(),
          }),
        );
        break;
      case 'unavailable':
        done(refused('unavailable'));
        this.#end();
        break;
      case 'message':
        void this.#confirm(data.number, show(data.message));
        break;
      case 'stopped':
        this.#end();
        break;
    }
  }

  async #confirm(number: number, shown: Promise<boolean>): Promise<void> {
    this.#say({ say: 'settled', number, isTaken: await shown });
  }
}

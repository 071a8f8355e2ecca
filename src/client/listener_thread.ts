// The main thread's side of the background listener: starts it, shows what it heard, stops it without loss.

import type { Listener } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { ok, refused, type Result } from '../protocol/model';
import type { FromListener, ToListener } from './listener';

export interface ListenerThreadOptions {
  readonly dialect: string;
  /** Our address on the way to the server, and the server's. */
  readonly local: string;
  readonly server: string;
  /** Shows one thing; settles when the reader is ready for more. */
  readonly heard: (incoming: unknown) => void | Promise<void>;
  readonly done: (result: Result<Listener, 'unavailable'>) => void;
}

/** One background thread. Once stopped it answers no more calls, and ends when the last has been shown. */
export class ListenerThread {
  readonly #worker: Worker;
  readonly #options: ListenerThreadOptions;
  readonly #stopped = Promise.withResolvers<void>();
  #isStopping = false;

  constructor(options: ListenerThreadOptions) {
    this.#options = options;
    this.#worker = new Worker(new URL('./listener.ts', import.meta.url).href);
    this.#worker.addEventListener('message', (event: MessageEvent<FromListener>) => {
      this.#told(event.data);
    });
    this.#worker.addEventListener('error', (event) => {
      // The thread's own bug: as loud as one of the main thread.
      setImmediate(() => {
        throw event.error instanceof Error ? event.error : new Error(event.message);
      });
    });
    const { dialect, local, server } = options;
    this.#say({ say: 'listen', dialect, local, server });
  }

  /** Settled when nothing more will be heard, after at most the time that a closing connection gets. */
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

  #told(message: FromListener): void {
    const { done, heard } = this.#options;
    switch (message.say) {
      case 'listening':
        done(ok({ port: message.port, stop: () => void this.stop() }));
        break;
      case 'unavailable':
        done(refused('unavailable'));
        this.#end();
        break;
      case 'heard':
        void this.#show(heard(message.incoming));
        break;
      case 'stopped':
        this.#end();
        break;
    }
  }

  async #show(shown: void | Promise<void>): Promise<void> {
    await shown;
    this.#say({ say: 'taken' });
  }
}

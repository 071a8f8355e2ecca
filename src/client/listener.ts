// The background thread: answers the server's calls and tells the main thread what each of them said.
//
// A second entry point of the executable (see scripts/build.sh). It imports nothing of the terminal.

import type { Caller } from '../protocol/dialect';
import { dialectNamed } from '../protocol/index';
import { limits } from '../protocol/limits';
import { plainAddress, socketEvents, SocketWire } from './wire';

/** What the main thread says. `taken`: one thing that was heard has been shown. */
export type ToListener =
  | {
      readonly say: 'listen';
      readonly dialect: string;
      /** Our address on the way to the server. */
      readonly local: string;
      /** Calls from any other address are dropped. */
      readonly server: string;
    }
  | { readonly say: 'taken' | 'stop' };

/** What it hears back. `stopped`: nothing more will be heard. */
export type FromListener =
  | { readonly say: 'listening'; readonly port: number }
  | { readonly say: 'heard'; readonly incoming: unknown }
  | { readonly say: 'unavailable' | 'stopped' };

declare const self: {
  addEventListener(type: 'message', heard: (event: MessageEvent<ToListener>) => void): void;
  postMessage(message: FromListener): void;
};

function tell(message: FromListener): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  self.postMessage(message);
}

type Answer = NonNullable<Caller['callback']>;

class Listener {
  readonly #calls = new Set<SocketWire>();
  readonly #answer: Answer;
  readonly #server: string;
  readonly #listening: { readonly port: number; stop(closeActive?: boolean): void };
  /** What was told to the main thread and not shown yet. */
  #untaken = 0;
  #isStopping = false;

  constructor(answer: Answer, local: string, server: string) {
    this.#answer = answer;
    this.#server = server;
    this.#listening = Bun.listen<SocketWire>({
      hostname: local,
      port: 0,
      allowHalfOpen: true,
      socket: {
        ...socketEvents,
        open: (socket) => {
          const wire = new SocketWire();
          socket.data = wire;
          if (plainAddress(socket.remoteAddress) !== this.#server) wire.abort();
          else this.#begin(wire);
          wire.opened(socket);
          if (this.#untaken >= limits.heardWindow) wire.hold(true);
        },
      },
    });
  }

  get port(): number {
    return this.#listening.port;
  }

  /** The main thread has shown one thing. */
  taken(): void {
    this.#untaken--;
    if (this.#untaken === limits.heardWindow - 1) for (const call of this.#calls) call.hold(false);
  }

  /** No new calls; those under way may still end. */
  stop(): void {
    this.#isStopping = true;
    this.#listening.stop();
    this.#stopped();
  }

  #begin(wire: SocketWire): void {
    const heard = (incoming: unknown): void => {
      this.#untaken++;
      tell({ say: 'heard', incoming });
      // Whoever reads what we print is behind: the rest stays where it waits safely, at the server.
      if (this.#untaken === limits.heardWindow) for (const call of this.#calls) call.hold(true);
    };
    wire.begin(this.#answer(wire, heard));
    this.#calls.add(wire);
    const patience = setTimeout(() => wire.abort(), limits.requestMs);
    void wire.over.then(() => {
      clearTimeout(patience);
      this.#calls.delete(wire);
      this.#stopped();
    });
  }

  #stopped(): void {
    if (this.#isStopping && this.#calls.size === 0) tell({ say: 'stopped' });
  }
}

function start(dialect: string, local: string, server: string): Listener | undefined {
  const caller = dialectNamed(dialect)?.caller;
  if (caller?.callback === undefined) return undefined;
  try {
    return new Listener(caller.callback.bind(caller), local, server);
  } catch {
    return undefined;
  }
}

let listener: Listener | undefined;

self.addEventListener('message', ({ data }) => {
  switch (data.say) {
    case 'listen':
      listener = start(data.dialect, data.local, data.server);
      tell(
        listener === undefined ? { say: 'unavailable' } : { say: 'listening', port: listener.port },
      );
      break;
    case 'taken':
      listener?.taken();
      break;
    case 'stop':
      if (listener === undefined) tell({ say: 'stopped' });
      else listener.stop();
      break;
  }
});

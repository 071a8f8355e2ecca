// The background thread: answers the server's calls and tells the main thread what each of them said.
//
// A second entry point of the executable (see scripts/build.sh). It imports nothing of the terminal.

import type { Client } from '../protocol/dialect';
import { dialectNamed } from '../protocol/index';
import { limits } from '../protocol/limits';
import { plainAddress, SocketConnection, socketEvents } from './connection';

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

type Answer = NonNullable<Client['callback']>;

class Listener {
  readonly #calls = new Set<SocketConnection>();
  readonly #answer: Answer;
  readonly #server: string;
  readonly #listening: { readonly port: number; stop(closeActive?: boolean): void };
  /** What was told to the main thread and not shown yet. */
  #untaken = 0;
  #isStopping = false;

  constructor(answer: Answer, local: string, server: string) {
    this.#answer = answer;
    this.#server = server;
    this.#listening = Bun.listen<SocketConnection>({
      hostname: local,
      port: 0,
      allowHalfOpen: true,
      socket: {
        ...socketEvents,
        open: (socket) => {
          const connection = new SocketConnection();
          socket.data = connection;
          if (plainAddress(socket.remoteAddress) !== this.#server) connection.abort();
          else this.#begin(connection);
          connection.opened(socket);
          if (this.#untaken >= limits.client.callWindow) connection.hold(true);
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
    if (this.#untaken === limits.client.callWindow - 1)
      for (const call of this.#calls) call.hold(false);
  }

  /** No new calls; those under way may still end. */
  stop(): void {
    this.#isStopping = true;
    this.#listening.stop();
    this.#stopped();
  }

  #begin(connection: SocketConnection): void {
    const heard = (incoming: unknown): void => {
      this.#untaken++;
      tell({ say: 'heard', incoming });
      // Whoever reads what we print is behind: the rest stays where it waits safely, at the server.
      if (this.#untaken === limits.client.callWindow)
        for (const call of this.#calls) call.hold(true);
    };
    connection.begin(this.#answer(connection, heard));
    this.#calls.add(connection);
    const patience = setTimeout(() => connection.abort(), limits.net.requestMs);
    void connection.over.then(() => {
      clearTimeout(patience);
      this.#calls.delete(connection);
      this.#stopped();
    });
  }

  #stopped(): void {
    if (this.#isStopping && this.#calls.size === 0) tell({ say: 'stopped' });
  }
}

function start(dialect: string, local: string, server: string): Listener | undefined {
  const client = dialectNamed(dialect)?.client;
  if (client?.callback === undefined) return undefined;
  try {
    return new Listener(client.callback.bind(client), local, server);
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

// The background thread: takes the server's calls and hands what each of them said to the main thread.
//
// A second entry point of the executable (see scripts/build.sh). It imports nothing of the terminal.

import { listen } from '../net/listen';
import type { TcpSocket } from '../net/tcp_socket';
import { clients } from '../protocol/clients';
import type { Caller, Client, ServedFile } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import { SocketConnection } from './connection';
import { ServedFiles } from './served_files';
import { sockets } from './sockets';

/** What the main thread says. `settled`: whether its user has a message. */
export type ToListener =
  | {
      readonly say: 'listen';
      readonly dialect: string;
      /** Our address on the way to the server. */
      readonly local: string;
      /** Calls from any other address are dropped, but for questions for a file. */
      readonly server: string;
      /** Where to listen; 0 for any free port. */
      readonly port: number;
    }
  | { readonly say: 'settled'; readonly number: number; readonly isTaken: boolean }
  | { readonly say: 'serve'; readonly file: ServedFile }
  | { readonly say: 'stop' };

/** What the main thread is told. `stopped`: no message comes any more. */
export type FromListener =
  | { readonly say: 'listening'; readonly port: number }
  | { readonly say: 'message'; readonly number: number; readonly message: unknown }
  | { readonly say: 'unavailable' | 'stopped' };

declare const self: {
  addEventListener(type: 'message', listener: (event: MessageEvent<ToListener>) => void): void;
  postMessage(message: FromListener): void;
};

function tell(message: FromListener): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  self.postMessage(message);
}

type Callback = NonNullable<Client['callback']>;

class Listener {
  readonly #calls = new Set<SocketConnection>();
  readonly #callback: Callback;
  readonly #server: string;
  readonly #files = new ServedFiles();
  readonly #system: { readonly port: number; stop(closeActive?: boolean): void };
  /** What the main thread was told and has not settled yet, by its number. */
  readonly #pending = new Map<number, (isTaken: boolean) => void>();
  #told = 0;
  #isStopping = false;

  constructor(callback: Callback, local: string, server: string, port: number) {
    this.#callback = callback;
    this.#server = server;
    this.#system = listen({
      host: local,
      port,
      deps: sockets,
      admit: (host) => host === server || !this.#files.isEmpty,
      accept: (socket) => this.#accept(socket),
    });
  }

  get port(): number {
    return this.#system.port;
  }

  /** The main thread's user has a message, or could not get it. */
  settled(number: number, isTaken: boolean): void {
    this.#pending.get(number)?.(isTaken);
    this.#pending.delete(number);
    if (this.#pending.size === limits.client.callWindow - 1) this.#setPaused(false);
  }

  serve(file: ServedFile): void {
    this.#files.add(file);
  }

  /** Takes no new calls. Those under way may still end. */
  stop(): void {
    this.#isStopping = true;
    this.#system.stop();
    this.#tellStopped();
  }

  #accept(socket: TcpSocket): SocketConnection {
    const connection = new SocketConnection();
    const cancel = sockets.clock.after(limits.net.requestMs, () => connection.abort());
    const received = (message: unknown, settled: (isTaken: boolean) => void): void => {
      // The call has come whole: it may take any time until the user has it.
      cancel();
      this.#tell(message, (isTaken) => {
        socket.resetAtDeath(false);
        settled(isTaken);
      });
    };
    const isServer = socket.remote.host === this.#server;
    const sendFile: Caller['sendFile'] = (...asked) => {
      const isSent = this.#files.send(connection, ...asked);
      if (isSent) cancel();
      return isSent;
    };
    connection.begin(this.#callback(connection, received, { isServer, sendFile }));
    // Killed before the user has it, we have not taken it: a clean end would say that we have.
    socket.resetAtDeath(true);
    connection.attach(socket);
    this.#calls.add(connection);
    if (this.#pending.size >= limits.client.callWindow) connection.setPaused(true);
    void connection.over.then(() => {
      cancel();
      this.#calls.delete(connection);
      this.#tellStopped();
    });
    return connection;
  }

  #tell(message: unknown, settled: (isTaken: boolean) => void): void {
    const number = ++this.#told;
    this.#pending.set(number, settled);
    tell({ say: 'message', number, message });
    // The reader of what we print is behind: further messages stay where they are safe, at the server.
    if (this.#pending.size === limits.client.callWindow) this.#setPaused(true);
  }

  #setPaused(isPaused: boolean): void {
    for (const call of this.#calls) call.setPaused(isPaused);
  }

  #tellStopped(): void {
    if (this.#isStopping && this.#calls.size === 0) tell({ say: 'stopped' });
  }
}

function start(dialect: string, local: string, server: string, port: number): Listener | undefined {
  const client = clients[dialect];
  if (client?.callback === undefined) return undefined;
  try {
    return new Listener(client.callback.bind(client), local, server, port);
  } catch {
    return undefined;
  }
}

let listener: Listener | undefined;

self.addEventListener('message', ({ data }) => {
  switch (data.say) {
    case 'listen':
      listener = start(data.dialect, data.local, data.server, data.port);
      tell(
        listener === undefined ? { say: 'unavailable' } : { say: 'listening', port: listener.port },
      );
      break;
    case 'settled':
      listener?.settled(data.number, data.isTaken);
      break;
    case 'serve':
      listener?.serve(data.file);
      break;
    case 'stop':
      if (listener === undefined) tell({ say: 'stopped' });
      else listener.stop();
      break;
  }
});

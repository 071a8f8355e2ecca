// A door: one dialect on one port, with the sessions that came in by it.

import type { TCPSocketListener } from 'bun';

import { listen } from '../net/listen';
import type { SocketDeps, SocketEvents } from '../net/socket';
import type { TcpSocket } from '../net/tcp_socket';
import type { Dialect, ServerFlagValues } from '../protocol/dialect';
import type { Address } from '../protocol/model';
import type { Admission } from './net/admission';
import { ConnectionHost, type ConnectionHostDeps } from './net/connection_host';

export interface DoorOptions {
  readonly dialect: Dialect;
  readonly settings: ServerFlagValues;
  readonly host: string;
  readonly port: number;
  readonly deps: ConnectionHostDeps;
  readonly sockets: SocketDeps;
  readonly admission: Admission;
}

export class Door {
  readonly dialect: Dialect;
  readonly #options: DoorOptions;
  readonly #deps: ConnectionHostDeps;
  readonly #listener: TCPSocketListener<TcpSocket>;
  /** Where the door serves one after the other: who is served, and who waits, in the order of arrival. */
  readonly #turns: { conversation: ConnectionHost; socket: TcpSocket }[] = [];

  constructor(options: DoorOptions) {
    this.dialect = options.dialect;
    this.#options = options;
    const { deps } = options;
    this.#deps = {
      ...deps,
      over: (over, session) => {
        options.admission.left(over.remote.host);
        this.#turnOver(over);
        deps.over(over, session);
      },
    };
    this.#listener = listen({
      host: options.host,
      port: options.port,
      deps: options.sockets,
      admit: (host) => options.admission.admit(host),
      accept: (socket) => this.#accept(socket),
    });
  }

  get address(): Address {
    return { host: this.#options.host, port: this.#listener.port };
  }

  #accept(socket: TcpSocket): SocketEvents {
    const conversation = new ConnectionHost(socket, this.#deps);
    if (this.dialect.server?.oneAtATime === true) {
      this.#turns.push({ conversation, socket: socket });
      if (this.#turns.length > 1) socket.pause();
      else this.#start(conversation);
    } else {
      this.#start(conversation);
    }
    return conversation;
  }

  #start(conversation: ConnectionHost): void {
    const session = this.dialect.server?.open(conversation, this.#options.settings);
    if (session) conversation.start(session);
  }

  #turnOver(over: ConnectionHost): void {
    if (this.#turns.length === 0) return;
    const served = this.#turns[0]?.conversation === over;
    const index = this.#turns.findIndex(({ conversation }) => conversation === over);
    if (index >= 0) this.#turns.splice(index, 1);
    const next = this.#turns[0];
    if (!served || !next) return;
    this.#start(next.conversation);
    next.socket.resume();
  }

  /** Takes no new connections; those that are there go on. */
  close(): void {
    this.#listener.stop(false);
  }

  /** Drops whatever is still open. */
  drop(): void {
    this.#listener.stop(true);
  }
}

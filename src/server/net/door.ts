// A door: one dialect on one port, and the connections that came in by it.

import type { SocketDeps, SocketEvents } from '../../net/socket';
import type { TcpSocket } from '../../net/tcp_socket';
import type { Dialect, ServerFlagValues } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import type { Admission } from './admission';
import { Entrance, type Tls } from './arrival';
import { ConnectionHost, type ConnectionHostDeps } from './connection_host';
import { ForeignStart } from './foreign_start';
import type { Proxies } from './proxies';
import type { WrongDoor } from './wrong_door';

/** A door of any transport. */
export interface Door {
  readonly dialect: Dialect;
  readonly address: Address;
  /** Whether it speaks TLS. */
  readonly isSecure: boolean;
  /** Takes no new connections. Those that are there go on. */
  close(): void;
  /** Drops all connections. */
  drop(): void;
}

export interface DoorOptions {
  readonly dialect: Dialect;
  readonly settings: ServerFlagValues;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly deps: ConnectionHostDeps;
  readonly sockets: SocketDeps;
  readonly admission: Admission;
  /** Tells who meant another one. */
  readonly wrongDoor: WrongDoor;
  /** Where the door speaks TLS. */
  readonly tls?: Tls;
  /** Those who say whose connections they carry. */
  readonly proxies?: Proxies | undefined;
}

/** What the operator is told of a proxy that keeps its peers to itself. */
export const unnamed = (door: string, proxy: string): string =>
  `${door} door: ${proxy} is named by --proxy-protocol, and did not say whose connection it carries`;

export class TcpDoor implements Door {
  readonly dialect: Dialect;
  readonly #options: DoorOptions;
  readonly #deps: ConnectionHostDeps;
  readonly #entrance: Entrance;
  /** Where the door serves one after the other: the connection that is served, and those that wait, oldest first. */
  readonly #turns: { readonly host: ConnectionHost; readonly socket: TcpSocket }[] = [];

  /** Opens the port. Throws the system's error where it cannot. */
  constructor(options: DoorOptions) {
    const { deps, admission } = options;
    this.dialect = options.dialect;
    this.#options = options;
    this.#deps = {
      ...deps,
      spoke: (host) => admission.notSilent(host),
      closed: (host, session) => {
        admission.notSilent(host);
        admission.left(host.peerHost);
        this.#endTurn(host);
        deps.closed(host, session);
      },
    };
    this.#entrance = new Entrance({
      host: options.host,
      port: options.port,
      sockets: options.sockets,
      admission,
      tls: options.tls,
      proxies: options.proxies,
      headerIsOptional: false,
      waitsForPeer: options.dialect.server?.isOpenedByPeer === true,
      withoutTls: (first, host) => options.wrongDoor.farewellWithoutTls(first, host),
      unnamed: (proxy) => deps.warn(unnamed(this.dialect.name, proxy)),
      accept: (socket) => this.#accept(socket),
    });
  }

  get isSecure(): boolean {
    return this.#options.tls !== undefined;
  }

  get address(): Address {
    return { host: this.#options.host, port: this.#entrance.port };
  }

  close(): void {
    this.#entrance.close();
  }

  drop(): void {
    this.#entrance.drop();
  }

  #accept(socket: TcpSocket): SocketEvents {
    const { deps, wrongDoor } = this.#options;
    socket.receivesAtMost(limits.net.receiveBufferBytes);
    const host = new ConnectionHost(socket, this.#deps);
    this.#options.admission.silent(socket.host, host);
    if (this.dialect.server?.oneAtATime === true) {
      this.#turns.push({ host, socket });
      if (this.#turns.length > 1) {
        socket.pause();
        return new ForeignStart(socket, host, wrongDoor, deps.clock);
      }
    }
    this.#start(host);
    return new ForeignStart(socket, host, wrongDoor, deps.clock);
  }

  #start(host: ConnectionHost): void {
    const session = this.dialect.server?.open(host, this.#options.settings);
    if (session) host.start(session);
  }

  /** A connection is gone. If it was served, the next one is. */
  #endTurn(gone: ConnectionHost): void {
    const index = this.#turns.findIndex(({ host }) => host === gone);
    if (index < 0) return;
    this.#turns.splice(index, 1);
    const next = this.#turns[0];
    if (index > 0 || !next) return;
    this.#start(next.host);
    next.socket.resume();
  }
}

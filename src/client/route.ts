// The way to the server: its name is looked up once, and the address that answered is used from then on.

import { ipVersion, normalHost } from '../net/address';
import { Dial } from '../net/dial';
import type { SocketEvents } from '../net/socket';
import { TcpSocket } from '../net/tcp_socket';
import { type TlsSide, TlsSocket } from '../net/tls_socket';
import { WebSocketClient } from '../net/websocket_client';
import { hostAndPort } from '../protocol/bytes/address';
import { limits } from '../protocol/limits';
import type { Address } from '../protocol/model';
import { type Carrier, SocketConnection } from './connection';
import type { Security } from './security';
import { sockets } from './sockets';

export interface RouteOptions {
  /** How long the look-up of the name and one attempt to connect may take, in ms each. */
  readonly connectMs?: number;
  /** Whether to speak TLS to the server, and whom to believe then. Without it: neither. */
  readonly security?: Security | undefined;
  /** Where the server takes a WebSocket, if that is how it is spoken to. */
  readonly webSocketPath?: string | undefined;
  /** Called once, when the server has answered for the first time. */
  readonly reached?: () => void;
  /** Called each time that the server's name cannot be looked up. */
  readonly hostUnknown?: () => void;
  /** Gives the addresses of a name, best first. */
  readonly lookUp?: (name: string) => Promise<readonly string[]>;
}

async function lookUp(name: string): Promise<readonly string[]> {
  if (ipVersion(name) !== 0) return [name];
  const found = await Bun.dns.lookup(name);
  return found.map(({ address }) => address);
}

export class Route {
  readonly #server: Address;
  readonly #connectMs: number;
  readonly #security: Security | undefined;
  readonly #webSocketPath: string | undefined;
  readonly #lookUp: (name: string) => Promise<readonly string[]>;
  readonly #reached: () => void;
  readonly #hostUnknown: () => void;
  #isHostUnknown = false;
  #candidates: Promise<readonly string[]> | undefined;
  /** The address that answered. */
  #pinned: string | undefined;
  /** When that was, in ms of the program's own time. */
  #reachedAt: number | undefined;
  /** Our address on the way to it. */
  #local: string | undefined;
  /** The first dial. It finds out the address for those that come meanwhile. */
  #first: Promise<boolean> | undefined;

  constructor(server: Address, options: RouteOptions = {}) {
    this.#server = server;
    this.#connectMs = options.connectMs ?? limits.client.connectMs;
    this.#security = options.security;
    this.#webSocketPath = options.webSocketPath;
    this.#lookUp = options.lookUp ?? lookUp;
    this.#reached = options.reached ?? (() => {});
    this.#hostUnknown = options.hostUnknown ?? (() => {});
  }

  /** Whether the server has ever answered. */
  get isKnown(): boolean {
    return this.#reachedAt !== undefined;
  }

  /** Whether there is no host of the server's name, as far as we can find out. */
  get isHostUnknown(): boolean {
    return this.#isHostUnknown;
  }

  /** Whether the last connection to the server went between these addresses, as far as one has stood. */
  isBetween(server: string, local: string): boolean {
    const isOther = (this.#pinned ?? server) !== server || (this.#local ?? local) !== local;
    return !isOther;
  }

  /** When the server answered for the first time, in ms of the program's own time. */
  get reachedAt(): number | undefined {
    return this.#reachedAt;
  }

  /** Connects to the server, or to another address. The connection is told what became of it. */
  connect(connection: SocketConnection, address?: Address): void {
    void (
      address === undefined ? this.#toServer(connection) : this.#dial(connection, address, 'other')
    ).then((isOpen) => {
      if (!isOpen) connection.fail();
    });
  }

  /**
   * The server's address and our own on the way to it; undefined if there is no way. Asks the routing table (a UDP
   * socket that is connected but sends nothing), so that nobody is dialled just to be asked. Only where a name has
   * several addresses, a connection has to tell which of them answers.
   */
  async ends(): Promise<{ readonly server: string; readonly local: string } | undefined> {
    const addresses = await this.#addresses();
    if (this.#pinned === undefined && addresses.length > 1) {
      const probe = new SocketConnection();
      await this.#toServer(probe);
      probe.end();
    }
    const server = this.#pinned ?? addresses[0];
    if (server === undefined) return undefined;
    if (this.#local !== undefined) return { server, local: this.#local };
    try {
      const probe = await Bun.udpSocket({
        // A socket is of one family, and by default of IPv4.
        hostname: ipVersion(server) === 6 ? '::' : '0.0.0.0',
        connect: { hostname: server, port: this.#server.port },
      });
      const local = normalHost(probe.address.address);
      probe.close();
      return { server, local };
    } catch {
      return undefined;
    }
  }

  async #toServer(connection: SocketConnection): Promise<boolean> {
    if (this.#pinned === undefined && this.#first !== undefined) await this.#first;
    if (this.#pinned !== undefined) return this.#toPinned(connection, this.#pinned);
    this.#first = this.#findServer(connection);
    const isOpen = await this.#first;
    this.#first = undefined;
    return isOpen;
  }

  async #toPinned(connection: SocketConnection, host: string): Promise<boolean> {
    const address = { host, port: this.#server.port };
    const isOpen = await this.#dial(connection, address, 'server', (local) => {
      this.#local = local;
    });
    // The server may have moved, or this machine: the name is looked up again.
    if (!isOpen && !connection.isClosed) this.#pinned = this.#candidates = this.#local = undefined;
    return isOpen;
  }

  /** Tries one address after the other. */
  async #findServer(connection: SocketConnection): Promise<boolean> {
    for (const host of await this.#addresses()) {
      const address = { host, port: this.#server.port };
      const isOpen = await this.#dial(connection, address, 'server', (local) => {
        this.#pinned = host;
        this.#local = local;
        if (this.#reachedAt !== undefined) return;
        this.#reachedAt = performance.now();
        this.#reached();
      });
      // A connection that was dropped meanwhile has been told so already.
      if (isOpen || connection.isClosed) return true;
    }
    return false;
  }

  #addresses(): Promise<readonly string[]> {
    this.#candidates ??= this.#within(this.#lookUp(this.#server.host)).catch(() => {
      this.#isHostUnknown = true;
      this.#hostUnknown();
      // The network may come: the next dial asks anew.
      this.#candidates = undefined;
      return [];
    });
    return this.#candidates;
  }

  /** The look-up's answer, or a failure when it takes longer than an attempt to connect may. */
  #within<T>(answer: Promise<T>): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const cancel = sockets.clock.after(this.#connectMs, () =>
      reject(new Error('the name was not looked up in time')),
    );
    answer.then(resolve, reject).finally(cancel);
    return promise;
  }

  /**
   * One attempt to connect, to the server itself or to another address. `reached` is told our own address before the
   * connection is told anything.
   */
  async #dial(
    connection: SocketConnection,
    address: Address,
    whom: 'server' | 'other',
    reached: (local: string) => void = () => {},
  ): Promise<boolean> {
    const security = whom === 'server' ? this.#security : undefined;
    const path = whom === 'server' ? this.#webSocketPath : undefined;
    // Before anything stands: what a server says first must find somebody who hears it.
    const isSecure = security?.isSecure === true;
    const side = isSecure ? await security.side() : undefined;
    if (isSecure && !side) return false;
    return new Promise((settle) => {
      const begins = (carrier: Carrier, inboxBytes?: number): void => {
        settle(true);
        reached(carrier.local.host);
        connection.attach(carrier, path === undefined ? security : undefined, inboxBytes);
        connection.opened();
      };
      const fails = (): void => settle(false);
      const stands = (socket: TcpSocket): void =>
        path === undefined
          ? begins(socket)
          : this.#upgrade(socket, path, (carrier) =>
              // One message may be as long as all that a server has for a peer.
              carrier ? begins(carrier, limits.net.sendQueueBytes) : fails(),
            );
      const plain = new TcpSocket(sockets);
      const opened = (): void =>
        security && side ? this.#shake(plain, security, side, stands, fails) : stands(plain);
      plain.events = { ...deaf, opened, lost: fails };
      void new Dial(plain, address, { clock: sockets.clock, timeoutMs: this.#connectMs });
    });
  }

  /** Asks for a WebSocket on a connection that stands. */
  #upgrade(
    socket: TcpSocket,
    path: string,
    done: (carrier: WebSocketClient | undefined) => void,
  ): void {
    const security = this.#security;
    const { host, port } = this.#server;
    const isUsual = port === (security?.isSecure === true ? 443 : 80);
    const cancel = sockets.clock.after(this.#connectMs, () => socket.abort());
    const client: WebSocketClient = new WebSocketClient(socket, {
      host: isUsual
        ? hostAndPort({ host, port }).replace(/:\d+$/, '')
        : hostAndPort({ host, port }),
      path,
      looksAt: (first) => security?.looksAt(first) === true,
      done: (result) => {
        cancel();
        if (!result.ok && result.answer !== undefined) security?.hasNoWebSocket(result.answer);
        done(result.ok ? client : undefined);
      },
    });
  }

  /** Shakes hands with the server. It fails where the server is not believed, or too slow. */
  #shake(
    plain: TcpSocket,
    security: Security,
    side: TlsSide,
    stands: (socket: TcpSocket) => void,
    fails: () => void,
  ): void {
    const socket = new TlsSocket(sockets);
    const cancel = sockets.clock.after(this.#connectMs, () => socket.abort());
    const lost = (): void => {
      cancel();
      security.lost();
      fails();
    };
    socket.events = { ...deaf, lost };
    const shaken = (isDone: boolean, fault: Error | null): void => {
      cancel();
      socket.events = deaf;
      if (security.believes(socket.certificate, isDone, fault)) return stands(socket);
      socket.abort();
      fails();
    };
    socket.shake(plain, side, shaken);
  }
}

/** Told of a connection that nobody has yet. */
const deaf: SocketEvents = { data() {}, ended() {}, drained() {}, lost() {} };

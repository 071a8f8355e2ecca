// The front of the web door: takes and counts its connections, and leads each to the HTTP server behind it.
// Bun's HTTP server neither tells of a connection before its first request is whole nor can it refuse one, so its
// silent and half-open connections would use up the descriptors of all doors.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { type Connect, Dial, dialHandlers } from '../../net/dial';
import type { SocketEvents } from '../../net/socket';
import { TcpSocket } from '../../net/tcp_socket';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import { Entrance } from '../net/arrival';
import { type DoorOptions, unnamed } from '../net/door';
import { beginsTls } from '../net/foreign_start';
import { forwardedFor } from './forwarded';
import { FrontConnection } from './front_connection';
import { folderStart, removeStaleFolders, socketName } from './stale_folders';

/** What a request holds: the client's socket, and both ends of the way to the HTTP server. */
const descriptors = 3;

export class Front {
  /** Where the HTTP server listens: in a folder that only this user may enter. */
  readonly path: string;
  readonly #folder: string;
  readonly #options: DoorOptions;
  readonly #entrance: Entrance;
  readonly #connections = new Map<number, FrontConnection>();
  #numbers = 0;

  /** Opens the port. Throws the system's error where it cannot. */
  constructor(options: DoorOptions) {
    const { wrongDoor, deps, dialect } = options;
    this.#options = options;
    this.#entrance = new Entrance({
      host: options.host,
      port: options.port,
      sockets: options.sockets,
      admission: options.admission,
      tls: options.tls,
      proxies: options.proxies,
      headerIsOptional: true,
      waitsForPeer: false,
      withoutTls: (first, host) => wrongDoor.farewellWithoutTls(first, host),
      unnamed: (proxy) => deps.warn(unnamed(dialect.name, proxy)),
      accept: (socket, countedAs) => this.#accept(socket, countedAs),
    });
    const parent = shortFolder();
    this.#folder = mkdtempSync(join(parent, folderStart));
    this.path = join(this.#folder, socketName);
    // A folder that cannot be read holds nothing that could be removed.
    removeStaleFolders(parent).catch(() => {});
  }

  get port(): number {
    return this.#entrance.port;
  }

  /** Takes no new connections. Those that are there go on. */
  close(): void {
    this.#entrance.close();
  }

  /** Drops all connections. */
  drop(): void {
    this.#entrance.drop();
    for (const connection of this.#connections.values()) connection.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Has a connection's peer wait, or go on. */
  hold(number: number, isHeld: boolean): void {
    this.#connections.get(number)?.hold(isHeld);
  }

  #peerBehindProxies(head: string): Address | 'unclear' | undefined {
    return forwardedFor(head, (host) => this.#options.proxies?.has(host) ?? false);
  }

  /** `place`: who has a place for the connection, until a proxy says who the peer is. */
  #accept(client: TcpSocket, place: string | undefined): SocketEvents {
    const { sockets, admission } = this.#options;
    client.receivesAtMost(limits.net.receiveBufferBytes);
    let countedAs = place;
    let count = 1;
    const number = ++this.#numbers;
    const connection: FrontConnection = new FrontConnection(client, {
      number,
      clock: sockets.clock,
      received: this.#options.deps.received,
      dial: (events) => {
        for (; count < descriptors; count++) if (!admission.admit(countedAs)) return undefined;
        const socket = new TcpSocket(sockets);
        socket.events = events;
        socket.onBehalfOf = countedAs;
        // A refusal of a file comes before the server has taken all of it.
        socket.readsOn = true;
        const { clock } = sockets;
        const address = { host: this.path, port: 0 };
        void new Dial(socket, address, { clock, timeoutMs: limits.net.dialMs, connect });
        return socket;
      },
      meantBy: (first) => this.#options.wrongDoor.meantBy(first),
      farewell: (first) => {
        const { wrongDoor } = this.#options;
        const meant = wrongDoor.meantBy(first);
        const own = this.#options.dialect.server;
        const { host } = client.local;
        if (beginsTls(first)) return wrongDoor.farewellToTls(host);
        // Those who cannot be told otherwise may at least read it.
        return meant === undefined || meant === 'unknown'
          ? own?.elsewhere?.(wrongDoor.line(undefined, host))
          : wrongDoor.farewell(meant, host);
      },
      refusalOf: (head) => {
        if (place !== undefined) return undefined;
        const peer = this.#peerBehindProxies(head);
        if (peer === 'unclear') return this.#options.dialect.server?.elsewhere?.(unclear);
        if (peer) client.namePeer(peer);
        // The proxy had a place for it; from now on the peer has.
        admission.left(countedAs);
        countedAs = client.host;
        if (admission.admit(countedAs)) return undefined;
        count--;
        return this.#options.dialect.server?.elsewhere?.(tooMany);
      },
      isWhole: () => admission.notSilent(connection),
      lost: () => {
        admission.notSilent(connection);
        this.#connections.delete(number);
        for (; count > 0; count--) admission.left(countedAs);
      },
    });
    this.#connections.set(number, connection);
    admission.silent(client.host, connection);
    return connection;
  }
}

/** What a peer is told whose proxies are not of one mind, and one who has too many connections. */
const unclear =
  'Forwarded and X-Forwarded-For name different peers: the proxy has to remove what it does not set.';
const tooMany = 'There are too many connections.';

const connect: Connect = ({ host }, socket, attempt) => {
  socket.attempt = attempt;
  Bun.connect<TcpSocket>({
    unix: host,
    allowHalfOpen: true,
    data: socket,
    socket: dialHandlers,
  }).catch(() => attempt.failed());
};

/** The path of a local socket may have about a hundred bytes. */
function shortFolder(): string {
  const folder = tmpdir();
  return folder.length < limits.web.folderLength ? folder : '/tmp';
}

// The front of the web door: takes and counts its connections, and leads each to the HTTP server behind it.
// Bun's HTTP server neither tells of a connection before its first request is whole nor can it refuse one, so its
// silent and half-open connections would use up the descriptors of all doors.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { TCPSocketListener } from 'bun';

import { type Connect, Dial, dialHandlers } from '../../net/dial';
import { listen } from '../../net/listen';
import type { SocketDeps, SocketEvents } from '../../net/socket';
import { TcpSocket } from '../../net/tcp_socket';
import type { Dialect } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Admission } from '../net/admission';
import type { ReceivedBytes } from '../net/received_bytes';
import type { WrongDoor } from '../net/wrong_door';
import { FrontConnection } from './front_connection';
import { folderStart, removeStaleFolders, socketName } from './stale_folders';

export interface FrontOptions {
  readonly dialect: Dialect;
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly sockets: SocketDeps;
  readonly admission: Admission;
  readonly wrongDoor: WrongDoor;
  readonly deps: { readonly received: ReceivedBytes };
}

/** What a request holds: the client's socket, and both ends of the way to the HTTP server. */
const descriptors = 3;

export class Front {
  /** Where the HTTP server listens: in a folder that only this user may enter. */
  readonly path: string;
  readonly #folder: string;
  readonly #options: FrontOptions;
  readonly #listener: TCPSocketListener<TcpSocket>;
  readonly #connections = new Set<FrontConnection>();

  /** Opens the port. Throws the system's error where it cannot. */
  constructor(options: FrontOptions) {
    const { host, port, sockets, admission } = options;
    this.#options = options;
    this.#listener = listen({
      host,
      port,
      deps: sockets,
      admit: (peer) => admission.admit(peer),
      accept: (socket) => this.#accept(socket),
    });
    const parent = shortFolder();
    this.#folder = mkdtempSync(join(parent, folderStart));
    this.path = join(this.#folder, socketName);
    // A folder that cannot be read holds nothing that could be removed.
    removeStaleFolders(parent).catch(() => {});
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Takes no new connections. Those that are there go on. */
  close(): void {
    this.#listener.stop(false);
  }

  /** Drops all connections. */
  drop(): void {
    this.#listener.stop(true);
    for (const connection of this.#connections) connection.drop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #accept(client: TcpSocket): SocketEvents {
    const { sockets, admission } = this.#options;
    const { host } = client;
    let count = 1;
    const connection: FrontConnection = new FrontConnection(client, {
      clock: sockets.clock,
      received: this.#options.deps.received,
      dial: (events) => {
        for (; count < descriptors; count++) if (!admission.admit(host)) return undefined;
        const socket = new TcpSocket(sockets);
        socket.events = events;
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
        // Those who cannot be told otherwise may at least read it.
        return meant === undefined || meant === 'unknown'
          ? own?.elsewhere?.(wrongDoor.line(undefined, host))
          : wrongDoor.farewell(meant, host);
      },
      isWhole: () => admission.notSilent(connection),
      lost: () => {
        admission.notSilent(connection);
        this.#connections.delete(connection);
        for (; count > 0; count--) admission.left(host);
      },
    });
    this.#connections.add(connection);
    admission.silent(host, connection);
    return connection;
  }
}

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

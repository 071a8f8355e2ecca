// The door that speaks HTTP and WebSocket: the page, its sessions and the interface for scripts on one port.

import type { Server } from 'bun';

import { normalHost } from '../../net/address';
import type { SocketDeps } from '../../net/socket';
import { webSocketHandlers, WebSocketSocket } from '../../net/websocket_socket';
import type { Dialect, ServerFlagValues } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import type { Admission } from '../net/admission';
import { ConnectionHost, type ConnectionHostDeps } from '../net/connection_host';
import { Api } from './api';
import { json, respond } from './headers';
import { servePage } from './page';

export interface WebDoorOptions {
  readonly dialect: Dialect;
  readonly settings: ServerFlagValues;
  readonly host: string;
  readonly port: number;
  readonly deps: ConnectionHostDeps;
  readonly sockets: SocketDeps;
  readonly admission: Admission;
}

/** Where the page's WebSocket is opened. */
const socketPath = '/socket';

export class WebDoor {
  readonly dialect: Dialect;
  readonly #options: WebDoorOptions;
  readonly #deps: ConnectionHostDeps;
  readonly #server: Server<WebSocketSocket>;
  readonly #api: Api;

  constructor(options: WebDoorOptions) {
    const { deps, admission } = options;
    this.dialect = options.dialect;
    this.#options = options;
    this.#deps = {
      ...deps,
      over: (over, session) => {
        admission.left(over.remote.host);
        deps.over(over, session);
      },
    };
    this.#api = new Api(deps, admission);
    this.#server = Bun.serve<WebSocketSocket>({
      hostname: options.host,
      port: options.port,
      // A file may be of any size: it is streamed, and the disk says what is too much.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: limits.net.pieceMs / 1000,
      development: false,
      fetch: (request, server) => this.#answer(request, server),
      error: (error) => {
        deps.report('answering over HTTP', error);
        return json(500, { why: 'internal' });
      },
      websocket: {
        maxPayloadLength: limits.web.jsonBytes + 1,
        backpressureLimit: limits.net.sendQueueBytes,
        idleTimeout: limits.web.idleMs / 1000,
        sendPings: true,
        perMessageDeflate: false,
        open: (socket) => {
          const link = socket.data;
          link.attach(socket);
          const conversation = new ConnectionHost(link, this.#deps);
          link.events = conversation;
          const session = this.dialect.server?.open(conversation, options.settings);
          if (session) conversation.start(session);
        },
        ...webSocketHandlers,
      },
    });
  }

  get address(): Address {
    return { host: this.#options.host, port: this.#server.port ?? 0 };
  }

  async #answer(request: Request, server: Server<WebSocketSocket>): Promise<Response | undefined> {
    const url = new URL(request.url);
    if (url.pathname === socketPath) return this.#upgrade(request, server);
    const host = normalHost(server.requestIP(request)?.address ?? '');
    const answered = await this.#api.answer(request, url, host);
    if (answered) return answered;
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      return json(405, { why: 'wrong-method' }, { allow: 'GET, HEAD' });
    }
    const file = await servePage(url.pathname, request);
    return file ?? respond(404, 'Not found.\n', { 'content-type': 'text/plain; charset=utf-8' });
  }

  #upgrade(request: Request, server: Server<WebSocketSocket>): Response | undefined {
    // Any page on the web can open a WebSocket to anywhere; only ours may to here. Programs show no origin.
    const origin = request.headers.get('origin');
    if (origin !== null && !isOwn(origin, request.headers.get('host'))) {
      return json(403, { why: 'wrong-origin' });
    }
    const peer = server.requestIP(request);
    if (!peer) return json(400, { why: 'gone' });
    const remote: Address = { host: normalHost(peer.address), port: peer.port };
    const { admission, sockets } = this.#options;
    if (!admission.admit(remote.host)) return json(503, { why: 'busy' }, { 'retry-after': '5' });
    const socket = new WebSocketSocket(sockets, remote, this.address);
    if (server.upgrade(request, { data: socket })) return undefined;
    admission.left(remote.host);
    return json(426, { why: 'no-websocket' }, { upgrade: 'websocket' });
  }

  /** Takes nothing new; conversations that are there go on. */
  close(): void {
    void this.#server.stop(false);
  }

  /** Drops whatever is still open. */
  drop(): void {
    void this.#server.stop(true);
  }
}

function isOwn(origin: string, host: string | null): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

// The door that speaks HTTP and WebSocket: the page, its sessions and the interface for scripts on one port.

import type { Server } from 'bun';

import { normalHost } from '../../net/address';
import { webSocketHandlers, WebSocketSocket } from '../../net/websocket_socket';
import type { Dialect } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import { ConnectionHost, type ConnectionHostDeps } from '../net/connection_host';
import type { Door, DoorOptions } from '../net/door';
import { Api } from './api';
import { servePage } from './page';
import { json, refusal, respond } from './responses';

/** Where the page's WebSocket is opened. */
const socketPath = '/socket';

export class WebDoor implements Door {
  readonly dialect: Dialect;
  readonly #options: DoorOptions;
  readonly #deps: ConnectionHostDeps;
  readonly #server: Server<WebSocketSocket>;

  constructor(options: DoorOptions) {
    const { deps, admission } = options;
    this.dialect = options.dialect;
    this.#options = options;
    this.#deps = {
      ...deps,
      closed: (host, session) => {
        admission.left(host.remote.host);
        deps.closed(host, session);
      },
    };
    this.#server = Bun.serve<WebSocketSocket>({
      hostname: options.host,
      port: options.port,
      // A file may be of any size: it is streamed, and the disk says what is too much.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      idleTimeout: limits.net.pieceMs / 1000,
      development: false,
      routes: {
        ...new Api(deps, admission).routes,
        [socketPath]: (request: Request, server: Server<WebSocketSocket>) =>
          this.#upgrade(request, server),
      },
      fetch: (request) => answerPage(request),
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
        open: (system) => {
          system.data.attach(system);
          this.#open(system.data);
        },
        ...webSocketHandlers,
      },
    });
  }

  get address(): Address {
    return { host: this.#options.host, port: this.#server.port ?? 0 };
  }

  close(): void {
    void this.#server.stop(false);
  }

  drop(): void {
    void this.#server.stop(true);
  }

  #open(socket: WebSocketSocket): void {
    const host = new ConnectionHost(socket, this.#deps);
    socket.events = host;
    const session = this.dialect.server?.open(host, this.#options.settings);
    if (session) host.start(session);
  }

  #upgrade(request: Request, server: Server<WebSocketSocket>): Response | undefined {
    // Any page on the web can open a WebSocket to any server, but only our own page may to ours. Programs send no origin.
    const origin = request.headers.get('origin');
    if (origin !== null && !isOwn(origin, request.headers.get('host'))) {
      return refusal(request, 'wrong-origin');
    }
    const peer = server.requestIP(request);
    if (!peer) return refusal(request, 'gone');
    const remote: Address = { host: normalHost(peer.address), port: peer.port };
    const { admission, sockets } = this.#options;
    if (!admission.admit(remote.host)) {
      return refusal(request, 'busy', { headers: { 'retry-after': '5' } });
    }
    const socket = new WebSocketSocket(sockets, remote, this.address);
    if (server.upgrade(request, { data: socket })) return undefined;
    admission.left(remote.host);
    return refusal(request, 'no-websocket', { headers: { upgrade: 'websocket' } });
  }
}

/** The page's own files: bundled HTML as a route of Bun would be served without the headers of `responses.ts`. */
async function answerPage(request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refusal(request, 'wrong-method', { headers: { allow: 'GET, HEAD' } });
  }
  const file = await servePage(new URL(request.url).pathname, request);
  return file ?? respond(404, 'Not found.\n', { 'content-type': 'text/plain; charset=utf-8' });
}

function isOwn(origin: string, host: string | null): boolean {
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

// The door that speaks HTTP and WebSocket: the page, its sessions and the interface for scripts on one port.

import type { Server } from 'bun';

import { webSocketHandlers, WebSocketSocket } from '../../net/websocket_socket';
import type { Dialect } from '../../protocol/dialect';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import { ConnectionHost, type ConnectionHostDeps } from '../net/connection_host';
import type { Door, DoorOptions } from '../net/door';
import { Api, type Route } from './api';
import { urlOf } from './call';
import { Front } from './front';
import { OwnOrigins } from './origins';
import { servePage } from './page';
import { peerOf } from './peer_header';
import { json, refusal, respond } from './responses';

/** Where the page's WebSocket is opened. */
const socketPath = '/socket';

export class WebDoor implements Door {
  readonly dialect: Dialect;
  readonly #options: DoorOptions;
  readonly #deps: ConnectionHostDeps;
  readonly #front: Front;
  readonly #server: Server<WebSocketSocket>;

  constructor(options: DoorOptions) {
    const { deps, admission } = options;
    this.dialect = options.dialect;
    this.#options = options;
    this.#deps = {
      ...deps,
      closed: (host, session) => {
        admission.left(host.peerHost);
        deps.closed(host, session);
      },
    };
    const origins = ownOriginsOf(options);
    const routes: Record<string, Route> = {
      ...new Api(deps, admission).routes,
      [socketPath]: (request, server) => this.#upgrade(request, server),
    };
    this.#front = new Front(options);
    this.#server = Bun.serve<WebSocketSocket>({
      unix: this.#front.path,
      // A file may be of any size: it is streamed, and the disk says what is too much.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      development: false,
      routes: Object.fromEntries(
        Object.entries(routes).map(([path, route]) => [path, guardedBy(origins, route)]),
      ),
      fetch: guardedBy(origins, answerPage),
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
    return { host: this.#options.host, port: this.#front.port };
  }

  get isSecure(): boolean {
    return this.#options.tls !== undefined;
  }

  close(): void {
    this.#front.close();
    void this.#server.stop(false);
  }

  drop(): void {
    void this.#server.stop(true);
    this.#front.drop();
  }

  #open(socket: WebSocketSocket): void {
    const host = new ConnectionHost(socket, this.#deps);
    socket.events = host;
    const session = this.dialect.server?.open(host, this.#options.settings);
    if (session) host.start(session);
  }

  #upgrade(request: Request, server: Server<WebSocketSocket>): Response {
    const remote = peerOf(request);
    if (!remote) return refusal(request, 'gone');
    const { admission, sockets } = this.#options;
    if (!admission.admit(remote.host)) {
      return refusal(request, 'busy', { headers: { 'retry-after': '5' } });
    }
    const socket = new WebSocketSocket(sockets, remote, this.address);
    socket.onHold = (isHeld) => this.#front.hold(remote.connection, isHeld);
    // Bun has answered then, and looks at no other answer.
    if (server.upgrade(request, { data: socket })) return new Response();
    admission.left(remote.host);
    return refusal(request, 'no-websocket', { headers: { upgrade: 'websocket' } });
  }
}

/** The page's own files: bundled HTML as a route of Bun would be served without the headers of `responses.ts`. */
async function answerPage(request: Request): Promise<Response> {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return refusal(request, 'wrong-method', { headers: { allow: 'GET, HEAD' } });
  }
  const file = await servePage(urlOf(request).pathname, request);
  return file ?? respond(404, 'Not found.\n', { 'content-type': 'text/plain; charset=utf-8' });
}

/** The flag holds the origins of proxies, with commas between them. */
function ownOriginsOf({ host, settings }: DoorOptions): OwnOrigins {
  const origins = settings['web-origin'];
  return new OwnOrigins(host, typeof origins === 'string' ? origins.split(',') : []);
}

/**
 * Any page on the web can send requests to any server, and open a WebSocket there. Whatever is asked for here, it is
 * for our own page, asked for by a name of our own, or for a program.
 */
function guardedBy(origins: OwnOrigins, route: Route): Route {
  return (request, server) => {
    const why = peerOf(request) ? origins.refusalFor(request) : 'gone';
    return why === undefined ? route(request, server) : refusal(request, why);
  };
}

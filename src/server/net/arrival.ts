// A connection before its door hears of it: a proxy says whose it is, and the peer shakes hands where the door speaks TLS.

import type { TCPSocketListener } from 'bun';

import type { Wakeable } from '../../net/clock';
import { listen } from '../../net/listen';
import type { SocketDeps, SocketEvents } from '../../net/socket';
import type { TcpSocket } from '../../net/tcp_socket';
import { type TlsSide, TlsSocket } from '../../net/tls_socket';
import { limits } from '../../protocol/limits';
import type { Admission, SilentConnection } from './admission';
import type { Handshakes } from './handshakes';
import type { Proxies } from './proxies';
import { readProxyHeader } from './proxy_header';

/** What a server that speaks TLS has. */
export interface Tls {
  readonly handshakes: Handshakes;
  /** The certificate in force now: each connection keeps that of its beginning. */
  side(): TlsSide;
}

export interface ArrivalOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly sockets: SocketDeps;
  readonly admission: Admission;
  /** At a door that speaks TLS. */
  readonly tls: Tls | undefined;
  readonly proxies: Proxies | undefined;
  /** Whether a proxy may leave its header out, because it speaks of the peer in another way. */
  readonly headerIsOptional: boolean;
  /** Whether a connection arrives only once its peer has said something: until then it takes little memory. */
  readonly waitsForPeer: boolean;
  /** What a peer is told, before the end, that does not speak TLS where it must. */
  withoutTls(first: Uint8Array, localHost: string): Uint8Array;
  /** A proxy did not say whose connection it carries. */
  readonly unnamed: (proxy: string) => void;
  /** Gives what is told of a connection that has arrived, which `countedAs` has a place for. */
  accept(socket: TcpSocket, countedAs: string | undefined): SocketEvents;
}

/** An open port, and the connections that have not arrived yet. */
export class Entrance {
  readonly #listener: TCPSocketListener<TcpSocket>;
  readonly #arrivals = new Set<Arrival>();
  /** When the operator was told of such a proxy last. */
  #unnamedAt = -Infinity;

  /** Opens the port. Throws the system's error where it cannot. */
  constructor(given: ArrivalOptions) {
    const { admission, proxies, tls } = given;
    const options = { ...given, unnamed: (proxy: string) => this.#unnamed(given, proxy) };
    const isProxy = (host: string): boolean => proxies?.has(host) ?? false;
    this.#listener = listen({
      host: options.host,
      port: options.port,
      deps: options.sockets,
      admit: (host) => admission.admit(isProxy(host) ? undefined : host),
      accept: (socket) =>
        tls || isProxy(socket.host)
          ? new Arrival(socket, options, isProxy(socket.host), this.#arrivals)
          : options.accept(socket, socket.host),
    });
  }

  /** A proxy that looks from time to time whether somebody is there fills no log. */
  #unnamed({ sockets, unnamed }: ArrivalOptions, proxy: string): void {
    const now = sockets.clock.monotonicNow();
    if (now - this.#unnamedAt < limits.net.unnamedMs) return;
    this.#unnamedAt = now;
    unnamed(proxy);
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Takes no new connections. Those that are there go on. */
  close(): void {
    this.#listener.stop(false);
  }

  /** Drops all connections but those that TLS has taken over: of these it knows only who is still on the way. */
  drop(): void {
    for (const arrival of this.#arrivals) arrival.drop();
    this.#listener.stop(true);
  }
}

/** How a handshake of TLS begins. */
const handshakeRecord = 0x16;

const nothing = new Uint8Array(0);

class Arrival implements SocketEvents, Wakeable, SilentConnection {
  silentAmong: SilentConnection['silentAmong'];
  readonly #options: ArrivalOptions;
  readonly #arrivals: Set<Arrival>;
  #socket: TcpSocket;
  /** Who has a place for it: a proxy of the operator's has no bound of its own. */
  #countedAs: string | undefined;
  #awaits: 'header' | 'hello' | 'handshake' | 'word' | 'nothing';
  #held: Uint8Array = nothing;
  #isCounted = true;

  /** The admission has let the connection in. `arrivals`: all that are on the way. */
  constructor(
    socket: TcpSocket,
    options: ArrivalOptions,
    isProxied: boolean,
    arrivals: Set<Arrival>,
  ) {
    this.#arrivals = arrivals;
    arrivals.add(this);
    this.#options = options;
    this.#socket = socket;
    this.#countedAs = isProxied ? undefined : socket.host;
    this.#awaits = isProxied ? 'header' : 'hello';
    options.sockets.clock.wake(this, limits.net.handshakeMs);
    options.admission.silent(socket.host, this);
  }

  /** Others need its place. */
  drop(): void {
    this.#socket.abort();
  }

  /** The header, the handshake or the first word did not come in time. */
  woke(): void {
    if (this.#awaits === 'word') this.#socket.end();
    else this.#socket.abort();
  }

  // ---- what the socket tells

  data(bytes: Uint8Array): void {
    if (this.#awaits === 'nothing') return;
    if (this.#awaits === 'word') return this.#accept().data(bytes);
    this.#held = this.#held.length === 0 ? bytes : Buffer.concat([this.#held, bytes]);
    if (this.#awaits === 'header') this.#takeHeader();
    else if (this.#awaits === 'hello') this.#takeHello();
    else if (this.#held.length > limits.net.helloBytes) this.#socket.abort();
  }

  ended(): void {
    if (this.#awaits === 'word') this.#accept().ended();
    else this.#socket.end(0);
  }

  drained(): void {}

  lost(): void {
    this.#leave();
    if (this.#isCounted) this.#options.admission.left(this.#countedAs);
  }

  // ---- inside

  #takeHeader(): void {
    const { admission, headerIsOptional } = this.#options;
    const socket = this.#socket;
    const header = readProxyHeader(this.#held);
    if (header === 'unknown') return;
    if (header === 'none' && headerIsOptional) return this.#takeHello();
    if (header === 'none' || header === 'bad') {
      this.#options.unnamed(socket.host);
      socket.abort();
      return;
    }
    this.#held = this.#held.subarray(header.length);
    admission.notSilent(this);
    if (header.source) socket.namePeer(header.source);
    admission.silent(socket.host, this);
    // The proxy had a place for it; from now on the peer has.
    admission.left(this.#countedAs);
    this.#countedAs = socket.host;
    this.#isCounted = admission.admit(socket.host);
    if (this.#isCounted) this.#takeHello();
    else socket.abort();
  }

  #takeHello(): void {
    const { tls } = this.#options;
    const socket = this.#socket;
    const first = this.#held;
    this.#awaits = 'hello';
    if (!tls) return this.#arrived();
    if (first.length === 0) return;
    if (first[0] === handshakeRecord) {
      this.#awaits = 'handshake';
      tls.handshakes.begin(socket.host, () => this.#shake(tls));
      return;
    }
    this.#awaits = 'nothing';
    this.#held = nothing;
    socket.write(this.#options.withoutTls(first, socket.local.host), false);
    socket.end();
  }

  #shake(tls: Tls): void {
    const plain = this.#socket;
    // It may have gone while it waited for its turn.
    if (plain.events !== this) return;
    const secure = new TlsSocket(this.#options.sockets);
    secure.events = this;
    this.#socket = secure;
    const hello = this.#held;
    this.#awaits = 'nothing';
    this.#held = nothing;
    // A connection on which the handshake failed closes by itself, once its peer has been told why.
    const shaken = (isDone: boolean): void => (isDone ? this.#arrived() : undefined);
    secure.shake(plain, tls.side(), shaken, hello);
  }

  #arrived(): void {
    const held = this.#held;
    if (held.length > 0) return this.#accept().data(held);
    if (!this.#options.waitsForPeer) return void this.#accept();
    this.#awaits = 'word';
    this.#options.sockets.clock.wake(this, limits.net.requestMs);
  }

  #accept(): SocketEvents {
    this.#leave();
    const events = this.#options.accept(this.#socket, this.#countedAs);
    this.#socket.events = events;
    return events;
  }

  #leave(): void {
    this.#arrivals.delete(this);
    this.#options.sockets.clock.wake(this, undefined);
    this.#options.admission.notSilent(this);
  }
}

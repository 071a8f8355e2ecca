// Listening: accepted connections become links, as many as the machine and fairness allow.

import type { Socket, TCPSocketListener } from 'bun';

import { isLoopback, normalHost } from '../../net/address';
import type { Clock } from '../../net/clock';
import { type FlushQueue, type SocketEvents, tcpHandlers, TcpSocket } from '../../net/socket';
import { limits } from '../../protocol/limits';

/** How many connections there may be, in all and from one address; shared by all doors. */
export class Admission {
  readonly #most: number;
  readonly #perHost: number;
  readonly #hosts = new Map<string, number>();
  #open = 0;

  constructor(descriptors: number) {
    const reserved = Math.min(limits.net.descriptorsReserved, descriptors / 2);
    this.#most = Math.max(16, Math.floor(descriptors - reserved));
    this.#perHost = Math.max(8, Math.floor(this.#most * limits.net.addressShare));
  }

  /** Whether one more from this host may come in; if so it is counted until `left`. */
  admit(host: string): boolean {
    if (this.#open >= this.#most) return false;
    if (!isLoopback(host)) {
      const before = this.#hosts.get(host) ?? 0;
      if (before >= this.#perHost) return false;
      this.#hosts.set(host, before + 1);
    }
    this.#open++;
    return true;
  }

  left(host: string): void {
    this.#open--;
    if (isLoopback(host)) return;
    const rest = (this.#hosts.get(host) ?? 1) - 1;
    if (rest > 0) this.#hosts.set(host, rest);
    else this.#hosts.delete(host);
  }
}

export interface ListenSettings {
  readonly host: string;
  readonly port: number;
  readonly outbox: FlushQueue;
  readonly clock: Clock;
  readonly admission: Admission;
  /** Makes what reacts to an accepted connection. */
  accept(link: TcpSocket): SocketEvents;
}

/** Opens a port. Throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) where it cannot. */
export function listen(settings: ListenSettings): TCPSocketListener<TcpSocket> {
  const { outbox, clock, admission } = settings;
  return Bun.listen<TcpSocket>({
    hostname: settings.host,
    port: settings.port,
    allowHalfOpen: true,
    socket: {
      ...tcpHandlers,
      open(socket: Socket<TcpSocket>) {
        const link = new TcpSocket(outbox, clock);
        socket.data = link;
        const host = normalHost(socket.remoteAddress);
        // Whoever has reset the connection already has no address any more.
        if (host === '' || !admission.admit(host)) {
          socket.terminate();
          return;
        }
        link.attach(socket, host);
        link.events = settings.accept(link);
      },
    },
  });
}

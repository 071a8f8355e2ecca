// Listening: accepted connections become links, as many as the machine and fairness allow.

import type { Socket, TCPSocketListener } from 'bun';

import { limits } from '../../protocol/limits';
import { isLoopback, normalHost } from './addresses';
import type { Clock } from './clock';
import { Link, linkHandlers, type Outbox, type TransportEvents } from './link';

/** How many connections there may be, in all and from one address; shared by all doors. */
export class Admission {
  readonly #most: number;
  readonly #perHost: number;
  readonly #hosts = new Map<string, number>();
  #open = 0;

  constructor(descriptors: number) {
    const reserved = Math.min(limits.descriptorsReserved, descriptors / 2);
    this.#most = Math.max(16, Math.floor(descriptors - reserved));
    this.#perHost = Math.max(8, Math.floor(this.#most * limits.addressShare));
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
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly admission: Admission;
  /** Makes what reacts to an accepted connection. */
  accept(link: Link): TransportEvents;
}

/** Opens a port. Throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) where it cannot. */
export function listen(settings: ListenSettings): TCPSocketListener<Link> {
  const { outbox, clock, admission } = settings;
  return Bun.listen<Link>({
    hostname: settings.host,
    port: settings.port,
    allowHalfOpen: true,
    socket: {
      ...linkHandlers,
      open(socket: Socket<Link>) {
        const link = new Link(outbox, clock);
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

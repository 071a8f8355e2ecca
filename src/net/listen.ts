// Listening: connections that are accepted become TCP sockets.

import type { TCPSocketListener } from 'bun';

import { everywhere, everywhereIpv4, normalHost } from './address';
import type { SocketDeps, SocketEvents } from './socket';
import { tcpHandlers, TcpSocket, type TcpSystemSocket } from './tcp_socket';

export interface ListenOptions {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly deps: SocketDeps;
  /** Whether a connection from this host is let in. */
  admit(host: string): boolean;
  /** Gives what is told of an accepted socket. */
  accept(socket: TcpSocket): SocketEvents;
}

/** What IPv4 would not mend. */
const lasting: readonly unknown[] = ['EADDRINUSE', 'EACCES'];

/**
 * Opens a port; of all addresses only those of IPv4 where there is no IPv6. Throws the system's error (EADDRINUSE,
 * EACCES, EADDRNOTAVAIL) where it cannot. `open` asks the system.
 */
export function listen(options: ListenOptions, open = openPort): TCPSocketListener<TcpSocket> {
  try {
    return open(options);
  } catch (error) {
    const { code } = error as { code?: string };
    if (options.host !== everywhere || lasting.includes(code)) throw error;
    return open({ ...options, host: everywhereIpv4 });
  }
}

function openPort(options: ListenOptions): TCPSocketListener<TcpSocket> {
  return Bun.listen<TcpSocket>({
    hostname: options.host,
    port: options.port,
    allowHalfOpen: true,
    socket: {
      ...tcpHandlers,
      open(system: TcpSystemSocket) {
        const socket = new TcpSocket(options.deps);
        system.data = socket;
        const host = normalHost(system.remoteAddress);
        // A peer that has reset the connection already has no address any more.
        if (host === '' || !options.admit(host)) {
          system.terminate();
          return;
        }
        socket.attach(system, host);
        socket.events = options.accept(socket);
      },
    },
  });
}

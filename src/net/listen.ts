// Listening: connections that are accepted become TCP sockets.

import type { TCPSocketListener } from 'bun';

import { normalHost } from './address';
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

/** Opens a port. Throws the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL) where it cannot. */
export function listen(options: ListenOptions): TCPSocketListener<TcpSocket> {
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

// One attempt to connect a TCP socket, and its deadline.

import type { Address } from '../protocol/model';
import type { Clock, Wakeable } from './clock';
import { tcpHandlers, type TcpSocket, type TcpSystemSocket } from './tcp_socket';

/** Asks the system for a connection, and tells the attempt what became of it. A simulation has its own. */
export type Connect = (address: Address, socket: TcpSocket, attempt: Dial) => void;

/** The same object for all dials: Bun finds the one that is meant by its socket. */
export const dialHandlers = {
  ...tcpHandlers,
  open: (system: TcpSystemSocket) => system.data.attempt?.opened(system),
  connectError: (system: TcpSystemSocket, error: Error) => system.data.attempt?.failed(error),
};

export const connectTcp: Connect = ({ host, port }, socket, attempt) => {
  socket.attempt = attempt;
  // A failure comes by `connectError`, by the promise, or by both.
  Bun.connect<TcpSocket>({
    hostname: host,
    port,
    allowHalfOpen: true,
    data: socket,
    socket: dialHandlers,
  }).catch((error: unknown) => attempt.failed(error));
};

export interface DialOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  readonly connect?: Connect;
}

/**
 * Dials as soon as it is made. The socket's events are told `opened`, or `lost('refused')` where there is no
 * connection in time, or `lost('reset')` where there was one for a moment.
 */
export class Dial implements Wakeable {
  readonly #socket: TcpSocket;
  readonly #host: string;
  readonly #clock: Clock;
  #isSettled = false;

  constructor(socket: TcpSocket, address: Address, options: DialOptions) {
    const { clock, timeoutMs, connect = connectTcp } = options;
    this.#socket = socket;
    this.#host = address.host;
    this.#clock = clock;
    clock.wake(this, timeoutMs);
    connect(address, socket, this);
  }

  opened(system: TcpSystemSocket): void {
    if (this.#isSettled) {
      system.terminate();
      return;
    }
    this.#settle();
    this.#socket.attach(system, this.#host);
    this.#socket.events?.opened?.();
  }

  /** A peer that resets as soon as it has accepted may do so before the system tells us of the connection. */
  failed(error?: unknown): void {
    const { code } = (error ?? {}) as { code?: string };
    this.#fail(code === 'ECONNRESET' ? 'reset' : 'refused');
  }

  /** The time is up. */
  woke(): void {
    this.#fail('refused');
  }

  /** Gives up, unless the connection stands already. */
  cancel(): void {
    this.#fail('closed');
  }

  #fail(why: 'refused' | 'reset' | 'closed'): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#socket.fail(why);
  }

  #settle(): void {
    this.#isSettled = true;
    this.#clock.wake(this, undefined);
  }
}

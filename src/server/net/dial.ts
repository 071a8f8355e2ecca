// Dialling: the connections that the server itself makes, a bounded number at once.

import type { Socket } from 'bun';

import type { Clock, Wakeable } from '../../net/clock';
import {
  type Dialled,
  type FlushQueue,
  type SocketEvents,
  type StandingSocketEvents,
  tcpHandlers,
  TcpSocket,
} from '../../net/socket';
import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';

type Open = (link: TcpSocket) => SocketEvents;

/** Connects a link, and says once how that went. A simulation has its own. */
export type Connect = (address: Address, link: TcpSocket, told: Dialled) => void;

/** The same for all dials: what is one dial's own is found by its link. */
const dialHandlers = {
  ...tcpHandlers,
  open: (socket: Socket<TcpSocket>) => socket.data.dialled?.opened(socket),
  connectError: (socket: Socket<TcpSocket>) => socket.data.dialled?.failed(),
};

const connectTcp: Connect = ({ host, port }, link, told) => {
  link.dialled = told;
  // Whatever goes wrong is told to `connectError`, and then the promise has nobody to tell.
  void Bun.connect<TcpSocket>({
    hostname: host,
    port,
    allowHalfOpen: true,
    data: link,
    socket: dialHandlers,
  });
};

/** A call from the attempt to its end, between its link and what reacts to it. */
class Call implements StandingSocketEvents, Dialled, Wakeable {
  readonly #socket: TcpSocket;
  readonly #clock: Clock;
  readonly #host: string;
  readonly #events: SocketEvents;
  readonly #over: (call: Call) => void;
  #state: 'dialling' | 'open' | 'over' = 'dialling';

  constructor(
    socket: TcpSocket,
    clock: Clock,
    host: string,
    events: SocketEvents,
    over: (call: Call) => void,
  ) {
    this.#socket = socket;
    this.#clock = clock;
    this.#host = host;
    this.#events = events;
    this.#over = over;
    socket.events = this;
    clock.wake(this, limits.net.dialMs);
  }

  opened(socket: Socket<TcpSocket>): void {
    if (this.#state !== 'dialling') {
      socket.terminate();
      return;
    }
    this.#state = 'open';
    this.#clock.wake(this, undefined);
    this.#socket.attach(socket, this.#host);
    this.#events.opened();
  }

  failed(): void {
    this.#giveUp('refused');
  }

  /** Nobody has answered in time. */
  woke(): void {
    this.#giveUp('refused');
  }

  /** It is not wanted any more, unless it stands already. */
  close(): void {
    this.#giveUp('closed');
  }

  #giveUp(why: 'refused' | 'closed'): void {
    if (this.#state !== 'dialling') return;
    this.#clock.wake(this, undefined);
    this.#socket.onConnectError(why);
  }

  drop(): void {
    this.#socket.abort();
  }

  data(bytes: Uint8Array): void {
    this.#events.data(bytes);
  }

  ended(): void {
    this.#events.ended();
  }

  drained(): void {
    this.#events.drained();
  }

  lost(why: 'closed' | 'refused' | 'reset' | 'slow'): void {
    this.#state = 'over';
    this.#over(this);
    this.#events.lost(why);
  }
}

interface Waiting {
  readonly address: Address;
  readonly open: Open;
}

export class Dialer {
  readonly #outbox: FlushQueue;
  readonly #clock: Clock;
  readonly #connect: Connect;
  /** By the host to be called, and hosts take turns: one that is slow to answer holds up nobody else for long. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #calls = new Set<Call>();
  #closed = false;

  constructor(outbox: FlushQueue, clock: Clock, connect: Connect = connectTcp) {
    this.#outbox = outbox;
    this.#clock = clock;
    this.#connect = connect;
  }

  /**
   * Dials, at once or when fewer calls are under way. `open` makes what reacts: it is told `opened`, or
   * `lost('refused')` where no connection could be had in time.
   */
  dial(address: Address, open: Open): void {
    if (this.#closed) return;
    if (this.#calls.size < limits.net.calls) return this.#dial(address, open);
    const waiting = this.#waiting.get(address.host);
    if (waiting) waiting.push({ address, open });
    else this.#waiting.set(address.host, [{ address, open }]);
  }

  /** No call is made any more, and what was about to be made is `lost('closed')`. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const call of this.#calls) call.close();
  }

  /** Drops whatever is still open. */
  drop(): void {
    for (const call of this.#calls) call.drop();
  }

  #next(): void {
    if (this.#waiting.size === 0) return;
    const [host, waiting] = this.#waiting.entries().next().value ?? [];
    const next = waiting?.shift();
    if (host === undefined || !waiting || !next) return;
    this.#waiting.delete(host);
    if (waiting.length > 0) this.#waiting.set(host, waiting);
    this.#dial(next.address, next.open);
  }

  #dial(address: Address, open: Open): void {
    const socket = new TcpSocket(this.#outbox, this.#clock);
    const call = new Call(socket, this.#clock, address.host, open(socket), this.#over);
    this.#calls.add(call);
    this.#connect(address, socket, call);
  }

  readonly #over = (call: Call): void => {
    this.#calls.delete(call);
    this.#next();
  };
}

// Dialling: the connections that the server itself makes, a bounded number at once.

import type { Socket } from 'bun';

import { limits } from '../../protocol/limits';
import type { Address } from '../../protocol/model';
import type { Clock } from './clock';
import { Link, linkHandlers, type Outbox, type TransportEvents } from './link';

type Open = (link: Link) => TransportEvents;

/** Connects a link, and says once how that went. A simulation has its own. */
export type Connect = (
  address: Address,
  link: Link,
  told: { readonly opened: (socket: Socket<Link>) => void; readonly failed: () => void },
) => void;

const connectTcp: Connect = (address, link, { opened, failed }) => {
  Bun.connect<Link>({
    hostname: address.host,
    port: address.port,
    allowHalfOpen: true,
    data: link,
    socket: { ...linkHandlers, open: opened, connectError: failed },
  }).catch(failed);
};

interface Waiting {
  readonly address: Address;
  readonly open: Open;
}

export class Dialer {
  readonly #outbox: Outbox;
  readonly #clock: Clock;
  readonly #connect: Connect;
  /** By the host to be called, and hosts take turns: one that is slow to answer holds up nobody else for long. */
  readonly #waiting = new Map<string, Waiting[]>();
  readonly #links = new Set<Link>();
  readonly #dialling = new Set<(why: 'closed') => void>();
  #closed = false;

  constructor(outbox: Outbox, clock: Clock, connect: Connect = connectTcp) {
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
    if (this.#links.size < limits.calls) return this.#dial(address, open);
    const waiting = this.#waiting.get(address.host);
    if (waiting) waiting.push({ address, open });
    else this.#waiting.set(address.host, [{ address, open }]);
  }

  /** No call is made any more, and what was about to be made is `lost('closed')`. */
  close(): void {
    this.#closed = true;
    this.#waiting.clear();
    for (const giveUp of this.#dialling) giveUp('closed');
  }

  /** Drops whatever is still open. */
  drop(): void {
    for (const link of this.#links) link.abort();
  }

  #next(): void {
    const [host, waiting] = this.#waiting.entries().next().value ?? [];
    const next = waiting?.shift();
    if (host === undefined || !waiting || !next) return;
    this.#waiting.delete(host);
    if (waiting.length > 0) this.#waiting.set(host, waiting);
    this.#dial(next.address, next.open);
  }

  #dial(address: Address, open: Open): void {
    const link = new Link(this.#outbox, this.#clock);
    this.#links.add(link);
    const events = open(link);
    const counted: TransportEvents = {
      opened: () => events.opened(),
      data: (bytes) => events.data(bytes),
      ended: () => events.ended(),
      drained: () => events.drained(),
      lost: (why) => {
        this.#links.delete(link);
        this.#next();
        events.lost(why);
      },
    };
    link.events = counted;

    let isSettled = false;
    /** The first word on the dial is the last. */
    const settle = (): boolean => {
      if (isSettled) return false;
      isSettled = true;
      cancel();
      this.#dialling.delete(giveUp);
      return true;
    };
    const giveUp = (why: 'refused' | 'closed'): void => {
      if (settle()) link.onConnectError(why);
    };
    const cancel = this.#clock.after(limits.dialMs, () => giveUp('refused'));
    this.#dialling.add(giveUp);
    this.#connect(address, link, {
      opened: (socket) => {
        if (!settle()) {
          socket.terminate();
          return;
        }
        link.attach(socket, address.host);
        counted.opened();
      },
      failed: () => giveUp('refused'),
    });
  }
}

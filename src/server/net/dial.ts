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
  told: { opened(socket: Socket<Link>): void; failed(): void },
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
  readonly #waiting: Waiting[] = [];
  #underWay = 0;
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
    if (this.#underWay >= limits.calls) this.#waiting.push({ address, open });
    else this.#dial(address, open);
  }

  /** No call is made any more. */
  close(): void {
    this.#closed = true;
    this.#waiting.length = 0;
  }

  #dial(address: Address, open: Open): void {
    this.#underWay++;
    let over = false;
    const finished = (): void => {
      if (over) return;
      over = true;
      this.#underWay--;
      const next = this.#waiting.shift();
      if (next) this.#dial(next.address, next.open);
    };
    const link = new Link(this.#outbox, this.#clock);
    const events = open(link);
    const counted: TransportEvents = {
      opened: () => events.opened(),
      data: (bytes) => events.data(bytes),
      ended: () => events.ended(),
      drained: () => events.drained(),
      lost: (why) => {
        finished();
        events.lost(why);
      },
    };
    link.events = counted;

    let late = false;
    const cancel = this.#clock.after(limits.dialMs, () => {
      late = true;
      link.onConnectError();
    });
    const failed = (): void => {
      cancel();
      if (!late) link.onConnectError();
    };
    this.#connect(address, link, {
      opened: (socket) => {
        cancel();
        if (late) return void socket.terminate();
        link.attach(socket, address.host);
        counted.opened();
      },
      failed,
    });
  }
}

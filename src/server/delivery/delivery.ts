// Delivery: takes the hub's events to the outlets they are for, and settles private messages.

import type { Direct, Notice, RecipientId, SessionId } from '../../protocol/model';
import {
  type Audience,
  type CallbackAddress,
  type HubEvent,
  isSaid,
  isSaidWith,
  type SaidEvent,
} from '../hub/events';
import type { Outlet } from './outlet';
import { Recipient, type RecipientDeps, type Settled } from './recipient';
import { RoomOutlets } from './rooms';
import { Sanitizer } from './sanitize';

/** What delivery needs of the server around it. */
export interface DeliveryDeps {
  waiting(recipient: RecipientId, after: number, most: number): readonly Direct[];
  settle(recipient: RecipientId, serial: number, how: Settled): void;
  after(ms: number, then: () => void): () => void;
  /** The live connection of a session, if it is on this machine. */
  connection(session: SessionId): Outlet | undefined;
  /** An outlet that calls an address, if this machine does. `end` lets go of it. */
  caller(at: CallbackAddress): (Outlet & { end(): void }) | undefined;
  /** A file that perhaps nobody needs any more. */
  released(event: Extract<HubEvent, { is: 'file-released' }>): void;
}

interface Called {
  readonly opened: number;
  readonly outlet: Outlet & { end(): void };
}

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #post: RecipientDeps;
  readonly #sanitizer = new Sanitizer();
  readonly #rooms = new RoomOutlets();
  readonly #recipients = new Map<RecipientId, Recipient>();
  readonly #called = new Map<RecipientId, Called>();
  readonly #watchers = new Map<SessionId, Outlet>();
  /** Sessions that are here, on this machine: from `arrived` to `departed`, however long the link lives. */
  readonly #live = new Map<SessionId, Outlet>();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#post = {
      waiting: (...of) => deps.waiting(...of),
      settle: (...what) => deps.settle(...what),
      after: (ms, then) => deps.after(ms, then),
      sanitizer: this.#sanitizer,
      idle: (recipient) => {
        if (this.#recipients.get(recipient.id) === recipient) this.#recipients.delete(recipient.id);
      },
    };
  }

  /** Takes the events of one committed command, in order. */
  take(events: readonly HubEvent[]): void {
    const [first] = events;
    if (first !== undefined && events.length > 1 && isSaid(first)) {
      const run = events.filter(isSaid).filter((event) => isSaidWith(first, event));
      if (run.length === events.length) return this.#run(first.to, run);
    }
    for (const event of events) this.#event(event);
  }

  /** What one session said in a row, told to each of the others at once where that is possible. */
  #run({ room, except }: SaidEvent['to'], run: readonly SaidEvent[]): void {
    const all = run.map(({ notice }) => notice);
    const others: Outlet[] = [];
    this.#rooms.each(room, except, (outlet) => {
      const told = outlet.tellAll?.(this.#sanitizer.passAll(all, outlet.dialect)) ?? false;
      if (!told) others.push(outlet);
    });
    for (const said of all) for (const outlet of others) this.#tell(outlet, said);
  }

  #event(event: HubEvent): void {
    switch (event.is) {
      case 'notice':
        return this.#notice(event.to, event.notice);
      case 'direct':
        return this.#recipients.get(event.to)?.add(event.message);
      case 'room-in': {
        const outlet = event.mute ? undefined : this.#live.get(event.session);
        if (outlet) this.#rooms.enter(event.room, event.session, outlet);
        return;
      }
      case 'room-out':
        return this.#rooms.leave(event.room, event.session);
      case 'arrived': {
        const outlet = this.#deps.connection(event.session);
        if (!outlet) return;
        this.#live.set(event.session, outlet);
        if (!event.deaf) this.#attach(event.recipient, outlet);
        return;
      }
      case 'departed': {
        this.#watchers.delete(event.session);
        const outlet = this.#live.get(event.session);
        this.#live.delete(event.session);
        if (outlet) this.#detach(event.recipient, outlet);
        return;
      }
      case 'address':
        return this.open(event.at);
      case 'address-gone': {
        const called = this.#called.get(event.recipient);
        if (called?.opened === event.opened) this.#hangUp(event.recipient, called);
        return;
      }
      case 'forgotten':
        this.#recipients.get(event.recipient)?.forget();
        this.#recipients.delete(event.recipient);
        return;
      case 'watching': {
        const outlet = this.#live.get(event.session);
        if (outlet) this.#watchers.set(event.session, outlet);
        return;
      }
      case 'file-released':
        return this.#deps.released(event);
    }
  }

  /** An address to call from now on; also what was open when the server started. */
  open(at: CallbackAddress): void {
    const outlet = this.#deps.caller(at);
    if (!outlet) return;
    const before = this.#called.get(at.recipient);
    if (before) this.#hangUp(at.recipient, before);
    this.#called.set(at.recipient, { opened: at.opened, outlet });
    this.#attach(at.recipient, outlet);
  }

  #notice(to: Audience, notice: Notice): void {
    if (to === 'watchers') {
      for (const outlet of this.#watchers.values()) this.#tell(outlet, notice);
    } else if ('room' in to) {
      this.#rooms.each(to.room, to.except, (outlet) => this.#tell(outlet, notice));
    } else if ('session' in to) {
      const outlet = this.#live.get(to.session);
      if (outlet) this.#tell(outlet, notice);
    } else {
      this.#recipients.get(to.recipient)?.tell(notice);
    }
  }

  #tell(outlet: Outlet, notice: Notice): void {
    outlet.tell(this.#sanitizer.pass(notice, outlet.dialect));
  }

  #attach(id: RecipientId, outlet: Outlet): void {
    let recipient = this.#recipients.get(id);
    if (!recipient) {
      recipient = new Recipient(id, this.#post, true);
      this.#recipients.set(id, recipient);
    }
    recipient.attach(outlet);
  }

  #detach(id: RecipientId, outlet: Outlet): void {
    this.#recipients.get(id)?.detach(outlet);
  }

  #hangUp(id: RecipientId, called: Called): void {
    this.#called.delete(id);
    this.#detach(id, called.outlet);
    called.outlet.end();
  }
}

// Delivery: takes the hub's events to the outlets they are for, and settles private messages.

import { limits } from '../../protocol/limits';
import type { Name, Notice, RecipientId, Removed, SessionId } from '../../protocol/model';
import {
  type Audience,
  type CallbackAddress,
  type HubEvent,
  isSaid,
  isSaidWith,
  type SaidEvent,
} from '../hub/events';
import { accountOf } from '../hub/names';
import type { ReadInvitations } from '../hub/state/invitations';
import type { Pending } from '../hub/state/pending_reader';
import { Blockers } from './blockers';
import { Introduction } from './introduction';
import type { Outlet } from './outlet';
import { Recipient, type RecipientDeps, type Settled } from './recipient';
import { RoomOutlets } from './room_outlets';
import { Sanitizer } from './sanitize';

/** What delivery needs of the server around it. */
export interface DeliveryDeps {
  /** The messages in the store that come next for a recipient, at most so many, from the senders after one. */
  pending(recipient: RecipientId, most: number, after?: string): Pending;
  /** The invitations that wait for a recipient. */
  readonly invitations: ReadInvitations;
  settle(recipient: RecipientId, serial: number, how: Settled): void;
  /** Calls `then` after `ms`; the result cancels that. */
  after(ms: number, then: () => void): () => void;
  /** The live connection of a session, if it is on this machine. */
  connection(session: SessionId): Outlet | undefined;
  /** An outlet that calls an address, if it is this machine that does. */
  callbackOutlet(at: CallbackAddress): CalledOutlet | undefined;
  /** Whether a user blocks a person. */
  isBlocked(recipient: RecipientId, from: Name): boolean;
  /** Who is connected from a network goes. */
  banned(network: string, removed: Removed): void;
  /** Perhaps nothing needs this file any more. */
  released(event: Extract<HubEvent, { is: 'file-released' }>): void;
}

/** An outlet that calls an address. */
interface CalledOutlet extends Outlet {
  /** Files are to be announced as such from now on. */
  wantFiles(isOurs: boolean): void;
  /** Lets go of it. */
  end(): void;
}

/** The outlet of an address that is called. */
interface OpenCallback {
  readonly opened: number;
  readonly outlet: CalledOutlet;
}

/** What it costs to tell one user of it, in short texts. */
const unitsOf = (notice: Notice): number =>
  notice.is === 'said' ? 1 + notice.text.length / limits.quota.toldText : 1;

export class Delivery {
  readonly #deps: DeliveryDeps;
  readonly #recipientDeps: RecipientDeps;
  readonly #sanitizer = new Sanitizer();
  readonly #rooms = new RoomOutlets();
  readonly #blockers = new Blockers();
  readonly #recipients = new Map<RecipientId, Recipient>();
  /** Of sessions that came a moment ago. */
  readonly #introductions = new Map<SessionId, Introduction>();
  readonly #callbacks = new Map<RecipientId, OpenCallback>();
  readonly #watchers = new Map<SessionId, Outlet>();
  /** The sessions on this machine, from `arrived` to `departed`, however long the socket lives. */
  readonly #connections = new Map<SessionId, Outlet>();

  constructor(deps: DeliveryDeps) {
    this.#deps = deps;
    this.#recipientDeps = {
      pending: (...of) => deps.pending(...of),
      settle: (...what) => deps.settle(...what),
      isBlocked: (...of) => deps.isBlocked(...of),
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
      if (run.length === events.length) return this.#tellRun(first.to, run);
    }
    for (const event of events) this.#takeOne(event);
  }

  /** Tells what one session said in a row, to each outlet at once where it can take that. */
  #tellRun({ room, except }: SaidEvent['to'], run: readonly SaidEvent[]): void {
    const all = run.map(({ notice }) => notice);
    const others: Outlet[] = [];
    const hidden = all[0] && this.#blockers.of(all[0].from);
    const count = this.#rooms.each(room, except, hidden, (outlet) => {
      const told = outlet.tellAll?.(this.#sanitizer.cleanAll(all, outlet.dialect)) ?? false;
      if (!told) others.push(outlet);
    });
    const units = all.reduce((sum, notice) => sum + unitsOf(notice), 0);
    this.#connections.get(except)?.caused?.(count * units);
    for (const said of all) for (const outlet of others) this.#tell(outlet, said);
  }

  #takeOne(event: HubEvent): void {
    switch (event.is) {
      case 'notice':
        return this.#tellAudience(event.to, event.notice);
      case 'direct':
        return this.#recipients.get(event.to)?.add(event.message);
      case 'room-in': {
        const outlet = event.mute ? undefined : this.#connections.get(event.session);
        if (outlet) this.#rooms.enter(event.room, event.session, outlet);
        return;
      }
      case 'room-out':
        return this.#rooms.leave(event.room, event.session);
      case 'arrived': {
        const outlet = this.#deps.connection(event.session);
        if (!outlet) return;
        this.#connections.set(event.session, outlet);
        if (event.deaf) return;
        this.#attach(event.recipient, outlet);
        return this.#introduce(event, outlet);
      }
      case 'expelled':
        return this.#deps.connection(event.session)?.expel?.(event.removed);
      case 'network-banned':
        return this.#deps.banned(event.network, event.removed);
      case 'blocks':
        if (this.#connections.has(event.session)) this.#blockers.set(event.session, event.keys);
        return;
      case 'departed': {
        this.#blockers.forget(event.session);
        this.#watchers.delete(event.session);
        this.#introductions.get(event.session)?.end();
        this.#introductions.delete(event.session);
        const outlet = this.#connections.get(event.session);
        this.#connections.delete(event.session);
        if (outlet) this.#detach(event.recipient, outlet);
        return;
      }
      case 'address':
        return this.openCallback(event.at);
      case 'address-gone': {
        const callback = this.#callbacks.get(event.recipient);
        if (callback?.opened === event.opened) this.#closeCallback(event.recipient, callback);
        return;
      }
      case 'forgotten':
        this.#recipients.get(event.recipient)?.forget();
        this.#recipients.delete(event.recipient);
        return;
      case 'watching': {
        const outlet = this.#connections.get(event.session);
        if (outlet) this.#watchers.set(event.session, outlet);
        return;
      }
      case 'file-released':
        return this.#deps.released(event);
    }
  }

  /** Tells the user of an account what they were invited to while they were away. A guest was not here. */
  #introduce({ session, recipient }: Extract<HubEvent, { is: 'arrived' }>, outlet: Outlet): void {
    if (accountOf(recipient) === undefined) return;
    const introduction = new Introduction(
      recipient,
      outlet,
      {
        invitations: this.#deps.invitations,
        after: (ms, then) => this.#deps.after(ms, then),
        tell: (notice) => {
          const by = notice.is === 'invited' ? notice.by : undefined;
          if (by === undefined || !this.#deps.isBlocked(recipient, by)) this.#tell(outlet, notice);
        },
      },
      () => this.#introductions.delete(session),
    );
    this.#introductions.set(session, introduction);
  }

  /** From now on the address is called. For addresses that were open when the server started, too. */
  openCallback(at: CallbackAddress): void {
    const before = this.#callbacks.get(at.recipient);
    if (before?.opened === at.opened) return this.#renewCallback(before, at);
    const outlet = this.#deps.callbackOutlet(at);
    if (!outlet) return;
    if (before) this.#closeCallback(at.recipient, before);
    this.#callbacks.set(at.recipient, { opened: at.opened, outlet });
    this.#attach(at.recipient, outlet);
  }

  /** The peer at an address has said that it is there: what waits is tried at once. */
  #renewCallback(
    { outlet }: OpenCallback,
    { recipient, wantsFiles, isOurs }: CallbackAddress,
  ): void {
    if (wantsFiles) outlet.wantFiles(isOurs);
    this.#attach(recipient, outlet);
  }

  #tellAudience(to: Audience, notice: Notice): void {
    if (to === 'watchers') {
      for (const outlet of this.#watchers.values()) this.#tell(outlet, notice);
    } else if (to === 'everybody') {
      for (const outlet of this.#connections.values()) this.#tell(outlet, notice);
    } else if ('room' in to) {
      const hidden = this.#hidden(notice) ?? to.others;
      const tell = (outlet: Outlet): void => this.#tell(outlet, notice);
      const count = this.#rooms.each(to.room, to.except, hidden, tell);
      this.#connections.get(to.except)?.caused?.(count * unitsOf(notice));
    } else if ('session' in to) {
      const outlet = this.#connections.get(to.session);
      if (outlet) this.#tell(outlet, notice);
    } else if ('carrier' in to) {
      const outlet = this.#deps.connection(to.carrier);
      if (outlet) this.#tell(outlet, notice);
    } else {
      if (notice.is === 'changed' && this.#deps.isBlocked(to.recipient, notice.by)) return;
      const except = to.except && this.#connections.get(to.except);
      this.#recipients.get(to.recipient)?.tell(notice, except);
      if (notice.is !== 'invited') return;
      for (const introduction of this.#introductions.values())
        if (introduction.recipient === to.recipient) introduction.toldOf(notice.room);
    }
  }

  /** Those who do not want to hear who speaks. */
  #hidden(notice: Notice): ReadonlySet<SessionId> | undefined {
    if (notice.is === 'said') return this.#blockers.of(notice.from);
    return notice.is === 'changed' ? this.#blockers.of(notice.by) : undefined;
  }

  #tell(outlet: Outlet, notice: Notice): void {
    outlet.tell(this.#sanitizer.clean(notice, outlet.dialect));
  }

  #attach(id: RecipientId, outlet: Outlet): void {
    let recipient = this.#recipients.get(id);
    if (!recipient) {
      recipient = new Recipient(id, this.#recipientDeps, true);
      this.#recipients.set(id, recipient);
    }
    recipient.attach(outlet);
  }

  #detach(id: RecipientId, outlet: Outlet): void {
    this.#recipients.get(id)?.detach(outlet);
  }

  #closeCallback(id: RecipientId, callback: OpenCallback): void {
    this.#callbacks.delete(id);
    this.#detach(id, callback.outlet);
    callback.outlet.end();
  }
}

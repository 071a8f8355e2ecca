// A delivery without a server: the store, the time and every settlement are in the test's hands.

import type { Settle } from '../../../src/protocol/dialect';
import type { Direct, Notice, RecipientId } from '../../../src/protocol/model';
import { Delivery } from '../../../src/server/delivery/delivery';
import type { Outlet } from '../../../src/server/delivery/outlet';
import type { Settled } from '../../../src/server/delivery/recipient';
import { named, sessionOf } from '../../support/journal';

export const bob = 'a2' as RecipientId;

export const message = (serial: number, text = `text ${serial}`): Direct => ({
  is: 'direct',
  serial,
  id: serial,
  from: named('alice'),
  to: named('bob'),
  text,
  origin: 'test',
  at: 0,
});

/** An outlet whose settlements are in the test's hands. */
export class ManualOutlet implements Outlet {
  readonly dialect: string;
  readonly got: Direct[] = [];
  readonly told: Notice[] = [];
  readonly settles: Settle[] = [];
  constructor(dialect = 'test') {
    this.dialect = dialect;
  }
  deliver(direct: Direct, settle: Settle): void {
    this.got.push(direct);
    this.settles.push(settle);
  }
  tell(notice: Notice): void {
    this.told.push(notice);
  }
  settle(result: 'delivered' | 'failed' | 'refused'): void {
    const settle = this.settles.shift();
    if (!settle) throw new Error('nothing to settle');
    settle(result);
  }
  get serials(): number[] {
    return this.got.map(({ serial }) => serial);
  }
}

/** A delivery whose store, clock and connections are in the test's hands. */
export class TestDelivery {
  stored: Direct[] = [];
  readonly blocked = new Set<string>();
  readonly outlets = new Map<string, Outlet>();
  readonly settled: (Settled & { readonly serial: number })[] = [];
  readonly timers: { ms: number; run: () => void; cancelled: boolean }[] = [];
  called: (Outlet & { end(): void; wantFiles(): void }) | undefined;
  readonly delivery = new Delivery({
    pending: (_recipient, most) => ({
      messages: this.stored.slice(0, most),
      hasMore: this.stored.length > most,
      last: '',
    }),
    invitations: () => [],
    settle: (_recipient, serial, how) => void this.settled.push({ serial, ...how }),
    after: (ms, then) => {
      const timer = { ms, run: then, cancelled: false };
      this.timers.push(timer);
      return () => (timer.cancelled = true);
    },
    connection: (session) => this.outlets.get(session),
    callbackOutlet: () => this.called,
    isBlocked: (_recipient, from) => this.blocked.has(from),
    banned: () => {},
    released: () => {},
  });

  arrive(session: string, outlet: Outlet, recipient = bob): void {
    this.outlets.set(session, outlet);
    this.delivery.take([
      { is: 'arrived', session: sessionOf(session), recipient, name: named('bob'), deaf: false },
    ]);
  }
  /** Its connection is gone before the hub's word of it comes, as it is in the server. */
  depart(session: string, recipient = bob): void {
    this.outlets.delete(session);
    this.delivery.take([{ is: 'departed', session: sessionOf(session), recipient }]);
  }
  /** A message is committed. */
  commit(direct: Direct): void {
    this.stored.push(direct);
    this.delivery.take([{ is: 'direct', to: bob, message: direct }]);
  }
  /** The oldest settlement is committed. */
  commitSettlement(): void {
    const settlement = this.settled.shift();
    if (!settlement) throw new Error('nothing was settled');
    this.stored = this.stored.filter(({ serial }) => serial !== settlement.serial);
    settlement.done();
  }
  fire(): void {
    const timers = this.timers.splice(0);
    for (const timer of timers) if (!timer.cancelled) timer.run();
  }
}

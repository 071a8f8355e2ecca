// How often one connection, account and address may ask for what costs the server something that lasts.

import { networkOf } from '../../net/address';
import { BoundedMap } from '../../protocol/bounded';
import { isLoopback } from '../../protocol/bytes/address';
import { type OperationName, operations, type RateKind } from '../../protocol/commands';
import { limits } from '../../protocol/limits';
import type { Name } from '../../protocol/model';
import { Bucket, type Rate } from './bucket';

/** What an operator changes of the rates. */
export interface RateSettings {
  /** How much of each kind one address may do in a second; a connection and an account in proportion. */
  readonly perSecond?: Readonly<Partial<Record<RateKind, number>>>;
  /** Peers on this machine are not held to any rate. */
  readonly exemptLoopback?: boolean;
}

type Holder = 'connection' | 'account' | 'address';
type Buckets = Partial<Record<RateKind, Bucket>>;

/** A command as it is counted: a long text costs more. */
interface Counted {
  readonly do: OperationName;
  readonly text?: string;
}

export class Rates {
  readonly #rates: Readonly<Record<RateKind, Readonly<Record<Holder, Rate>>>>;
  readonly #exemptLoopback: boolean;
  readonly #now: () => number;
  readonly #byAddress = new BoundedMap<string, Buckets>(limits.quota.subjects);
  readonly #byAccount = new BoundedMap<string, Buckets>(limits.quota.subjects);

  /** `now`: in ms, from a clock that never goes back. */
  constructor(now: () => number, { perSecond = {}, exemptLoopback = false }: RateSettings = {}) {
    this.#now = now;
    this.#exemptLoopback = exemptLoopback;
    const { rates } = limits.quota;
    this.#rates = {
      requests: scaled(rates.requests, perSecond.requests),
      messages: scaled(rates.messages, perSecond.messages),
      names: scaled(rates.names, perSecond.names),
      registrations: scaled(rates.registrations, perSecond.registrations),
      rooms: scaled(rates.rooms, perSecond.rooms),
      moderation: scaled(rates.moderation, perSecond.moderation),
    };
  }

  /** One connection, or one request where each has its own. */
  caller(host: string): Caller {
    const isExempt = this.#exemptLoopback && isLoopback(host);
    return new Caller(this, isExempt ? undefined : bucketsOf(this.#byAddress, networkOf(host)));
  }

  /** The buckets of an account. */
  account(name: Name): Buckets {
    return bucketsOf(this.#byAccount, name);
  }

  /** Takes what was asked for, whether it is there or not: how long the peer is not read after that, in ms. */
  pace(cost: number, connection: Buckets, address: Buckets, account: Buckets | undefined): number {
    const rates = this.#rates.requests;
    if (rates.connection.burst === Infinity) return 0;
    const now = this.#now();
    const rest = (buckets: Buckets, rate: Rate): number => {
      const bucket = (buckets.requests ??= new Bucket(rate, now));
      bucket.take(cost);
      return bucket.msUntil(1, rate, now);
    };
    const ms = Math.max(
      rest(connection, rates.connection),
      account ? rest(account, rates.account) : 0,
      rest(address, rates.address),
    );
    return Math.min(ms, limits.quota.restMs);
  }

  /** Takes what a command costs from all buckets, or from none where one has too little: how long until it has, in ms. */
  take(
    command: Counted,
    connection: Buckets,
    address: Buckets,
    account: Buckets | undefined,
  ): number {
    const { rate: kind } = operations[command.do];
    if (kind === undefined) return 0;
    const now = this.#now();
    const cost = 1 + Math.floor((command.text?.length ?? 0) / limits.quota.textUnit);
    const rates = this.#rates[kind];
    const own = (connection[kind] ??= new Bucket(rates.connection, now));
    const ofAccount = account && (account[kind] ??= new Bucket(rates.account, now));
    const ofAddress = (address[kind] ??= new Bucket(rates.address, now));
    const wait = Math.max(
      own.msUntil(cost, rates.connection, now),
      ofAccount?.msUntil(cost, rates.account, now) ?? 0,
      ofAddress.msUntil(cost, rates.address, now),
    );
    if (wait > 0) return wait;
    own.take(cost);
    ofAccount?.take(cost);
    ofAddress.take(cost);
    return 0;
  }
}

/** The one who asks: a connection at an address, and the account that it has proved to be. */
export class Caller {
  readonly #rates: Rates;
  readonly #connection: Buckets = {};
  /** Undefined: it may do all. */
  readonly #address: Buckets | undefined;
  #account: Buckets | undefined;

  constructor(rates: Rates, address: Buckets | undefined) {
    this.#rates = rates;
    this.#address = address;
  }

  /** From now on it asks for an account, too: one that was proved, by the name that the hub has for it. */
  actFor(account: Name): this {
    this.#account = this.#rates.account(account);
    return this;
  }

  /** Counts a command: 0 where it may be submitted now, else after how long it may, in ms. */
  take(command: Counted): number {
    if (!this.#address) return 0;
    return this.#rates.take(command, this.#connection, this.#address, this.#account);
  }

  /** Counts what was asked for: how long the peer is not read after that, in ms. */
  pace(cost: number): number {
    if (!this.#address) return 0;
    return this.#rates.pace(cost, this.#connection, this.#address, this.#account);
  }
}

function bucketsOf(subjects: Map<string, Buckets>, subject: string): Buckets {
  let buckets = subjects.get(subject);
  if (!buckets) subjects.set(subject, (buckets = {}));
  return buckets;
}

type HolderRates = Readonly<Record<Holder, Rate>>;

function scaled(rates: HolderRates, perSecond = rates.address.perSecond): HolderRates {
  const factor = perSecond / rates.address.perSecond;
  const scale = (rate: Rate): Rate => ({
    perSecond: rate.perSecond * factor,
    burst: Math.max(1, rate.burst * factor),
  });
  return {
    connection: scale(rates.connection),
    account: scale(rates.account),
    address: scale(rates.address),
  };
}

// The bytes that are held for peers, over all of one kind: above the total, who has most of them is dropped.

import { limits } from '../protocol/limits';

/** Who has bytes held for it: a connection whose message is not whole, or whose peer does not read. */
export interface Holder {
  /** Its address, or network, where addresses are counted. */
  readonly network: string;
  /** Whether the peer alone keeps them from going: such holders go first. */
  readonly isIdle: boolean;
  drop(): void;
}

/** What the connections of one network hold. */
interface Network {
  readonly name: string;
  /** In the order in which they began to hold something. */
  readonly bytes: Map<Holder, number>;
  total: number;
  /** Networks are kept by the power of two of their total. */
  class: number;
}

/** The powers of two of what can be counted, and a class for nothing. */
const classes = 54;
const classOf = (bytes: number): number => (bytes === 0 ? 0 : Math.floor(Math.log2(bytes)) + 1);

/**
 * Nobody can take the memory from others: where there is too much, it is an address with the most, within a factor of
 * two, that loses a connection, the idle one with the most first. Who is of good faith holds little, and goes on. To find
 * whom to drop costs the same however many there are, because it may be asked for with each byte that comes.
 */
export class HeldBytes {
  readonly #most: number;
  readonly #networks = new Map<string, Network>();
  /** The network of each holder: its address is looked at once. */
  readonly #networkOf = new Map<Holder, Network>();
  readonly #classes = Array.from({ length: classes }, () => new Set<Network>());
  #total = 0;
  #isShrinking = false;

  /** `most`: bytes in all. */
  constructor(most: number) {
    this.#most = most;
  }

  get total(): number {
    return this.#total;
  }

  /** What may still be held before somebody is dropped; below 0 never for long. */
  get room(): number {
    return this.#most - this.#total;
  }

  /** A connection holds so many bytes now. */
  set(holder: Holder, bytes: number): void {
    let network = this.#networkOf.get(holder);
    if (!network) {
      if (bytes === 0) return;
      network = this.#networkNamed(holder.network);
      this.#networkOf.set(holder, network);
    }
    const change = bytes - (network.bytes.get(holder) ?? 0);
    if (bytes > 0) {
      network.bytes.set(holder, bytes);
    } else {
      network.bytes.delete(holder);
      this.#networkOf.delete(holder);
    }
    this.#total += change;
    network.total += change;
    this.#sort(network);
    if (this.#total > this.#most && !this.#isShrinking) this.#shrink();
  }

  #networkNamed(name: string): Network {
    let network = this.#networks.get(name);
    if (!network) {
      network = { name, bytes: new Map(), total: 0, class: 0 };
      this.#networks.set(name, network);
    }
    return network;
  }

  #sort(network: Network): void {
    const next = classOf(network.total);
    if (next === network.class) return;
    this.#classes[network.class]?.delete(network);
    network.class = next;
    if (next > 0) this.#classes[next]?.add(network);
    else this.#networks.delete(network.name);
  }

  #shrink(): void {
    this.#isShrinking = true;
    while (this.#total > this.#most) {
      const holder = this.#greediest();
      // Where all are busy, they are given a moment.
      if (!holder || (!holder.isIdle && this.#total <= 2 * this.#most)) break;
      holder.drop();
      // Also where a connection that is dropped does not say so itself.
      this.set(holder, 0);
    }
    this.#isShrinking = false;
  }

  /** The greediest idle holder of a network that holds much; if there is none among the first, the greediest of those. */
  #greediest(): Holder | undefined {
    let busy: Holder | undefined;
    let looks: number = limits.net.heldLooks;
    for (let at = this.#classes.length - 1; at > 0 && looks > 0; at--) {
      const networks = this.#classes[at] ?? new Set();
      for (const network of networks) {
        const found = greediestOf(network, looks);
        looks -= found.looks;
        busy ??= found.busy;
        if (found.idle) {
          // Those that hold about as much take turns.
          networks.delete(network);
          networks.add(network);
          return found.idle;
        }
        if (looks <= 0) break;
      }
    }
    return busy;
  }
}

/**
 * Of the first holders that hold no less than half of what is usual in the network, at most so many, the one with the most
 * bytes, and the one of the idle; of equals the oldest. Who holds less goes to the end, so each is passed over once.
 */
function greediestOf(
  { bytes, total }: Network,
  most: number,
): { readonly idle?: Holder; readonly busy?: Holder; readonly looks: number } {
  let [idle, busy]: [Holder?, Holder?] = [];
  let [idleBytes, busyBytes, looks] = [0, 0, 0];
  const little = total / bytes.size / 2;
  const passed: (readonly [Holder, number])[] = [];
  for (const [holder, held] of bytes) {
    if (held < little) {
      passed.push([holder, held]);
      continue;
    }
    if (held > busyBytes) [busy, busyBytes] = [holder, held];
    if (holder.isIdle && held > idleBytes) [idle, idleBytes] = [holder, held];
    if (++looks >= most) break;
  }
  for (const [holder, held] of passed) {
    bytes.delete(holder);
    bytes.set(holder, held);
  }
  return { ...(idle && { idle }), ...(busy && { busy }), looks };
}

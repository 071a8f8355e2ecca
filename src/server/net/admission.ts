// Who may connect, and how many in all and from one address. All doors share it.

import { networkOf } from '../../net/address';
import { isLoopback } from '../../protocol/bytes/address';
import { limits } from '../../protocol/limits';

/** The silent connections of one address, or network, oldest first. */
interface Silent {
  readonly network: string;
  readonly connections: Set<SilentConnection>;
}

/** A connection on which nobody has asked for anything yet. */
export interface SilentConnection {
  /** Kept by the admission: looking an address up at each first word would cost more. */
  silentAmong: Silent | undefined;
  drop(): void;
}

/**
 * Where all places are taken, the longest silent connection of the address with the most of those makes room: so
 * thousands of connections that say nothing shut no door.
 */
export class Admission {
  readonly #most: number;
  readonly #mostPerHost: number;
  /** By IPv4 address, and by /64 of IPv6. */
  readonly #countByNetwork = new Map<string, number>();
  readonly #silent = new Map<string, Silent>();
  #count = 0;

  /** Whether nobody is let in from there. */
  readonly isBanned: (host: string) => boolean;

  /** `descriptors`: file descriptors that the process may have open. `isBanned`: nobody from there is let in. */
  constructor(descriptors: number, isBanned: (host: string) => boolean = () => false) {
    this.isBanned = isBanned;
    const reserved = Math.min(limits.net.descriptorsReserved, descriptors / 2);
    this.#most = Math.max(limits.net.connectionsLeast, Math.floor(descriptors - reserved));
    const share = Math.floor(this.#most * limits.net.addressShare);
    this.#mostPerHost = Math.max(limits.net.connectionsPerAddressLeast, share);
  }

  /**
   * Whether one more connection from this host is let in. If so, it counts until `left`. Undefined: a proxy of the
   * operator's, which has no bound of its own.
   */
  admit(host: string | undefined): boolean {
    if (host !== undefined && this.isBanned(host)) return false;
    if (this.#count >= this.#most) this.#makeRoom();
    if (this.#count >= this.#most) return false;
    if (host !== undefined && !isLoopback(host)) {
      const network = networkOf(host);
      const before = this.#countByNetwork.get(network) ?? 0;
      if (before >= this.#mostPerHost) return false;
      this.#countByNetwork.set(network, before + 1);
    }
    this.#count++;
    return true;
  }

  left(host: string | undefined): void {
    this.#count--;
    if (host === undefined || isLoopback(host)) return;
    const network = networkOf(host);
    const rest = (this.#countByNetwork.get(network) ?? 1) - 1;
    if (rest > 0) this.#countByNetwork.set(network, rest);
    else this.#countByNetwork.delete(network);
  }

  /** A connection was let in, and has yet to ask for something. */
  silent(host: string, connection: SilentConnection): void {
    const network = networkOf(host);
    let among = this.#silent.get(network);
    if (!among) this.#silent.set(network, (among = { network, connections: new Set() }));
    among.connections.add(connection);
    connection.silentAmong = among;
  }

  /** It asks for something, or is gone. */
  notSilent(connection: SilentConnection): void {
    const among = connection.silentAmong;
    if (!among) return;
    connection.silentAmong = undefined;
    among.connections.delete(connection);
    // The last one stays: the next connection is likely to come from there, too.
    if (among.connections.size === 0 && this.#silent.size > 1) this.#silent.delete(among.network);
  }

  #makeRoom(): void {
    let most: ReadonlySet<SilentConnection> = new Set();
    for (const { connections } of this.#silent.values())
      if (connections.size > most.size) most = connections;
    const [oldest] = most;
    oldest?.drop();
  }
}

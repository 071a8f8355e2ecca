// How many connections there may be, in all and from one address. All doors share it.

import { isLoopback, networkOf } from '../../net/address';
import { limits } from '../../protocol/limits';

export class Admission {
  readonly #most: number;
  readonly #mostPerHost: number;
  /** By IPv4 address, and by /64 of IPv6. */
  readonly #countByNetwork = new Map<string, number>();
  #count = 0;

  /** `descriptors`: file descriptors that the process may have open. */
  constructor(descriptors: number) {
    const reserved = Math.min(limits.net.descriptorsReserved, descriptors / 2);
    this.#most = Math.max(limits.net.connectionsLeast, Math.floor(descriptors - reserved));
    const share = Math.floor(this.#most * limits.net.addressShare);
    this.#mostPerHost = Math.max(limits.net.connectionsPerAddressLeast, share);
  }

  /** Whether one more connection from this host is let in. If so, it counts until `left`. */
  admit(host: string): boolean {
    if (this.#count >= this.#most) return false;
    if (!isLoopback(host)) {
      const network = networkOf(host);
      const before = this.#countByNetwork.get(network) ?? 0;
      if (before >= this.#mostPerHost) return false;
      this.#countByNetwork.set(network, before + 1);
    }
    this.#count++;
    return true;
  }

  left(host: string): void {
    this.#count--;
    if (isLoopback(host)) return;
    const network = networkOf(host);
    const rest = (this.#countByNetwork.get(network) ?? 1) - 1;
    if (rest > 0) this.#countByNetwork.set(network, rest);
    else this.#countByNetwork.delete(network);
  }
}

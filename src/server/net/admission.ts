// How many connections there may be, in all and from one address. All doors share it.

import { isLoopback } from '../../net/address';
import { limits } from '../../protocol/limits';

export class Admission {
  readonly #most: number;
  readonly #mostPerHost: number;
  readonly #countByHost = new Map<string, number>();
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
      const before = this.#countByHost.get(host) ?? 0;
      if (before >= this.#mostPerHost) return false;
      this.#countByHost.set(host, before + 1);
    }
    this.#count++;
    return true;
  }

  left(host: string): void {
    this.#count--;
    if (isLoopback(host)) return;
    const rest = (this.#countByHost.get(host) ?? 1) - 1;
    if (rest > 0) this.#countByHost.set(host, rest);
    else this.#countByHost.delete(host);
  }
}

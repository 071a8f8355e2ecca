// The operator's own proxies: what they say of the peers whose connections they carry is believed, and of nobody else's.

import { BlockList, isIP } from 'node:net';

const family = (host: string): 'ipv4' | 'ipv6' => (isIP(host) === 6 ? 'ipv6' : 'ipv4');

export class Proxies {
  readonly #list = new BlockList();

  /** `networks`: addresses, and networks as `10.0.0.0/8`. Throws a RangeError that names the first which is neither. */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  #add(network: string): void {
    const [host = '', prefix, ...more] = network.split('/');
    const bits = prefix === undefined ? undefined : /^\d{1,3}$/.test(prefix) ? Number(prefix) : NaN;
    const most = family(host) === 'ipv6' ? 128 : 32;
    const isNetwork = isIP(host) !== 0 && more.length === 0 && (bits ?? 0) <= most;
    if (!isNetwork) throw new RangeError(network);
    if (bits === undefined) this.#list.addAddress(host, family(host));
    else this.#list.addSubnet(host, bits, family(host));
  }

  has(host: string): boolean {
    return isIP(host) !== 0 && this.#list.check(host, family(host));
  }
}

// Networks of addresses, as `192.0.2.0/24` or `2001:db8::/32`: read from text, and found by an address in them.

const ipv4Bits = 32;
const ipv6Bits = 128;
/** What one IPv6 address stands for: a customer who has one address of a /64 has all. */
const customerBits = 64;

/** An address as one number. */
export interface AddressBits {
  readonly bits: bigint;
  readonly size: typeof ipv4Bits | typeof ipv6Bits;
}

export interface Network extends AddressBits {
  /** How many of the first bits name the network. */
  readonly prefix: number;
  /** The one way in which it is written. */
  readonly text: string;
}

const decimal = /^(?:0|[1-9]\d{0,2})$/;

function ipv4Of(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => decimal.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function hextetsOf(text: string): string[] | undefined {
  if (text === '') return [];
  const parts = text.split(':');
  const last = parts.at(-1) ?? '';
  if (last.includes('.')) {
    const ipv4 = ipv4Of(last);
    if (ipv4 === undefined) return undefined;
    parts.splice(-1, 1, (ipv4 >> 16n).toString(16), (ipv4 & 0xffffn).toString(16));
  }
  return parts.every((part) => /^[\da-f]{1,4}$/i.test(part)) ? parts : undefined;
}

function ipv6Of(text: string): bigint | undefined {
  const [before = '', after, more] = text.replace(/%.*$/, '').split('::');
  const first = hextetsOf(before);
  const last = after === undefined ? [] : hextetsOf(after);
  if (more !== undefined || !first || !last) return undefined;
  const gap = 8 - first.length - last.length;
  if (after === undefined ? gap !== 0 : gap < 1) return undefined;
  const all = [...first, ...Array.from({ length: gap }, () => '0'), ...last];
  return all.reduce((bits, part) => (bits << 16n) | BigInt(`0x${part}`), 0n);
}

/** An IP address as a number, or undefined where the text is none. An IPv4 address mapped into IPv6 is IPv4. */
export function addressBits(text: string): AddressBits | undefined {
  const ipv4 = ipv4Of(text);
  if (ipv4 !== undefined) return { bits: ipv4, size: ipv4Bits };
  const ipv6 = ipv6Of(text);
  if (ipv6 === undefined) return undefined;
  if (ipv6 >> 32n === 0xffffn) return { bits: ipv6 & 0xffff_ffffn, size: ipv4Bits };
  return { bits: ipv6, size: ipv6Bits };
}

/** A network, or undefined where the text is none. Without a length, an IPv4 address is itself and an IPv6 address its /64. */
export function networkIn(text: string): Network | undefined {
  const [host = '', length, more] = text.split('/');
  const address = addressBits(host);
  if (!address || more !== undefined) return undefined;
  const { size } = address;
  if (length !== undefined && !(decimal.test(length) && Number(length) <= size)) return undefined;
  const whole = size === ipv4Bits ? ipv4Bits : customerBits;
  const prefix = length === undefined ? whole : Number(length);
  const rest = BigInt(size - prefix);
  const bits = (address.bits >> rest) << rest;
  const written = size === ipv4Bits ? ipv4Text(bits) : ipv6Text(bits);
  return {
    bits,
    size,
    prefix,
    text: prefix === ipv4Bits && size === ipv4Bits ? written : `${written}/${prefix}`,
  };
}

const ipv4Text = (bits: bigint): string =>
  [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 0xffn)).join('.');

function ipv6Text(bits: bigint): string {
  const hextets = Array.from({ length: 8 }, (_, at) =>
    ((bits >> BigInt(16 * (7 - at))) & 0xffffn).toString(16),
  );
  const zeros = /(?:^|:)0(?::0)+$/.exec(hextets.join(':'));
  return zeros ? `${hextets.join(':').slice(0, zeros.index)}::` : hextets.join(':');
}

/** Values by network; an address is looked for once for each length of network that there is. */
export class NetworkMap<T> {
  readonly #bySize = new Map<number, Map<number, Map<bigint, T>>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  set({ bits, size, prefix }: Network, value: T): void {
    const byPrefix = this.#bySize.get(size) ?? new Map<number, Map<bigint, T>>();
    this.#bySize.set(size, byPrefix);
    const networks = byPrefix.get(prefix) ?? new Map<bigint, T>();
    byPrefix.set(prefix, networks);
    const key = bits >> BigInt(size - prefix);
    if (!networks.has(key)) this.#size++;
    networks.set(key, value);
  }

  /** The values of all networks that hold the address. */
  *of(host: string): Generator<T, void> {
    if (this.#size === 0) return;
    const address = addressBits(host);
    if (!address) return;
    for (const [prefix, networks] of this.#bySize.get(address.size) ?? []) {
      const value = networks.get(address.bits >> BigInt(address.size - prefix));
      if (value !== undefined) yield value;
    }
  }
}

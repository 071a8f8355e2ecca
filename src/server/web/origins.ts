// Who the web door is: the names by which browsers may ask for it, and the pages that may speak to it.

import { isIP } from 'node:net';
import { hostname } from 'node:os';

import { isAny, normalHost, ownHosts } from '../../net/address';
import { isLoopback } from '../../protocol/bytes/address';

/** A host header's form. What else a URL can hold, such as a user, is refused before it is read as one. */
const hostForm = /^(?:\[[\da-f:.]+\]|[\w.-]+)(?::\d{1,5})?$/i;

/** The host of a Host header in the form of a URL's: lower case, an IPv4 address with four numbers. */
function hostOf(header: string): string | undefined {
  if (!hostForm.test(header)) return undefined;
  try {
    const { hostname: host } = new URL(`http://${header}`);
    return normalHost(host.replace(/^\[|\]$/g, '').replace(/\.$/, ''));
  } catch {
    return undefined;
  }
}

/**
 * Browsers let a page speak to the host that it came from. An attacker who has a name of their own lead to this machine
 * (DNS rebinding) would so be let in with their page: hence only names that nobody else can lead here are answered to.
 */
export class OwnOrigins {
  readonly #origins: ReadonlySet<string>;
  /** As the Host header has them: `chat.example.org`, `chat.example.org:8443`. */
  readonly #hosts: ReadonlySet<string>;
  readonly #names: ReadonlySet<string>;
  /** Whether the door listens on all addresses. */
  readonly #isEverywhere: boolean;

  /** `bound`: the address that the door listens on. `origins`: `https://chat.example.org`, ... of proxies before it. */
  constructor(bound: string, origins: readonly string[]) {
    this.#origins = new Set(origins);
    this.#isEverywhere = isAny(bound);
    this.#hosts = new Set(origins.map((origin) => new URL(origin).host));
    this.#names = new Set(['localhost', bound.toLowerCase(), hostname().toLowerCase()]);
  }

  /** Why a request is refused, if it is. Programs show no origin, but a browser cannot leave out a foreign one. */
  refusalFor({ headers }: Request): 'wrong-host' | 'wrong-origin' | undefined {
    const shown = headers.get('host');
    // No browser leaves it out. Probes that speak HTTP/1.0 do.
    if (shown === null) return headers.has('origin') ? 'wrong-host' : undefined;
    const host = shown.toLowerCase();
    const isProxys = this.#hosts.has(host);
    if (!isProxys && !this.#isOwnHost(host)) return 'wrong-host';
    const origin = headers.get('origin');
    if (origin === null || this.#origins.has(origin)) return undefined;
    // The page and what it asks for have one place; which scheme leads to a proxy, only its operator knows.
    const isSame = !isProxys && URL.canParse(origin) && new URL(origin).host === host;
    return isSame ? undefined : 'wrong-origin';
  }

  #isOwnHost(header: string): boolean {
    const host = hostOf(header);
    if (host === undefined) return false;
    if (this.#names.has(host)) return true;
    // The system takes both forms for this machine itself.
    if (this.#isEverywhere && isAny(host)) return true;
    // Addresses come and go while the server runs.
    return isIP(host) !== 0 && (isLoopback(host) || ownHosts().has(host));
  }
}

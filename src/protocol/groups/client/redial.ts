// When a server that was lost is called again: after pauses that grow.

import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';

export class Redial {
  readonly #host: ClientHost;
  readonly #dial: () => void;
  #count = 0;
  #cancel: (() => void) | undefined;

  constructor(host: ClientHost, dial: () => void) {
    this.#host = host;
    this.#dial = dial;
  }

  /** Whether the server has been called again and was still away. */
  get isRepeated(): boolean {
    return this.#count > 1;
  }

  later(): void {
    const pauses = limits.client.reconnectMs;
    const pause = pauses[Math.min(this.#count++, pauses.length - 1)] ?? 0;
    this.#cancel = this.#host.after(pause, this.#dial);
  }

  succeeded(): void {
    this.#count = 0;
  }

  cancel(): void {
    this.#cancel?.();
  }
}

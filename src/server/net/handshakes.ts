// Handshakes begin in turns: the arithmetic of thousands at once would hold up everybody who is connected.

import { networkOf } from '../../net/address';
import { limits } from '../../protocol/limits';
import type { TurnsDeps } from './turns';

/** Networks take turns, so that one which begins thousands delays the others little. */
export class Handshakes {
  readonly #deps: TurnsDeps;
  readonly #waiting = new Map<string, (() => void)[]>();
  #isScheduled = false;

  constructor(deps: TurnsDeps) {
    this.#deps = deps;
  }

  /** Runs the first step of a handshake with this host, soon. */
  begin(host: string, step: () => void): void {
    const network = networkOf(host);
    const waiting = this.#waiting.get(network);
    if (waiting) waiting.push(step);
    else this.#waiting.set(network, [step]);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#deps.soon(() => this.#round());
  }

  #round(): void {
    this.#isScheduled = false;
    const start = this.#deps.monotonicNow();
    for (const [network, steps] of this.#waiting) {
      steps.shift()?.();
      // Behind all others, where the walk finds it again.
      this.#waiting.delete(network);
      if (steps.length > 0) this.#waiting.set(network, steps);
      if (this.#deps.monotonicNow() - start >= limits.net.handshakesMs) break;
    }
    if (this.#waiting.size > 0) this.#schedule();
  }
}

// What the simulation asks of chance.

import { seeded } from '../support/random';

export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  /** From 0 up to 1. */
  number(): number {
    return this.#next();
  }

  /** A whole number from 0 up to, and without, `most`. */
  below(most: number): number {
    return Math.floor(this.#next() * most);
  }

  /** Whether something happens that happens with this probability. */
  is(probability: number): boolean {
    return this.#next() < probability;
  }

  /** One of them. */
  of<T>(all: readonly T[]): T {
    const one = all[this.below(all.length)];
    if (one === undefined) throw new Error('one of nothing');
    return one;
  }

  /** One of them, each as probable as its weight says. */
  weighted<T>(all: readonly (readonly [weight: number, T])[]): T {
    const total = all.reduce((sum, [weight]) => sum + weight, 0);
    let rest = this.#next() * total;
    for (const [weight, one] of all) {
      rest -= weight;
      if (rest < 0) return one;
    }
    throw new Error('one of nothing');
  }
}

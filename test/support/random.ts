// Chance that can be had again: a small seeded generator, whose seed a failing test prints.

/** A function that gives numbers from 0 up to 1, the same ones for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** The seed of this run: CHAT_SEED, or a new one. */
export const runSeed = (): number =>
  Number(process.env['CHAT_SEED'] ?? Math.floor(Math.random() * 4_294_967_296));

// Watches how late the event loop is: what it does in one turn, everybody else waits for.

import { limits } from '../../protocol/limits';
import type { Measures } from './measures';

/** The result ends it. `slow` is told of a turn that was long, in ms. */
export function watchLoop(measures: Measures, slow: (ms: number) => void): () => void {
  let due = performance.now() + limits.metrics.lagEveryMs;
  const timer = setInterval(() => {
    const now = performance.now();
    const lateMs = Math.max(0, now - due);
    due = now + limits.metrics.lagEveryMs;
    measures.loopLagSeconds.add(lateMs);
    if (lateMs >= limits.metrics.slowTurnMs) slow(Math.round(lateMs));
  }, limits.metrics.lagEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

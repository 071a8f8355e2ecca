// How long an address that has shown wrong credentials waits for its next answer.

import { BoundedMap } from '../../protocol/bounded';
import { limits } from '../../protocol/limits';
import { Bucket } from '../quota/bucket';

interface Subject {
  /** What it may still show that is wrong, without a pause. */
  readonly bucket: Bucket;
  /** When the last answer that was put off is due. */
  lastAt: number;
}

/** One credential that is shown. */
export interface Attempt {
  /** After how long its answer may be given, in ms. */
  readonly wait: number;
  /** It was right: it does not count. */
  wasRight(): void;
}

export class Failures {
  readonly #now: () => number;
  readonly #subjects = new BoundedMap<string, Subject>(limits.quota.subjects);

  /** `now`: in ms, from a clock that never goes back. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Counts as wrong what is not known to be right. Undefined: so many wait for an answer there that it gets none. */
  attempt(address: string): Attempt | undefined {
    const now = this.#now();
    const rate = limits.credentials.failures;
    let subject = this.#subjects.get(address);
    if (!subject) {
      subject = { bucket: new Bucket(rate, now), lastAt: 0 };
      this.#subjects.set(address, subject);
    }
    const { bucket } = subject;
    if (bucket.msUntil(1, rate, now) === 0) {
      bucket.take(1);
      return { wait: 0, wasRight: () => bucket.take(-1) };
    }
    const due = Math.max(subject.lastAt, now) + limits.credentials.failurePauseMs;
    if (due - now > limits.credentials.failureWaitMs) return undefined;
    subject.lastAt = due;
    return { wait: due - now, wasRight: () => {} };
  }
}

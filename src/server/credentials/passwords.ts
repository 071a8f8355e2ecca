// The work that passwords are: a few at once, and addresses take turns, so that nobody's guesses keep another waiting.

import { limits } from '../../protocol/limits';

/** How passwords are hashed. The hash names its own parameters. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(password: string, hash: string): Promise<boolean>;
}

/** Bun's own, on threads of its own. */
export const argon2id: PasswordHasher = {
  hash: (password) =>
    Bun.password.hash(password, {
      algorithm: 'argon2id',
      memoryCost: limits.credentials.passwordMemory,
      timeCost: limits.credentials.passwordPasses,
    }),
  verify: (password, hash) => Bun.password.verify(password, hash),
};

interface Job {
  /** Whether anybody still waits for it. */
  readonly isWanted: () => boolean;
  readonly run: () => Promise<void>;
  readonly refuse: () => void;
}

export class PasswordWork {
  #running = 0;
  #count = 0;
  /** By address. The next one to have a turn stands first. */
  readonly #waiting = new Map<string, Job[]>();

  /** Runs a job when it is its address's turn, or refuses it because too many wait. */
  add(address: string, job: Job): void {
    if (this.#count >= limits.credentials.passwordsWaiting && !this.#makeRoom(address)) {
      return job.refuse();
    }
    const own = this.#waiting.get(address);
    if (own) own.push(job);
    else this.#waiting.set(address, [job]);
    this.#count++;
    this.#next();
  }

  /** Takes the last place of the address that has the most, if it has more than the new one would. */
  #makeRoom(address: string): boolean {
    let most: Job[] = [];
    for (const jobs of this.#waiting.values()) if (jobs.length > most.length) most = jobs;
    const own = this.#waiting.get(address)?.length ?? 0;
    if (most.length <= own + 1) return false;
    const last = most.pop();
    this.#count--;
    last?.refuse();
    return true;
  }

  #next(): void {
    while (this.#running < limits.credentials.passwordsAtOnce) {
      const job = this.#take();
      if (!job) return;
      if (!job.isWanted()) continue;
      this.#running++;
      void job.run().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }

  #take(): Job | undefined {
    for (const [address, jobs] of this.#waiting) {
      this.#waiting.delete(address);
      const job = jobs.shift();
      if (jobs.length > 0) this.#waiting.set(address, jobs);
      if (!job) continue;
      this.#count--;
      return job;
    }
    return undefined;
  }
}

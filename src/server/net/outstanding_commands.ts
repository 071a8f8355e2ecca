// The commands of one connection that have no outcome yet, and the answers that must not come before theirs.

interface DeferredAnswer {
  /** How many commands must have their outcome first. */
  readonly after: number;
  readonly run: () => void;
}

export class OutstandingCommands {
  #submitted = 0;
  #answered = 0;
  #deferred: DeferredAnswer[] | undefined;

  get count(): number {
    return this.#submitted - this.#answered;
  }

  /** A command was submitted. */
  add(): void {
    this.#submitted++;
  }

  /** The oldest command has its outcome. */
  remove(): void {
    this.#answered++;
  }

  /** Keeps an answer until all commands that are outstanding now have their outcome. */
  defer(run: () => void): void {
    (this.#deferred ??= []).push({ after: this.#submitted, run });
  }

  /** Takes the next answer that nothing keeps any more. */
  takeDue(): (() => void) | undefined {
    const next = this.#deferred?.[0];
    if (next === undefined || next.after > this.#answered) return undefined;
    this.#deferred?.shift();
    return next.run;
  }
}

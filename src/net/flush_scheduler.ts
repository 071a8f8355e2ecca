// One write a turn: sockets that were written to are flushed together when the turn's work is done.

export interface Flushable {
  flush(): void;
}

export class FlushScheduler {
  readonly #soon: (flush: () => void) => void;
  #scheduled: Flushable[] = [];

  /** `soon` runs what it is given once the current turn's input has been read. */
  constructor(soon: (flush: () => void) => void) {
    this.#soon = soon;
  }

  add(socket: Flushable): void {
    this.#scheduled.push(socket);
    if (this.#scheduled.length === 1) this.#soon(() => this.flush());
  }

  /** Flushes what was added, now. */
  flush(): void {
    if (this.#scheduled.length === 0) return;
    const scheduled = this.#scheduled;
    this.#scheduled = [];
    for (const socket of scheduled) socket.flush();
  }
}

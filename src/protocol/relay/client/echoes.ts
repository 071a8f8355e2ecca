// Frames of one's own emitter that one's own display shows: a script goes on, or ends, when it has seen them.

import { BoundedSet } from '../../bounded';
import type { ClientHost } from '../../dialect';
import { limits } from '../../limits';

export class Echoes {
  readonly #host: ClientHost;
  /** Sequence numbers of frames that were shown and are not awaited yet. */
  readonly #shown = new BoundedSet<number>(limits.relay.echoes);
  /** What goes on when a frame is shown, by its sequence number. */
  readonly #awaited = new Map<number, () => void>();

  constructor(host: ClientHost) {
    this.#host = host;
  }

  /** The display has shown the frame of this sequence number. */
  shown(sequence: number): void {
    this.#shown.add(sequence);
    this.#awaited.get(sequence)?.();
  }

  /** Calls `done` when the display has shown the frame, or has had its time. */
  wait(sequence: number, done: () => void): void {
    if (this.#shown.delete(sequence)) return done();
    const seen = (): void => {
      cancel();
      this.#awaited.delete(sequence);
      this.#shown.delete(sequence);
      done();
    };
    const cancel = this.#host.after(limits.relay.echoMs, seen);
    this.#awaited.set(sequence, seen);
  }

  /** Nothing is waited for any more. */
  stop(): void {
    for (const seen of this.#awaited.values()) seen();
  }
}

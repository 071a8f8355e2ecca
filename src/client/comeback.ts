// How a session comes back to a server that it lost: after growing pauses, and saying so once.

import { note } from '../protocol/client_kit/note';
import type { Ending } from '../protocol/dialect';
import { limits } from '../protocol/limits';
import type { View } from './view';

/** What the connection that ended was good for. */
export interface LostConnection {
  /** The server answered. */
  readonly hasConnected: boolean;
  /** It said something, or stood for a while. */
  readonly wasUseful: boolean;
}

export class Comeback {
  readonly #view: View;
  readonly #pauses: readonly number[];
  readonly #isPatient: boolean;
  /** Whether the server has ever answered. */
  hasConnected = false;
  /** Whether a connection was ever good for something. */
  #wasUseful = false;
  #attempts = 0;
  /** The pause that the user was told last. */
  #toldMs: number | undefined;
  #timer: Timer | undefined;

  /** `isPatient`: a server that has never answered may still come. */
  constructor(
    view: View,
    isPatient = false,
    pauses: readonly number[] = limits.client.reconnectMs,
  ) {
    this.#view = view;
    this.#isPatient = isPatient;
    this.#pauses = pauses;
  }

  /** Whether a session was lost, and no other has stood for long enough to forget that. */
  get isUnderWay(): boolean {
    return this.#attempts > 0;
  }

  /** Whether the end of a session is a loss of its server, and not an answer that the next attempt would get too. */
  isWorthwhile({ hasConnected, wasUseful }: LostConnection, ending: Ending): boolean {
    // The server may still hold our own lost session, so our name or number is taken for a while.
    const isHeld = this.isUnderWay && (ending === 'try-later' || ending === 'not-allowed');
    if (wasUseful) this.#attempts = 0;
    this.hasConnected ||= hasConnected;
    this.#wasUseful ||= wasUseful;
    // A server that never answered, or dropped the first connection at once, is more likely the wrong one than lost.
    return isHeld || (ending === 'unreachable' && (this.#wasUseful || this.#isPatient));
  }

  begin(connect: () => void): void {
    const pause = this.#pauses[Math.min(this.#attempts, this.#pauses.length - 1)] ?? 0;
    if (this.#attempts === 0) this.#toldMs = undefined;
    this.#attempts++;
    if (pause !== this.#toldMs || this.#attempts === 1) {
      this.#view.show(note(`The server is gone; trying again in ${pause / 1000} s.`));
    }
    this.#toldMs = pause;
    this.#timer = setTimeout(connect, pause);
  }

  /** The server has answered again. */
  reached(): void {
    if (this.isUnderWay && this.hasConnected) this.#view.show(note('Connected again.'));
  }

  cancel(): void {
    clearTimeout(this.#timer);
  }
}

// A display at the door: what it is shown, in turn, and what its own frames mean.

import { encodeText } from '../../bytes/text';
import type { Host, Settle } from '../../dialect';
import type { Direct, Notice, Signal } from '../../model';
import { numberOf } from '../../model';
import { type Frame, server } from '../wire/messages';
import { partsOf } from './events';
import { signals } from './requests';
import { type Outgoing, type Shown, StopAndWait, type StopAndWaitDeps } from './stop_and_wait';

/** What becomes of a frame from a display. */
export type Meant = 'farewell' | 'refused' | 'nothing';

export interface DisplayDeps extends StopAndWaitDeps {
  readonly host: Pick<Host, 'session' | 'submit'>;
  /** It lets too much wait. */
  drop(): void;
}

export class Display {
  readonly #deps: DisplayDeps;
  readonly #pace: StopAndWait;
  #isGone = false;

  constructor(deps: DisplayDeps) {
    this.#deps = deps;
    this.#pace = new StopAndWait(deps);
  }

  take({ kind, origin, destination, sequence }: Frame): Meant {
    const { id } = this.#deps;
    switch (kind) {
      case 'OK':
      case 'ERRO':
        this.#pace.answered(sequence, kind === 'OK' ? 'shown' : 'refused');
        return 'nothing';
      case 'FLW': {
        const isOwn = destination === server || destination === id;
        return origin === id && isOwn ? 'farewell' : 'refused';
      }
      case 'OI':
      case 'MSG':
      case 'QEM':
      case 'OKQEM':
        return 'refused';
    }
  }

  timedOut(): void {
    this.#pace.timedOut();
  }

  tell(notice: Notice): void {
    if (notice.is === 'said') this.#show(partsOf(notice));
    else if (notice.is === 'signal') this.#signalled(notice);
  }

  deliver(message: Direct, settle: Settle): void {
    const parts = partsOf(message);
    const settled = (how: Shown): void => settle(how === 'shown' ? 'delivered' : 'refused');
    this.#show(parts.map((part, at) => (at === parts.length - 1 ? { ...part, settled } : part)));
  }

  /** The server stops: whatever waits is written, then a word to the reader and one to the program. */
  close(now: number): void {
    this.#pace.flush();
    const goodbye = { origin: server, sequence: undefined, timestamp: now };
    const text = encodeText('server is closing');
    this.#show([
      { ...goodbye, body: { kind: 'MSG', text } },
      { ...goodbye, body: { kind: 'FLW' } },
    ]);
  }

  /** It said goodbye: nothing more is sent. */
  gone(): void {
    this.#isGone = true;
  }

  #signalled({ signal, from, numbers, at }: Signal): void {
    const [sequence = 0, timestamp = 0] = numbers;
    if (signal === signals.stop) {
      // Passed on like a text: with the emitter's number, at the server's time.
      const origin = numberOf(from) ?? server;
      this.#show([{ origin, sequence, timestamp: at, body: { kind: 'FLW' } }]);
    } else if (signal === signals.who) {
      this.#showWho(sequence, timestamp);
    }
  }

  #showWho(sequence: number, timestamp: number): void {
    const { host } = this.#deps;
    host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
      if (!outcome.ok) return;
      const ids = outcome.value.users
        .flatMap(({ name }) => numberOf(name) ?? [])
        .sort((one, other) => one - other);
      this.#show([{ origin: server, sequence, timestamp, body: { kind: 'OKQEM', ids } }]);
    });
  }

  #show(parts: readonly Outgoing[]): void {
    for (const part of parts) {
      if (this.#isGone || this.#pace.offer(part)) continue;
      this.#isGone = true;
      return this.#deps.drop();
    }
  }
}

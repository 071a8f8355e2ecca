// A display at the door: what it is shown, one frame after the other, and what its own frames mean.

import { encodeText } from '../../bytes/text';
import type { Host, Settle } from '../../dialect';
import type { Direct, Notice, Signal } from '../../model';
import { numberOf } from '../../model';
import { type Frame, server } from '../wire/messages';
import { framesOfEvent } from './events';
import { signals, type Verdict } from './requests';
import {
  type OutgoingFrame,
  StopAndWait,
  type StopAndWaitDeps,
  type TextResult,
} from './stop_and_wait';

export interface DisplayDeps extends StopAndWaitDeps {
  readonly host: Pick<Host, 'session' | 'submit'>;
  /** Too much waits for it. */
  drop(): void;
}

export class Display {
  readonly #deps: DisplayDeps;
  readonly #stopAndWait: StopAndWait;
  #isGone = false;

  constructor(deps: DisplayDeps) {
    this.#deps = deps;
    this.#stopAndWait = new StopAndWait(deps);
  }

  take({ kind, origin, destination, sequence }: Frame): Verdict {
    const { id } = this.#deps;
    switch (kind) {
      case 'OK':
      case 'ERRO':
        this.#stopAndWait.answered(sequence, kind === 'OK' ? 'shown' : 'refused');
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
    this.#stopAndWait.timedOut();
  }

  tell(notice: Notice): void {
    if (notice.is === 'said') this.#show(framesOfEvent(notice));
    else if (notice.is === 'signal') this.#signalled(notice);
  }

  deliver(message: Direct, settle: Settle): void {
    const frames = framesOfEvent(message);
    const settled = (result: TextResult): void =>
      settle(result === 'shown' ? 'delivered' : 'refused');
    this.#show(
      frames.map((frame, at) => (at === frames.length - 1 ? { ...frame, settled } : frame)),
    );
  }

  /** The server stops: what waits is written, then a word to the user and one to the program. */
  close(now: number): void {
    this.#stopAndWait.flush();
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

  #show(frames: readonly OutgoingFrame[]): void {
    for (const frame of frames) {
      if (this.#isGone || this.#stopAndWait.offer(frame)) continue;
      this.#isGone = true;
      return this.#deps.drop();
    }
  }
}

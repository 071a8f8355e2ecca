// A display at the door: what it is shown, one frame after the other, and what its own frames mean.

import { changeSentence } from '../../bytes/change_words';
import { isOfModeration } from '../../bytes/moderation_words';
import { shortName } from '../../bytes/text';
import type { Host, Settle } from '../../dialect';
import type { Changed, Direct, Name, Notice, Signal } from '../../model';
import { numberOf } from '../../model';
import { type Frame, server } from '../wire/messages';
import { framesOfEvent, framesOfModeration, framesOfServer } from './events';
import { signals, type Verdict } from './requests';
import {
  type OutgoingFrame,
  StopAndWait,
  type StopAndWaitDeps,
  type TextResult,
} from './stop_and_wait';

export interface DisplayDeps extends StopAndWaitDeps {
  readonly host: Pick<Host, 'now' | 'session' | 'submit'>;
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
    if (this.#isGone) return;
    if (notice.is === 'said') this.#stopAndWait.offer(framesOfEvent(notice));
    else if (notice.is === 'signal') this.#signalled(notice);
    else if (notice.is === 'changed') this.#changed(notice);
    else if (isOfModeration(notice)) this.#offerDated(framesOfModeration(notice));
  }

  #changed(change: Changed): void {
    const sentence = changeSentence(change, shortName);
    if (sentence !== undefined) this.#offerDated(framesOfServer(sentence));
  }

  deliver(message: Direct, settle: Settle): void {
    const frames = framesOfEvent(message);
    const settled = (result: TextResult): void =>
      settle(result === 'shown' ? 'delivered' : 'refused');
    this.#stopAndWait.add(
      frames.map((frame, at) => (at === frames.length - 1 ? { ...frame, settled } : frame)),
    );
  }

  /** The server stops, or the user was put out: what waits is written, then a word to the user and one to the program. */
  close(timestamp: number, why = 'server is closing'): void {
    this.#stopAndWait.flush();
    const goodbye = { origin: server, sender: '' as const, sequence: undefined, timestamp };
    this.#stopAndWait.add([
      ...framesOfServer(why).map((frame) => ({ ...frame, timestamp })),
      { ...goodbye, body: { kind: 'FLW' } },
    ]);
  }

  /** It said goodbye: nothing more is sent. */
  gone(): void {
    this.#isGone = true;
  }

  #offerDated(frames: readonly OutgoingFrame[]): void {
    const { now: timestamp } = this.#deps.host;
    this.#stopAndWait.offer(frames.map((frame) => ({ ...frame, timestamp })));
  }

  #signalled({ signal, from: sender, numbers, at }: Signal): void {
    const [sequence = 0, timestamp = 0] = numbers;
    if (signal === signals.stop) {
      // Passed on like a text: with the emitter's number, at the server's time.
      const origin = numberOf(sender) ?? server;
      this.#stopAndWait.offer([{ origin, sender, sequence, timestamp: at, body: { kind: 'FLW' } }]);
    } else if (signal === signals.who) {
      this.#showWho(sender, sequence, timestamp);
    }
  }

  #showWho(sender: Name, sequence: number, timestamp: number): void {
    const { host } = this.#deps;
    host.submit({ do: 'users', asker: { session: host.session } }, (outcome) => {
      if (!outcome.ok || this.#isGone) return;
      const ids = outcome.value.users
        .flatMap(({ name }) => numberOf(name) ?? [])
        .sort((one, other) => one - other);
      this.#stopAndWait.offer([
        { origin: server, sender, sequence, timestamp, body: { kind: 'OKQEM', ids } },
      ]);
    });
  }
}

// One program at the relay door: says who it is, then speaks as an emitter or is shown things as a display.

import type { Inbox } from '../../bytes/inbox';
import { farewellOf } from '../../bytes/moderation_words';
import type { Outcome } from '../../commands';
import type { Taken } from '../../connection';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Notice, Removed } from '../../model';
import { numberOf } from '../../model';
import { encodeFrame, FrameReader, type NextFrame } from '../wire/codec';
import { type Frame, type Header, isEmitter, marksWanted, room, server } from '../wire/messages';
import { Display } from './display';
import { enterCommand, requestOf, type Verdict } from './requests';

export interface RelaySettings {
  /** MSGs to displays are padded to 156 bytes. */
  readonly padded: boolean;
  /** Any emitter may stop any display. */
  readonly openStop: boolean;
}

/** Where the program stands, and whether its next frame is taken there, waits for an outcome, or is not read. */
const states = {
  /** Connected; nothing but an OI is accepted. */
  unknown: 'takes',
  /** Whether it gets a number, and which, is up to the hub. */
  entering: 'waits',
  emitter: 'takes',
  /**
   * An emitter's request is with the hub. The next one waits for its outcome, as stop and wait asks of emitters too:
   * so one that floods the server gets no more than one place in each batch.
   */
  asking: 'waits',
  display: 'takes',
  /** Its number is being given back. */
  leaving: 'waits',
  /** Its number is given back, and the last answer was sent: the program closes. */
  left: 'closed',
  /** Our side has ended. */
  over: 'closed',
} as const;

export class RelaySession implements Session {
  readonly #host: Host;
  readonly #settings: RelaySettings;
  readonly #reader = new FrameReader();
  #state: keyof typeof states = 'unknown';
  /** Its number, 0 until it has one. */
  #id = 0;
  #display: Display | undefined;
  /** Headers of no known kind in a row. */
  #strays = 0;

  constructor(host: Host, settings: RelaySettings) {
    this.#host = host;
    this.#settings = settings;
    host.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    const state = states[this.#state];
    if (state !== 'takes') return state === 'waits' ? 'later' : 'more';
    const next = this.#reader.take(inbox);
    if (!next) return 'more';
    this.#take(next);
    return 'taken';
  }

  ended(): void {
    if (states[this.#state] !== 'takes') return this.#end();
    const cut = this.#reader.cutHeader();
    if (cut) this.#answer('ERRO', cut);
    this.#leave(() => this.#end());
  }

  lost(): void {
    this.#over();
  }

  woke(): void {
    const isLeaving = this.#state === 'leaving' || this.#state === 'left';
    if (this.#state === 'unknown' || isLeaving) this.#end();
    else this.#display?.timedOut();
  }

  tell(notice: Notice): void {
    this.#display?.tell(notice);
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#display) this.#display.deliver(message, settle);
    else settle('failed');
  }

  /** Displays are told why; the protocol has no words to tell emitters. */
  expelled(removed: Removed): void {
    this.#display?.close(this.#host.now, farewellOf(removed));
    this.#end();
  }

  /** Displays are told of it; the protocol has no words to tell emitters. */
  closing(): void {
    this.#display?.close(this.#host.now);
    this.#host.inOrder(() => this.#end());
  }

  // ---- one frame after the other

  #take(next: NextFrame): void {
    if (next.is === 'bad') return this.#refuseBad(next);
    this.#strays = 0;
    const { frame } = next;
    switch (this.#state) {
      case 'unknown':
        return frame.kind === 'OI' ? this.#enter(frame) : this.#refuse(frame);
      case 'emitter':
        return this.#ask(frame);
      case 'display':
        return this.#judge(this.#display?.take(frame) ?? 'nothing', frame);
      case 'entering':
      case 'asking':
      case 'leaving':
      case 'left':
      case 'over':
        throw new Error(`a frame was taken while ${this.#state}`);
    }
  }

  #refuseBad({ why, header }: Extract<NextFrame, { is: 'bad' }>): void {
    this.#answer('ERRO', header);
    this.#strays = why === 'unknown-kind' ? this.#strays + 1 : 0;
    if (this.#strays === limits.relay.strays) this.#leave(() => this.#end());
  }

  #ask(frame: Frame): void {
    const { session } = this.#host;
    const request = requestOf({ id: this.#id, session, openStop: this.#settings.openStop }, frame);
    if (typeof request === 'string') return this.#judge(request, frame);
    this.#state = 'asking';
    this.#host.submit(request, (outcome) => {
      if (this.#state !== 'asking') return;
      this.#answer(outcome.ok ? 'OK' : 'ERRO', frame);
      this.#state = 'emitter';
    });
  }

  #judge(verdict: Verdict, frame: Frame): void {
    if (verdict === 'refused') this.#refuse(frame);
    if (verdict === 'farewell') this.#leave(() => this.#answer('OK', frame));
  }

  // ---- coming and going

  #enter(frame: Frame): void {
    const command = enterCommand(this.#host, frame.origin);
    if (!command) return this.#retry(frame);
    this.#state = 'entering';
    this.#host.submit(command, (outcome) => this.#entered(frame, outcome));
  }

  #entered(frame: Frame, outcome: Outcome<'enter'>): void {
    if (this.#state !== 'entering') return;
    const id = outcome.ok ? numberOf(outcome.value.name) : undefined;
    if (id === undefined) return this.#retry(frame);
    this.#host.wake(undefined);
    this.#become(id, frame.timestamp === marksWanted);
    this.#answer('OK', frame);
  }

  /** The program may try another number. */
  #retry(frame: Frame): void {
    this.#state = 'unknown';
    this.#answer('ERRO', frame);
    this.#host.wake(limits.net.requestMs);
  }

  #become(id: number, marks: boolean): void {
    this.#id = id;
    this.#reader.padded = { origin: id };
    const mute = isEmitter(id);
    this.#state = mute ? 'emitter' : 'display';
    if (!mute) this.#display = this.#newDisplay(id, marks);
    const { session } = this.#host;
    this.#host.submit({ do: 'room-join', session, room, mute }, (joined) => {
      if (!joined.ok && this.#state !== 'over') this.#leave(() => this.#end());
    });
  }

  /** `marks`: it wants texts that are for it alone marked. */
  #newDisplay(id: number, marks: boolean): Display {
    const host = this.#host;
    return new Display({
      id,
      host,
      padded: this.#settings.padded,
      marks,
      write: (bytes) => this.#write(bytes),
      wake: (ms) => host.wake(ms),
      warn: (line) => host.warn(line),
    });
  }

  /** Gives the number back; `then` when that is certain. */
  #leave(then: () => void): void {
    this.#state = 'leaving';
    this.#forgetDisplay();
    this.#host.wake(limits.net.closingMs);
    this.#host.submit({ do: 'leave', session: this.#host.session }, () => {
      if (this.#state !== 'leaving') return;
      this.#state = 'left';
      then();
    });
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#over();
    this.#host.end();
  }

  #over(): void {
    this.#state = 'over';
    this.#forgetDisplay();
  }

  #forgetDisplay(): void {
    this.#display?.gone();
    this.#display = undefined;
  }

  // ---- answers

  #refuse(frame: Frame): void {
    // An answer is never answered, or two programs would answer each other for ever.
    if (frame.kind !== 'OK' && frame.kind !== 'ERRO') this.#answer('ERRO', frame);
  }

  #answer(kind: 'OK' | 'ERRO', { sequence, timestamp, ...of }: Header): void {
    const destination = this.#id || of.origin;
    this.#write(encodeFrame({ kind, origin: server, destination, sequence, timestamp }));
  }

  /** Each frame in a write of its own: real programs read one frame per recv. */
  #write(bytes: Uint8Array): void {
    if (this.#state !== 'over') this.#host.write(bytes, 'apart');
  }
}

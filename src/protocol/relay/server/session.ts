// One program at the relay door: says who it is, then speaks as an emitter or is shown things as a display.

import type { Inbox } from '../../bytes/inbox';
import type { NameRequest, Outcome } from '../../commands';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Notice } from '../../model';
import { numberedName, numberOf } from '../../model';
import { encodeFrame, FrameReader, type Read } from '../wire/codec';
import {
  anyDisplay,
  anyEmitter,
  displayOffset,
  displays,
  emitters,
  type Frame,
  type Header,
  isDisplay,
  isEmitter,
  relayName,
  room,
  server,
} from '../wire/messages';
import { Display } from './display';
import { askedBy } from './requests';

export interface RelaySettings {
  /** MSGs to displays are padded to 156 bytes. */
  readonly padded: boolean;
  /** Any emitter may stop any display. */
  readonly openStop: boolean;
}

/** Where the program stands, and whether its next frame may be taken there. */
const takesFrames = {
  /** Connected; nothing but an OI is accepted. */
  unknown: true,
  /** Whether it gets a number, and which, is up to the hub. */
  entering: false,
  emitter: true,
  /**
   * An emitter's request is with the hub. The next one waits, as stop and wait on its own side would have it:
   * one that floods gets one place in each of the hub's turns, like everybody else.
   */
  asking: false,
  display: true,
  /** Nothing more is read, and after the last answer nothing more is sent: the program closes. */
  leaving: false,
  /** Our side has ended. */
  over: false,
} as const;

/** Headers of no known kind in a row after which nobody can say where frames begin. */
const straysMax = 16;

export class RelaySession implements Session {
  readonly #host: Host;
  readonly #settings: RelaySettings;
  readonly #reader = new FrameReader();
  #state: keyof typeof takesFrames = 'unknown';
  /** Its number, 0 until it has one. */
  #id = 0;
  #display: Display | undefined;
  #inbox: Inbox | undefined;
  #hasPeerEnded = false;
  #strays = 0;

  constructor(host: Host, settings: RelaySettings) {
    this.#host = host;
    this.#settings = settings;
    host.wake(limits.net.requestMs);
  }

  received(inbox: Inbox): void {
    this.#inbox = inbox;
    this.#advance();
  }

  ended(): void {
    this.#hasPeerEnded = true;
    this.#advance();
  }

  lost(): void {
    this.#over();
  }

  woke(): void {
    if (this.#state === 'unknown' || this.#state === 'leaving') this.#end();
    else this.#display?.timedOut();
  }

  tell(notice: Notice): void {
    this.#display?.tell(notice);
  }

  deliver(message: Direct, settle: Settle): void {
    if (this.#display) this.#display.deliver(message, settle);
    else settle('failed');
  }

  /** Displays are told and end by themselves; the protocol has no way to tell emitters. */
  closing(): void {
    this.#display?.close(this.#host.now);
    this.#host.inOrder(() => this.#end());
  }

  // ---- one frame after the other

  #advance(): void {
    while (takesFrames[this.#state]) {
      const read = this.#inbox && this.#reader.take(this.#inbox);
      if (!read) break;
      this.#take(read);
    }
    if (this.#hasPeerEnded && takesFrames[this.#state]) {
      const cut = this.#inbox && this.#reader.cutHeader(this.#inbox);
      if (cut) this.#answer('ERRO', cut);
      this.#leave(() => this.#end());
    }
  }

  #take(read: Read): void {
    if (read.is === 'bad') {
      this.#answer('ERRO', read.header);
      this.#strays = read.why === 'unknown-kind' ? this.#strays + 1 : 0;
      if (this.#strays === straysMax) this.#leave(() => this.#end());
      return;
    }
    this.#strays = 0;
    const { frame } = read;
    switch (this.#state) {
      case 'unknown':
        return frame.kind === 'OI' ? this.#enter(frame) : this.#refuse(frame);
      case 'emitter':
        return this.#ask(frame);
      case 'display':
        return this.#does(this.#display?.take(frame) ?? 'nothing', frame);
      case 'entering':
      case 'asking':
      case 'leaving':
      case 'over':
        return;
    }
  }

  #ask(frame: Frame): void {
    const { session } = this.#host;
    const asked = askedBy({ id: this.#id, session, openStop: this.#settings.openStop }, frame);
    if (typeof asked === 'string') return this.#does(asked, frame);
    this.#state = 'asking';
    this.#host.submit(asked, (outcome) => {
      if (this.#state !== 'asking') return;
      this.#answer(outcome.ok ? 'OK' : 'ERRO', frame);
      this.#state = 'emitter';
      this.#advance();
    });
  }

  #does(what: 'farewell' | 'refused' | 'nothing', frame: Frame): void {
    if (what === 'refused') this.#refuse(frame);
    if (what !== 'farewell') return;
    this.#leave(() => {
      this.#answer('OK', frame);
      if (this.#hasPeerEnded) this.#end();
    });
  }

  // ---- coming and going

  #enter(frame: Frame): void {
    const wanted = wantedBy(frame.origin);
    if (!wanted) return this.#retry(frame);
    this.#state = 'entering';
    const isForDisplay = frame.origin === anyDisplay || isDisplay(frame.origin);
    const { session, machine, remote: address } = this.#host;
    this.#host.submit(
      {
        do: 'enter',
        session,
        wanted,
        collision: 'refuse',
        dialect: relayName,
        machine,
        address,
        ...(isForDisplay ? { hearsFor: { below: displayOffset } } : { deaf: true }),
      },
      (outcome) => this.#entered(frame, outcome),
    );
  }

  #entered(frame: Frame, outcome: Outcome<'enter'>): void {
    if (this.#state !== 'entering') return;
    const id = outcome.ok ? numberOf(outcome.value.name) : undefined;
    if (id === undefined) {
      this.#retry(frame);
    } else {
      this.#host.wake(undefined);
      this.#become(id);
      this.#answer('OK', frame);
    }
    this.#advance();
  }

  /** It may try another number. */
  #retry(frame: Frame): void {
    this.#state = 'unknown';
    this.#answer('ERRO', frame);
    this.#host.wake(limits.net.requestMs);
  }

  #become(id: number): void {
    this.#id = id;
    this.#reader.padded = { origin: id };
    const mute = isEmitter(id);
    this.#state = mute ? 'emitter' : 'display';
    if (!mute) this.#display = this.#newDisplay(id);
    const { session } = this.#host;
    this.#host.submit({ do: 'room-join', session, room, mute }, (joined) => {
      if (!joined.ok && this.#state !== 'over') this.#leave(() => this.#end());
    });
  }

  #newDisplay(id: number): Display {
    const host = this.#host;
    return new Display({
      id,
      host,
      padded: this.#settings.padded,
      write: (bytes) => this.#write(bytes),
      wake: (ms) => host.wake(ms),
      warn: (line) => host.warn(line),
      drop: () => {
        host.warn(`relay: display ${id} is too slow; it is dropped`);
        this.#over();
        host.abort();
      },
    });
  }

  /** Gives the number back; `left` when that is certain. */
  #leave(left: () => void): void {
    this.#state = 'leaving';
    this.#forgetDisplay();
    this.#host.wake(limits.net.closingMs);
    this.#host.submit({ do: 'leave', session: this.#host.session }, () => {
      if (this.#state === 'leaving') left();
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
    // An answer is never answered, or two programs would go on for ever.
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

function wantedBy(origin: number): NameRequest | undefined {
  if (origin === anyEmitter) return { lowest: emitters };
  if (origin === anyDisplay) return { lowest: displays };
  const isNumber = isEmitter(origin) || isDisplay(origin);
  return isNumber ? { name: numberedName(origin) } : undefined;
}

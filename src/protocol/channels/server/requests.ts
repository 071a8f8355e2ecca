// What each frame of a named client asks of the hub, and how the outcome is answered.

import { decodeLossy, decodeText } from '../../bytes/text';
import type { Outcome } from '../../commands';
import type { Host } from '../../dialect';
import type { RoomName } from '../../model';
import { channelOf, controlOf, isControl } from '../wire/codec';
import { framesOf, framesOfList } from '../wire/frames';
import { texts } from '../wire/messages';

/** How what cannot be said is answered, where it is not for load. */
const sayRefusals: Readonly<Record<string, string>> = {
  'not-member': texts.outside,
  muted: texts.muted,
};

export interface ChannelsRequestsDeps {
  readonly host: Pick<Host, 'session' | 'submit' | 'inOrder'>;
  /** Whether the hub still knows this client. */
  readonly isPresent: boolean;
  /** Writes an answer, as long as our side has not ended. */
  write(frames: Uint8Array): void;
}

export class ChannelsRequests {
  readonly #deps: ChannelsRequestsDeps;
  #isWaiting = false;
  /** One function for all that is said, from the first time on: it is the same every time. */
  #said: ((outcome: Outcome<'say'>) => void) | undefined;

  constructor(deps: ChannelsRequestsDeps) {
    this.#deps = deps;
  }

  /** What the next frame means depends on whether a channel could be created. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  take(frame: Uint8Array): void {
    if (isControl(frame)) this.#control(frame);
    else this.#say(frame);
  }

  #say(frame: Uint8Array): void {
    const { host } = this.#deps;
    const { session } = host;
    const text = decodeText(frame);
    host.submit(
      text === undefined
        ? { do: 'say', session, text: decodeLossy(frame), raw: frame.slice() }
        : { do: 'say', session, text },
      (this.#said ??= (outcome) => {
        if (!outcome.ok) this.#answer(sayRefusals[outcome.why] ?? texts.busy);
      }),
    );
  }

  #control(frame: Uint8Array): void {
    const control = controlOf(frame);
    switch (control.is) {
      case 'list':
        return this.#list();
      case 'join':
        return this.#join(control.channel);
      case 'create':
        return this.#create(control.channel);
      case 'nameless':
        return this.#answerInOrder(
          control.command === 'join' ? texts.joinNameless : texts.createNameless,
        );
      case 'unknown':
        return this.#answerInOrder(texts.unknownControl(control.word));
    }
  }

  #list(): void {
    const { host } = this.#deps;
    host.submit({ do: 'rooms', session: host.session }, (outcome) => {
      if (!outcome.ok) this.#answer(texts.busy);
      else this.#deps.write(framesOfList(outcome.value.rooms));
    });
  }

  #join(channel: string): void {
    const room = channelOf(channel);
    if (room === undefined) this.#answerInOrder(texts.unknownChannel(channel));
    else this.#move(room, channel);
  }

  #move(room: RoomName, channel: string): void {
    const { host } = this.#deps;
    host.submit({ do: 'room-join', session: host.session, room, only: true }, (outcome) => {
      if (outcome.ok) return;
      if (outcome.why === 'banned') this.#answer(texts.banned(channel));
      else
        this.#answer(outcome.why === 'unknown-room' ? texts.unknownChannel(channel) : texts.busy);
    });
  }

  #create(channel: string): void {
    const { host } = this.#deps;
    const room = channelOf(channel);
    if (room === undefined) return this.#answerInOrder(texts.createNameless);
    this.#isWaiting = true;
    host.submit({ do: 'room-create', session: host.session, room }, (outcome) => {
      this.#isWaiting = false;
      if (outcome.ok) {
        if (this.#deps.isPresent) this.#move(room, channel);
      } else if (outcome.why === 'room-exists') this.#answer(texts.channelExists(channel));
      else this.#answer(outcome.why === 'too-many' ? texts.tooMany(channel) : texts.busy);
    });
  }

  #answer(text: string): void {
    this.#deps.write(framesOf('', text));
  }

  /** An answer that needs no outcome still comes behind those that do. */
  #answerInOrder(text: string): void {
    this.#deps.host.inOrder(() => this.#answer(text));
  }
}

// One client of the channels door: names itself, moves between channels, says things, asks for the list.

import type { Inbox } from '../../bytes/inbox';
import { decodeLossy, decodeText } from '../../bytes/text';
import type { Outcome } from '../../commands';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Notice, RoomName, Said } from '../../model';
import {
  channelOf,
  controlOf,
  framesOfRun,
  framesOfTelling,
  isControl,
  nameOfFrame,
} from '../wire/codec';
import { framesOf, framesOfList, takeFrame } from '../wire/frames';
import { texts } from '../wire/messages';

/** Where the client stands, and whether its next frame may be taken there. */
const takesFrames = {
  /** Connected; the first frame will be its name. */
  unnamed: true,
  /** Named; frames are submitted as they come, without waiting for the answers. */
  open: true,
  /** What the next frame means depends on whether the channel could be created: it waits. */
  creating: false,
  /** Nothing more is read; what was asked is still answered. */
  leaving: false,
  /** Our side has ended: nothing more can be written. */
  over: false,
} as const;

export class ChannelsSession implements Session {
  readonly #host: Host;
  #state: keyof typeof takesFrames = 'unnamed';
  #inbox: Inbox | undefined;
  #hasPeerEnded = false;
  /** Whether the hub knows us. */
  #isPresent = false;

  constructor(host: Host) {
    this.#host = host;
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
    this.#state = 'over';
    this.#leave(() => {});
  }

  /** The name did not come in time. */
  woke(): void {
    if (this.#state === 'unnamed') this.#end();
  }

  closing(): void {
    if (this.#state === 'over') return;
    this.#state = 'leaving';
    this.#host.inOrder(() => this.#end());
  }

  tell(notice: Notice): void {
    if (this.#state === 'over') return;
    const frames = framesOfTelling(notice);
    if (frames !== undefined) this.#host.write(frames);
  }

  tellAll(run: readonly Said[]): void {
    if (this.#state !== 'over') this.#host.write(framesOfRun(run));
  }

  deliver(message: Direct, settle: Settle): void {
    const frames = this.#state === 'over' ? undefined : framesOfTelling(message);
    if (frames !== undefined) this.#host.write(frames);
    settle(frames === undefined ? 'failed' : 'delivered');
  }

  // ---- one frame after the other

  #advance(): void {
    while (takesFrames[this.#state]) {
      const frame = this.#inbox && takeFrame(this.#inbox);
      if (frame === undefined) break;
      if (this.#state === 'unnamed') this.#enter(frame);
      else if (isControl(frame)) this.#control(frame);
      else this.#say(frame);
    }
    if (this.#hasPeerEnded && takesFrames[this.#state]) {
      this.#state = 'leaving';
      this.#leave(() => this.#end());
    }
  }

  #enter(frame: Uint8Array): void {
    this.#state = 'open';
    this.#isPresent = true;
    this.#host.wake(undefined);
    const { session, machine, remote: address } = this.#host;
    const wanted = { name: nameOfFrame(frame) };
    this.#host.submit(
      { do: 'enter', session, machine, address, wanted, collision: 'rename', dialect: 'channels' },
      (outcome) => {
        if (outcome.ok) return;
        this.#isPresent = false;
        this.#answer(texts.busy);
        this.#end();
      },
    );
  }

  #say(frame: Uint8Array): void {
    const { session } = this.#host;
    const text = decodeText(frame);
    this.#host.submit(
      text === undefined
        ? { do: 'say', session, text: decodeLossy(frame), raw: frame.slice() }
        : { do: 'say', session, text },
      this.#afterSaying,
    );
  }

  /** One function for all that is said: it is the same every time. */
  readonly #afterSaying = (outcome: Outcome<'say'>): void => {
    if (!outcome.ok) this.#answer(outcome.why === 'not-member' ? texts.outside : texts.busy);
  };

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
    this.#host.submit({ do: 'rooms', session: this.#host.session }, (outcome) => {
      if (!outcome.ok) this.#answer(texts.busy);
      else this.#write(framesOfList(outcome.value.rooms));
    });
  }

  #join(channel: string): void {
    const room = channelOf(channel);
    if (room === undefined) this.#answerInOrder(texts.unknownChannel(channel));
    else this.#move(room, channel);
  }

  #move(room: RoomName, channel: string): void {
    this.#host.submit(
      { do: 'room-join', session: this.#host.session, room, only: true },
      (outcome) => {
        if (outcome.ok) return;
        this.#answer(outcome.why === 'unknown-room' ? texts.unknownChannel(channel) : texts.busy);
      },
    );
  }

  #create(channel: string): void {
    const room = channelOf(channel);
    if (room === undefined) {
      this.#answerInOrder(texts.createNameless);
      return;
    }
    this.#state = 'creating';
    this.#host.submit({ do: 'room-create', session: this.#host.session, room }, (outcome) => {
      if (this.#state === 'creating') this.#state = 'open';
      if (outcome.ok) {
        if (this.#isPresent) this.#move(room, channel);
      } else if (outcome.why === 'room-exists') this.#answer(texts.channelExists(channel));
      else this.#answer(outcome.why === 'too-many' ? texts.tooMany(channel) : texts.busy);
      this.#advance();
    });
  }

  // ---- answers and the end

  #write(bytes: Uint8Array): void {
    if (this.#state !== 'over' && bytes.length > 0) this.#host.write(bytes);
  }

  #answer(text: string): void {
    this.#write(framesOf('', text));
  }

  #answerInOrder(text: string): void {
    this.#host.inOrder(() => this.#answer(text));
  }

  #leave(then: () => void): void {
    if (!this.#isPresent) {
      then();
      return;
    }
    this.#isPresent = false;
    this.#host.submit({ do: 'leave', session: this.#host.session }, then);
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#host.end();
  }
}

// One client of the channels door: it names itself, then what it sends is asked of the hub, until it ends.

import type { Inbox } from '../../bytes/inbox';
import { farewellOf } from '../../bytes/moderation_words';
import type { Taken } from '../../connection';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Notice, Removed, Said } from '../../model';
import { nameOfFrame } from '../wire/codec';
import { framesOf, takeFrame } from '../wire/frames';
import { texts } from '../wire/messages';
import { framesOfEvent, framesOfRun } from './events';
import { ChannelsRequests, type ChannelsRequestsDeps } from './requests';

/** Where the client stands, and whether its next frame may be taken there. */
const takesFrames = {
  /** Connected; the first frame will be its name. */
  unnamed: true,
  /** Named; frames are submitted as they come, without waiting for the outcomes. */
  open: true,
  /** Nothing more is read; what was asked is still answered. */
  leaving: false,
  /** Our side has ended: nothing more can be written. */
  over: false,
} as const;

/** What a guest is told who is not let in. */
const refusalTexts: Readonly<Record<string, string>> = {
  banned: texts.bannedHere,
  'not-allowed': texts.noGuests,
};

export class ChannelsSession implements Session, ChannelsRequestsDeps {
  readonly host: Host;
  readonly #requests: ChannelsRequests;
  #state: keyof typeof takesFrames = 'unnamed';
  /** Whether the hub knows this client. */
  isPresent = false;

  constructor(host: Host) {
    this.host = host;
    this.#requests = new ChannelsRequests(this);
    host.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    if (!takesFrames[this.#state]) return 'more';
    if (this.#requests.isWaiting) return 'later';
    const frame = takeFrame(inbox);
    if (frame === undefined) return 'more';
    if (this.#state === 'unnamed') this.#enter(frame);
    else this.#requests.take(frame);
    return 'taken';
  }

  ended(): void {
    if (!takesFrames[this.#state]) return;
    this.#state = 'leaving';
    this.#leave(() => this.#end());
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
    this.host.inOrder(() => this.#end());
  }

  expelled(removed: Removed): void {
    this.isPresent = false;
    this.write(framesOf('', farewellOf(removed)));
    this.#end();
  }

  tell(notice: Notice): void {
    const frames = framesOfEvent(notice);
    if (frames !== undefined) this.write(frames);
  }

  tellAll(run: readonly Said[]): void {
    this.write(framesOfRun(run));
  }

  deliver(message: Direct, settle: Settle): void {
    const frames = this.#state === 'over' ? undefined : framesOfEvent(message);
    if (frames !== undefined) this.host.write(frames);
    settle(frames === undefined ? 'failed' : 'delivered');
  }

  #enter(frame: Uint8Array): void {
    this.#state = 'open';
    this.isPresent = true;
    this.host.wake(undefined);
    const { session, machine, remote: address } = this.host;
    const wanted = { name: nameOfFrame(frame) };
    this.host.submit(
      { do: 'enter', session, machine, address, wanted, collision: 'rename', dialect: 'channels' },
      (outcome) => {
        if (outcome.ok) return;
        this.isPresent = false;
        this.write(framesOf('', refusalTexts[outcome.why] ?? texts.busy));
        this.#end();
      },
    );
  }

  write(bytes: Uint8Array): void {
    if (this.#state !== 'over' && bytes.length > 0) this.host.write(bytes);
  }

  #leave(then: () => void): void {
    if (!this.isPresent) return then();
    this.isPresent = false;
    this.host.submit({ do: 'leave', session: this.host.session }, then);
  }

  #end(): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.host.end();
  }
}

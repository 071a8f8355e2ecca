// One client of the market door: it is asked for its balance, enters, then talks and pays.

import type { Inbox } from '../../bytes/inbox';
import { farewellOf } from '../../bytes/moderation_words';
import type { Taken } from '../../connection';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Name, Notice, Removed, Said } from '../../model';
import { answerOf, bytesOfLines, requestOf } from '../wire/codec';
import { type Line, LineReader } from '../wire/lines';
import { texts } from '../wire/messages';
import { bytesOfEvent, bytesOfRun, markedBytes } from './events';
import { MarketRequests, room } from './requests';
import { SignIn } from './sign_in';

/** Where the client stands, and whether its next line may be taken there. */
const takesLines = {
  /** The question for the balance is open; an identifier may be given first. */
  entering: true,
  /** In the room, known to all; requests are submitted as they come. */
  entered: true,
  /** Nothing more is read; what was asked is still answered. */
  leaving: false,
  /** Our side has ended: nothing more can be written. */
  over: false,
} as const;

export class MarketSession implements Session {
  readonly #host: Host;
  readonly #reader = new LineReader(limits.market.lineBytes);
  readonly #signIn: SignIn;
  #state: keyof typeof takesLines = 'entering';
  #requests: MarketRequests | undefined;
  /** The name under which everybody was told that the client is here. */
  #name: Name | undefined;
  /** The client has asked that private lines be marked. */
  #wantsMarks = false;
  /** The peer has ended, and its last line waits for an outcome. */
  #isEnding = false;
  #isWakeSet = false;

  constructor(host: Host) {
    this.#host = host;
    this.#tell(texts.welcome);
    this.#signIn = new SignIn({
      host,
      tell: (...lines) => this.#tell(...lines),
      entered: (name) => this.#entered(name),
      wantsMarks: () => (this.#wantsMarks = true),
      settled: () => this.#settled(),
    });
    this.#rest();
  }

  takeNext(inbox: Inbox): Taken {
    if (!takesLines[this.#state]) return 'more';
    if (this.#isWaiting) return 'later';
    const line = this.#reader.take(inbox);
    if (line !== undefined) this.#take(line);
    this.#rest();
    return line === undefined ? 'more' : 'taken';
  }

  /** What stands without a line end is the last line. */
  ended(): void {
    if (!takesLines[this.#state]) return;
    this.#takeStanding();
    if (this.#isWaiting) this.#isEnding = true;
    else this.#sayGoodbye();
  }

  lost(): void {
    this.#state = 'over';
    this.#signIn.stop();
    this.#printDeparture();
  }

  /** What stands without a line end has stood long enough, or the question for the balance was not answered. */
  woke(): void {
    if (!takesLines[this.#state] || this.#isWaiting) return;
    if (this.#state === 'entering' && this.#signIn.patience <= 0) this.#sayGoodbye();
    else this.#takeStanding();
    this.#rest();
  }

  closing(): void {
    this.#sayGoodbye();
  }

  expelled(removed: Removed): void {
    this.#tell(texts.told(farewellOf(removed)));
    this.#sayGoodbye();
  }

  tell(notice: Notice): void {
    const bytes = this.#state === 'over' ? undefined : bytesOfEvent(notice);
    if (bytes !== undefined) this.#host.write(bytes);
    // Who is out of the room has nothing more to do at this door.
    if (notice.is === 'kicked' && notice.you && notice.room === room) this.#sayGoodbye();
  }

  tellAll(run: readonly Said[]): void {
    if (this.#state !== 'over') this.#host.write(bytesOfRun(run));
  }

  deliver(message: Direct, settle: Settle): void {
    const bytesOf = this.#wantsMarks ? markedBytes : bytesOfEvent;
    const bytes = this.#state === 'over' ? undefined : bytesOf(message);
    if (bytes !== undefined) this.#host.write(bytes);
    settle(bytes === undefined ? 'failed' : 'delivered');
  }

  // ---- one line after the other

  /** What the next line means depends on an outcome. */
  get #isWaiting(): boolean {
    return this.#state === 'entering' && this.#signIn.isWaiting;
  }

  #takeStanding(): void {
    const line = this.#reader.takeStanding();
    if (line !== undefined) this.#take(line);
  }

  /** Asks to be woken when what stands becomes a line, or when the question has stood too long. */
  #rest(): void {
    let ms: number | undefined;
    if (takesLines[this.#state] && !this.#isWaiting) {
      if (this.#reader.isWaiting) ms = limits.market.standingMs;
      else if (this.#state === 'entering') ms = Math.max(1, this.#signIn.patience) * 1000;
    }
    if (ms !== undefined || this.#isWakeSet) this.#host.wake(ms);
    this.#isWakeSet = ms !== undefined;
  }

  #take(line: Line): void {
    const isEntering = this.#state === 'entering';
    if (line.is === 'too-long') {
      const why = texts.tooLong(limits.market.lineBytes);
      if (isEntering) this.#signIn.askAgain(why);
      else this.#host.inOrder(() => this.#tell(why));
      return;
    }
    if (isEntering) {
      const answer = answerOf(line.text);
      if (answer.is === 'quit') this.#sayGoodbye();
      else this.#signIn.answer(answer);
    } else {
      const request = requestOf(line.text);
      if (request.is === 'quit') this.#sayGoodbye();
      else this.#requests?.do(request);
    }
  }

  #settled(): void {
    if (this.#isEnding) this.#sayGoodbye();
    this.#rest();
  }

  #entered(name: Name): void {
    this.#name = name;
    this.#requests = new MarketRequests(this.#host, name, (...lines) => this.#tell(...lines));
    this.#host.print(texts.joined(name));
    if (this.#state === 'entering') this.#state = 'entered';
  }

  // ---- replies and the end

  #tell(...lines: readonly string[]): void {
    if (this.#state !== 'over') this.#host.write(bytesOfLines(...lines));
  }

  #sayGoodbye(): void {
    if (!takesLines[this.#state]) return;
    this.#state = 'leaving';
    this.#signIn.stop();
    this.#host.inOrder(() => {
      if (this.#state === 'over') return;
      this.#tell(texts.farewell);
      this.#state = 'over';
      this.#printDeparture();
      this.#host.end();
    });
  }

  #printDeparture(): void {
    if (this.#name !== undefined) this.#host.print(texts.left(this.#name));
    this.#name = undefined;
  }
}

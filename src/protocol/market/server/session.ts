// One client of the market door: is asked for its balance, enters, then talks and pays.

import type { Inbox } from '../../bytes/inbox';
import type { Host, Session, Settle } from '../../dialect';
import { limits } from '../../limits';
import type { Direct, Name, Notice } from '../../model';
import { addressName, answerOf, bytesOfLines, bytesOfTelling, requestOf } from '../wire/codec';
import { type Line, LineReader, standingMs } from '../wire/lines';
import { type Answer, type Request, texts } from '../wire/messages';
import { sentBytesMax } from '../wire/sizes';
import { dialectName, MarketRequests, room } from './requests';

/** Where the client stands, and whether its next line may be taken there. */
const takesLines = {
  /** The question for the balance is open; an identifier may be answered first. */
  asking: true,
  /** What the next line means depends on an answer of the hub: it waits. */
  settling: false,
  /** In the room, known to all; requests are submitted as they come. */
  inside: true,
  /** Nothing more is read; what was asked is still answered. */
  leaving: false,
  /** Our side has ended: nothing more can be written. */
  over: false,
} as const;

export class MarketSession implements Session {
  readonly #host: Host;
  readonly #reader = new LineReader(sentBytesMax);
  #state: keyof typeof takesLines = 'asking';
  #inbox: Inbox | undefined;
  #hasPeerEnded = false;
  /** The identifier that the client asked for, or its address. */
  #name: Name;
  #inside: MarketRequests | undefined;
  /** Whether everybody was told that the client is here. */
  #isPresent = false;
  /** When the question for the balance has stood long enough, in seconds of the host's time. */
  #patienceEnd = 0;

  constructor(host: Host) {
    this.#host = host;
    this.#name = addressName(host.remote);
    this.#tell(texts.welcome);
    this.#ask();
    this.#rest();
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
    this.#printDeparture();
  }

  /** What stands without a line end has stood long enough, or nobody answers the question. */
  woke(): void {
    if (!takesLines[this.#state]) return;
    const isOut = this.#state === 'asking' && this.#host.now >= this.#patienceEnd;
    if (isOut) this.#sayGoodbye();
    else this.#takeStanding();
    this.#advance();
  }

  closing(): void {
    this.#sayGoodbye();
  }

  tell(notice: Notice): void {
    const bytes = this.#state === 'over' ? undefined : bytesOfTelling(notice);
    if (bytes !== undefined) this.#host.write(bytes);
  }

  deliver(message: Direct, settle: Settle): void {
    const bytes = this.#state === 'over' ? undefined : bytesOfTelling(message);
    if (bytes !== undefined) this.#host.write(bytes);
    settle(bytes === undefined ? 'failed' : 'delivered');
  }

  // ---- one line after the other

  #advance(): void {
    while (takesLines[this.#state]) {
      const line = this.#inbox && this.#reader.take(this.#inbox);
      if (line === undefined) break;
      this.#line(line);
    }
    if (this.#hasPeerEnded && takesLines[this.#state] && !this.#isHeld) {
      this.#takeStanding();
      if (takesLines[this.#state]) this.#sayGoodbye();
    }
    this.#rest();
  }

  /** So many requests are under way that the rest of what came is held back for a while. */
  get #isHeld(): boolean {
    return this.#inbox !== undefined && this.#inbox.length < this.#inbox.size;
  }

  #takeStanding(): void {
    if (this.#inbox === undefined || this.#isHeld) return;
    const line = this.#reader.takeStanding(this.#inbox);
    if (line !== undefined) this.#line(line);
  }

  /** Waits for more: how long depends on what stands in the inbox. */
  #rest(): void {
    const isWaiting = this.#inbox !== undefined && this.#reader.isWaiting(this.#inbox);
    if (isWaiting && takesLines[this.#state]) this.#host.wake(standingMs);
    else if (this.#state !== 'asking') this.#host.wake(undefined);
    else this.#host.wake(Math.max(1, this.#patienceEnd - this.#host.now) * 1000);
  }

  #line(line: Line): void {
    const isAsking = this.#state === 'asking';
    if (line.is === 'too-long') {
      const why = texts.tooLong(sentBytesMax);
      if (isAsking) this.#askAgain(why);
      else this.#answer(why);
    } else if (isAsking) this.#answered(answerOf(line.text));
    else this.#request(requestOf(line.text));
  }

  // ---- entering

  #ask(): void {
    this.#state = 'asking';
    this.#patienceEnd = this.#host.now + limits.net.questionMs / 1000;
    this.#tell(texts.question);
  }

  /** Says what was wrong, then asks again. */
  #askAgain(why: string): void {
    this.#tell(why);
    this.#ask();
  }

  #answered(answer: Answer): void {
    switch (answer.is) {
      case 'balance':
        return this.#enter(answer.amount);
      case 'name':
        return this.#want(answer.name);
      case 'bad-balance':
        return this.#askAgain(texts.badBalance);
      case 'bad-name':
        return this.#askAgain(texts.badName);
      case 'blank':
        return this.#ask();
      case 'quit':
        return this.#sayGoodbye();
    }
  }

  #want(name: Name): void {
    this.#state = 'settling';
    this.#host.submit({ do: 'name-free', name }, (outcome) => {
      if (this.#state !== 'settling') return;
      if (!outcome.ok) this.#askAgain(texts.busy);
      else if (!outcome.value.free) this.#nameTaken(name);
      else {
        this.#name = name;
        this.#ask();
      }
      this.#advance();
    });
  }

  #nameTaken(name: Name): void {
    this.#name = addressName(this.#host.remote);
    this.#askAgain(texts.inUse(name));
  }

  /** Enters, sets the balance and joins in one go; whatever fails undoes it all. */
  #enter(amount: number): void {
    this.#state = 'settling';
    const { session, machine, remote: address } = this.#host;
    const name = this.#name;
    let failure: 'name-taken' | 'other' | undefined;
    let hasEntered = false;
    this.#host.submit(
      {
        do: 'enter',
        session,
        machine,
        address,
        dialect: dialectName,
        wanted: { name },
        // An address is unique as it is; only a name of other people's making can stand in its way.
        collision: name === addressName(address) ? 'rename' : 'refuse',
      },
      (outcome) => {
        hasEntered = outcome.ok;
        if (outcome.ok) this.#name = outcome.value.name;
        else failure = outcome.why === 'name-taken' ? 'name-taken' : 'other';
      },
    );
    this.#host.submit({ do: 'balance-set', session, amount }, (outcome) => {
      if (outcome.ok) this.#tell(texts.balanceSet(amount));
      else failure ??= 'other';
    });
    this.#host.submit({ do: 'room-join', session, room }, (outcome) => {
      if (outcome.ok && failure === undefined) this.#entered();
      else this.#notEntered(name, failure ?? 'other', hasEntered);
    });
  }

  #entered(): void {
    this.#isPresent = true;
    this.#inside = new MarketRequests(this.#host, this.#name, (...lines) => this.#tell(...lines));
    this.#host.print(texts.joined(this.#name));
    if (this.#state !== 'settling') return;
    this.#state = 'inside';
    this.#advance();
  }

  #notEntered(name: Name, why: 'name-taken' | 'other', hasEntered: boolean): void {
    if (hasEntered) this.#host.submit({ do: 'leave', session: this.#host.session }, () => {});
    if (this.#state !== 'settling') return;
    if (why === 'name-taken') this.#nameTaken(name);
    else this.#askAgain(texts.busy);
    this.#advance();
  }

  #request(request: Request): void {
    if (request.is === 'quit') this.#sayGoodbye();
    else this.#inside?.do(request);
  }

  // ---- answers and the end

  #tell(...lines: readonly string[]): void {
    if (this.#state !== 'over') this.#host.write(bytesOfLines(...lines));
  }

  #answer(line: string): void {
    this.#host.inOrder(() => this.#tell(line));
  }

  #sayGoodbye(): void {
    if (this.#state === 'leaving' || this.#state === 'over') return;
    this.#state = 'leaving';
    this.#host.inOrder(() => {
      if (this.#state === 'over') return;
      this.#tell(texts.farewell);
      this.#state = 'over';
      if (this.#isPresent) {
        this.#host.submit({ do: 'leave', session: this.#host.session }, () => {});
      }
      this.#printDeparture();
      this.#host.end();
    });
  }

  #printDeparture(): void {
    if (this.#isPresent) this.#host.print(texts.left(this.#name));
    this.#isPresent = false;
  }
}

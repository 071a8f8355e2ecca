// Before a client is in the market: the question for its balance, its identifier, and entering.

import { hostAndPort } from '../../bytes/address';
import type { Host } from '../../dialect';
import { limits } from '../../limits';
import type { Name } from '../../model';
import { type Answer, texts } from '../wire/messages';
import { dialectName, room } from './requests';

export interface SignInDeps {
  readonly host: Host;
  tell(...lines: readonly string[]): void;
  /** The client is in the room, under this name. */
  entered(name: Name): void;
  /** The client wants private lines marked. */
  wantsMarks(): void;
  /** The outcome that the next line waited for has come. */
  settled(): void;
}

/** Why a client has not entered. */
type Failure = 'name-taken' | 'banned' | 'not-allowed' | 'other';

const failureOf = (why: string): Failure =>
  why === 'name-taken' || why === 'banned' || why === 'not-allowed' ? why : 'other';

export class SignIn {
  readonly #deps: SignInDeps;
  /** The identifier that the client asked for, or its address. */
  #name: Name;
  /** The client has an identifier of its own: what is no number is then a mistyped balance, and no other name. */
  #isNamed = false;
  /** Until when the question may stand, in seconds of the host's time. */
  #patienceEnd = 0;
  #isWaiting = false;
  /** The client leaves: nothing more is said of names and questions. */
  #isStopped = false;

  constructor(deps: SignInDeps) {
    this.#deps = deps;
    this.#name = this.#addressName;
    this.#ask();
  }

  /** What the next line means depends on an outcome. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** For how long the question may still stand, in seconds; 0 or less: too long already. */
  get patience(): number {
    return this.#patienceEnd - this.#deps.host.now;
  }

  stop(): void {
    this.#isStopped = true;
  }

  answer(answer: Exclude<Answer, { is: 'quit' }>): void {
    switch (answer.is) {
      case 'balance':
        return this.#enter(answer.amount);
      case 'name':
        return this.#isNamed ? this.askAgain(texts.badBalance) : this.#want(answer.name);
      case 'funds':
        return this.#tellFunds();
      case 'marks':
        this.#deps.wantsMarks();
        return this.#ask();
      case 'bad-balance':
        return this.askAgain(texts.badBalance);
      case 'bad-name':
        return this.askAgain(this.#isNamed ? texts.badBalance : texts.badName);
      case 'blank':
        return this.#ask();
    }
  }

  /** Says what was wrong, then asks again. */
  askAgain(why: string): void {
    this.#deps.tell(why);
    this.#ask();
  }

  #ask(): void {
    this.#patienceEnd = this.#deps.host.now + limits.market.questionMs / 1000;
    this.#deps.tell(texts.question);
  }

  /** What a client that gives no identifier is called (source 004, 2). */
  get #addressName(): Name {
    return hostAndPort(this.#deps.host.remote) as Name;
  }

  #want(name: Name): void {
    this.#isWaiting = true;
    this.#deps.host.submit({ do: 'name-free', name }, (outcome) => {
      this.#isWaiting = false;
      if (this.#isStopped) return;
      if (!outcome.ok) this.askAgain(texts.busy);
      else if (!outcome.value.free) this.#refuseName(name);
      else {
        this.#name = name;
        this.#isNamed = true;
        this.#ask();
      }
      this.#deps.settled();
    });
  }

  /** What the name has: a client that comes in only to say something enters with that, and changes no money. */
  #tellFunds(): void {
    this.#isWaiting = true;
    this.#deps.host.submit({ do: 'funds-kept', name: this.#name }, (outcome) => {
      this.#isWaiting = false;
      if (this.#isStopped) return;
      if (outcome.ok) this.#deps.tell(texts.funds(outcome.value.balance));
      else if (outcome.why !== 'name-taken') this.#deps.tell(texts.busy);
      if (!outcome.ok && outcome.why === 'name-taken') this.#refuseName(this.#name);
      else this.#ask();
      this.#deps.settled();
    });
  }

  #refuseName(name: Name): void {
    this.#name = this.#addressName;
    this.#isNamed = false;
    this.askAgain(texts.inUse(name));
  }

  /** Enters, sets the balance and joins in one go; where one of them fails, all are undone. */
  #enter(amount: number): void {
    this.#isWaiting = true;
    const { host } = this.#deps;
    const { session, machine, remote: address } = host;
    const name = this.#name;
    let entered: Name | undefined;
    let failure: Failure | undefined;
    host.submit(
      {
        do: 'enter',
        session,
        machine,
        address,
        dialect: dialectName,
        wanted: { name },
        // An address is unique; only a name that another user chose can be equal to it.
        collision: name === this.#addressName ? 'rename' : 'refuse',
      },
      (outcome) => {
        if (outcome.ok) entered = outcome.value.name;
        else failure = failureOf(outcome.why);
      },
    );
    host.submit({ do: 'balance-set', session, amount }, (outcome) => {
      if (outcome.ok) this.#deps.tell(texts.balanceSet(amount));
      else failure ??= 'other';
    });
    host.submit({ do: 'room-join', session, room }, (outcome) => {
      this.#isWaiting = false;
      if (outcome.ok && failure === undefined && entered !== undefined) this.#deps.entered(entered);
      else {
        if (!outcome.ok && outcome.why === 'banned') failure ??= 'banned';
        this.#notEntered(name, failure ?? 'other', entered !== undefined);
      }
      this.#deps.settled();
    });
  }

  #notEntered(name: Name, why: Failure, hasEntered: boolean): void {
    const { host } = this.#deps;
    if (hasEntered) host.submit({ do: 'leave', session: host.session }, () => {});
    if (this.#isStopped) return;
    if (why === 'name-taken') this.#refuseName(name);
    else
      this.askAgain(
        why === 'other' ? texts.busy : why === 'banned' ? texts.banned : texts.noGuests,
      );
  }
}

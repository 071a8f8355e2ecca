// The client's side: comes back by itself, and asks again for what must last until it is answered once.

import type { Inbox } from '../../bytes/inbox';
import { ProtocolError } from '../../errors';
import { limits } from '../../limits';
import { refused, type Result } from '../../model';
import { answerIn, encodeLine, takeLine, toldIn } from '../wire/codec';
import { type AnswerOf, type Message, type Told, type Verb, type Wish } from '../wire/messages';

/** How often a quiet connection is tried, and how long its answer may take, in ms. */
const pingMs = 25_000;
const pongMs = 10_000;
/** Requests under way at once of those that last: well below what the server bears. */
const window = 32;

/** What is told and not owed to a request. */
export type News = Exclude<Told, { is: 'done' | 'refused' | 'message' | 'bye' }>;

/** What the page gives the caller: a socket, a clock, chance, and a place for messages. */
export interface WebClientHost {
  /** Opens a connection; `opened` or `lost` will be called. */
  dial(): void;
  write(line: Uint8Array): void;
  hangUp(): void;
  after(ms: number, then: () => void): () => void;
  /** From 0 to 1, so that a thousand pages do not come back at the same moment. */
  chance(): number;
  /** Keeps a message for good; `done` when it is kept, and the server forgets it then. */
  keep(message: Message, done: () => void): void;
  told(news: News): void;
  changed(state: WebClientState): void;
}

/**
 * resting: nobody to be. dialling, entering: on the way. here: logged in. waiting: lost, the next attempt comes
 * after `ms`. turned-away: the server knows no such account, or not with this token.
 */
export type WebClientState =
  | { readonly is: 'resting' | 'dialling' | 'entering' | 'here' }
  | { readonly is: 'waiting'; readonly ms: number }
  | { readonly is: 'turned-away'; readonly why: string };

type Answer = Result<never, string>;

interface Asked {
  readonly wish: Wish;
  /** Asked again on the next connection until there is an answer. */
  readonly lasts: boolean;
  readonly done: (answer: Answer) => void;
  ref: number | undefined;
}

/** Refusals that say nothing about the request: it is worth asking again. */
const passing = new Set(['storage', 'overloaded', 'internal', 'not-entered']);

export class WebClient {
  readonly #host: WebClientHost;
  #state: WebClientState = { is: 'resting' };
  #identity: { readonly name: string; readonly token: string } | undefined;
  #isOpen = false;
  #refs = 0;
  #attempts = 0;
  readonly #asked: Asked[] = [];
  #cancelWait: (() => void) | undefined;
  #cancelPing: (() => void) | undefined;

  constructor(host: WebClientHost) {
    this.#host = host;
  }

  get state(): WebClientState {
    return this.#state;
  }

  /** Logs in, and stays logged in whatever the network does, until `leave`. */
  enter(name: string, token: string): void {
    this.#identity = { name, token };
    this.#attempts = 0;
    if (this.#isOpen) this.#login();
    else this.#dial();
  }

  /** Stops being anybody. What lasts and was not answered is forgotten: its owner asks for it again. */
  leave(): void {
    this.#identity = undefined;
    this.#calm();
    this.#set({ is: 'resting' });
    this.#drop(() => true);
    if (this.#isOpen) this.#host.hangUp();
  }

  /** The network is said to be back, or somebody is impatient. */
  retryNow(): void {
    if (this.#state.is === 'waiting') this.#dial();
  }

  /** Asks once; refused as unreachable where the connection is not there or does not live to bring the answer. */
  ask<K extends Verb>(
    wish: Wish<K>,
    done: (answer: Result<AnswerOf<K>, string>) => void = () => {},
  ): void {
    const asked = this.#add(wish, false, done);
    if (this.#state.is === 'here' || (wish.do === 'register' && this.#isOpen)) this.#write(asked);
    else if (wish.do === 'register') this.#dial();
    else this.#drop((one) => one === asked);
  }

  /** Asks until there is an answer, however often the connection breaks. The wish has a key. */
  insist<K extends 'send' | 'say' | 'transfer'>(
    wish: Wish<K>,
    done: (answer: Result<AnswerOf<K>, string>) => void,
  ): void {
    this.#add(wish, true, done);
    this.#writeLasting();
  }

  #add<K extends Verb>(
    wish: Wish<K>,
    lasts: boolean,
    done: (answer: Result<AnswerOf<K>, string>) => void,
  ): Asked {
    // What an answer holds is checked against the schema of its own request before `done` is called.
    const asked: Asked = { wish: wish as Wish, lasts, done: done, ref: undefined };
    this.#asked.push(asked);
    return asked;
  }

  // ------------------------------------------------------------------------- what the connection says

  opened(): void {
    this.#isOpen = true;
    for (const asked of this.#asked) if (asked.wish.do === 'register') this.#write(asked);
    this.#login();
  }

  received(inbox: Inbox): void {
    try {
      // What a server says is longer than what it may be asked: lists.
      const next = (): Uint8Array | undefined => takeLine(inbox, limits.net.sendQueueBytes);
      for (let line = next(); line; line = next()) this.#told(toldIn(line));
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      inbox.takeAll();
      this.#host.hangUp();
    }
  }

  lost(): void {
    this.#isOpen = false;
    this.#calm();
    for (const asked of this.#asked) asked.ref = undefined;
    this.#drop(({ lasts }) => !lasts);
    if (!this.#identity) {
      if (this.#state.is !== 'turned-away') this.#set({ is: 'resting' });
      return;
    }
    const pauses = limits.client.reconnectMs;
    const pause = pauses[Math.min(this.#attempts++, pauses.length - 1)] ?? 0;
    const ms = Math.round(pause * (0.5 + this.#host.chance()));
    this.#set({ is: 'waiting', ms });
    this.#cancelWait = this.#host.after(ms, () => this.#dial());
  }

  // --------------------------------------------------------------------------------------- on the way

  #set(state: WebClientState): void {
    this.#state = state;
    this.#host.changed(state);
  }

  #dial(): void {
    if (this.#state.is === 'dialling' || this.#isOpen) return;
    this.#calm();
    this.#set({ is: 'dialling' });
    this.#hurry();
    this.#host.dial();
  }

  /** A connection that does not come to be, or brings no answer, is given up. */
  #hurry(): void {
    this.#cancelWait?.();
    this.#cancelWait = this.#host.after(limits.client.connectMs, () => this.#host.hangUp());
  }

  #login(): void {
    this.#calm();
    if (!this.#identity) return;
    const { name, token } = this.#identity;
    this.#set({ is: 'entering' });
    this.#hurry();
    const asked = this.#add({ do: 'login', name, token }, false, (answer) => {
      this.#calm();
      if (answer.ok) {
        this.#attempts = 0;
        this.#set({ is: 'here' });
        this.#writeLasting();
        this.#pingLater();
      } else if (answer.why === 'unknown-user' || answer.why === 'not-allowed') {
        this.#identity = undefined;
        this.#set({ is: 'turned-away', why: answer.why });
        this.#drop(() => true);
        this.#host.hangUp();
      } else if (answer.why !== 'unreachable') this.#host.hangUp();
    });
    this.#write(asked);
  }

  #pingLater(): void {
    this.#cancelPing = this.#host.after(pingMs, () => {
      this.#cancelPing = this.#host.after(pongMs, () => this.#host.hangUp());
      this.ask({ do: 'ping' }, (answer) => {
        if (!answer.ok) return;
        this.#cancelPing?.();
        this.#pingLater();
      });
    });
  }

  #calm(): void {
    this.#cancelWait?.();
    this.#cancelPing?.();
    this.#cancelWait = this.#cancelPing = undefined;
  }

  // ------------------------------------------------------------------------------ requests and answers

  #write(asked: Asked): void {
    asked.ref = ++this.#refs;
    this.#host.write(encodeLine({ ...asked.wish, ref: asked.ref }));
  }

  #writeLasting(): void {
    if (this.#state.is !== 'here') return;
    let underWay = this.#asked.filter(({ lasts, ref }) => lasts && ref !== undefined).length;
    for (const asked of this.#asked) {
      if (underWay >= window) return;
      if (!asked.lasts || asked.ref !== undefined) continue;
      underWay++;
      this.#write(asked);
    }
  }

  #told(told: Told): void {
    switch (told.is) {
      case 'done':
      case 'refused':
        return this.#answered(told);
      case 'message':
        return this.#host.keep(told, () => {
          if (this.#isOpen) {
            this.#host.write(encodeLine({ do: 'got', ref: ++this.#refs, serial: told.serial }));
          }
        });
      case 'bye':
        return;
      default:
        return this.#host.told(told);
    }
  }

  #answered(told: Extract<Told, { is: 'done' | 'refused' }>): void {
    const asked = this.#asked.find(({ ref }) => ref === told.ref);
    if (!asked) return;
    if (told.is === 'refused' && asked.lasts && passing.has(told.why)) {
      // Not now: the next connection asks again, and by then the server may be well.
      this.#host.hangUp();
      return;
    }
    this.#asked.splice(this.#asked.indexOf(asked), 1);
    if (told.is === 'done') {
      const value = answerIn(asked.wish.do, told.value);
      asked.done(value ? { ok: true, value: value as never } : refused('internal'));
    } else {
      asked.done(refused(told.why));
      // The account is gone, or was entered anew: logging in again tells.
      if (told.why === 'not-entered' && this.#state.is === 'here') this.#host.hangUp();
    }
    this.#writeLasting();
  }

  /** Gives up some of what was asked. */
  #drop(which: (asked: Asked) => boolean): void {
    const dropped = this.#asked.filter(which);
    for (const asked of dropped) this.#asked.splice(this.#asked.indexOf(asked), 1);
    for (const asked of dropped) asked.done(refused('unreachable'));
  }
}

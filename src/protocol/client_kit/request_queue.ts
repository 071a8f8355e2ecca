// The messages of one-shot sending: each is sent when it is known what became of the one before it.

import type { ClientConnection, ClientHost, OutgoingMessage, SendResult } from '../client';
import type { ConnectionEvents } from '../connection';

/** The connection that all messages share. Without one, each request makes its own and has deadlines of its own. */
export interface SharedConnection {
  /** How long the server may take to answer, in ms. */
  readonly answerMs: number;
  /** Gives what reacts to the connection, which is dialled for the first message; `ready` or `lose` follows. */
  open(connection: ClientConnection): ConnectionEvents;
  /** Says goodbye; `lose` follows when it is over. */
  goodbye(): void;
  /** What each message comes to when the connection is lost. `isReached`: whether it ever stood. */
  lost(isReached: boolean): SendResult;
  /** The server did not answer in time. Otherwise the connection is dropped, and all is lost. */
  late?(): void;
}

interface Request {
  readonly message: OutgoingMessage;
  readonly done: (result: SendResult) => void;
}

export class RequestQueue {
  readonly #host: ClientHost;
  readonly #send: (message: OutgoingMessage) => void;
  readonly #shared: SharedConnection | undefined;
  readonly #requests: Request[] = [];
  /** `asked`: the first request was sent, and its result is awaited. */
  #state: 'idle' | 'connecting' | 'ready' | 'asked' | 'over' = 'idle';
  #connection: ClientConnection | undefined;
  #isReached = false;
  /** Why nothing more can be sent. */
  #failure: SendResult | undefined;
  #cancelDeadline: (() => void) | undefined;
  #closed: (() => void) | undefined;

  /** `send`: sends one message; `settle` or `lose` follows. */
  constructor(
    host: ClientHost,
    send: (message: OutgoingMessage) => void,
    shared?: SharedConnection,
  ) {
    this.#host = host;
    this.#send = send;
    this.#shared = shared;
  }

  /** The shared connection, once it was dialled. */
  get connection(): ClientConnection | undefined {
    return this.#connection;
  }

  /** Sends a message after all that was added before it. */
  add(message: OutgoingMessage, done: (result: SendResult) => void): void {
    if (this.#failure) return done(this.#failure);
    this.#requests.push({ message, done });
    this.#next();
  }

  /** The connection stands; the server lets us in, or answers first. */
  opened(): void {
    this.#isReached = true;
    this.expectAnswer();
  }

  /** The server can be asked. */
  ready(): void {
    if (this.#state !== 'connecting') return;
    this.#isReached = true;
    this.#state = 'ready';
    this.expectNothing();
    this.#next();
  }

  /** From now on the server has `answerMs`. Every request begins so. */
  expectAnswer(): void {
    const shared = this.#shared;
    if (!shared) return;
    this.expectNothing();
    this.#cancelDeadline = this.#host.after(shared.answerMs, () => {
      if (shared.late) return shared.late();
      this.#connection?.abort();
      this.lose();
    });
  }

  /** What is awaited now may take any time. */
  expectNothing(): void {
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
  }

  /** It is known what became of the request that was sent. */
  settle(result: SendResult): void {
    if (this.#state !== 'asked') return;
    this.expectNothing();
    this.#state = 'ready';
    this.#requests.shift()?.done(result);
    this.#next();
  }

  /** The connection is over, and with it all that was to be sent, now or later. */
  lose(why?: SendResult): void {
    if (this.#state === 'over') return;
    const wasAsked = this.#state === 'asked';
    this.#state = 'over';
    this.expectNothing();
    const failure = why ?? this.#shared?.lost(this.#isReached);
    this.#failure = failure;
    this.#requests.splice(0).forEach(({ done }, index) => {
      if (failure) done(wasAsked && index === 0 ? { ...failure, isUncertain: true } : failure);
    });
    this.#closed?.();
  }

  /** Nothing more is added: `done` when the connection is over, or where there is none, when all was sent. */
  close(done: () => void): void {
    if (this.#state === 'idle' || this.#state === 'over') return done();
    this.#closed = done;
    if (!this.#shared) return this.#next();
    if (this.#isReached) {
      this.#shared.goodbye();
      this.expectAnswer();
    } else {
      this.#connection?.abort();
      this.lose();
    }
  }

  #next(): void {
    if (this.#state === 'idle') this.#connect();
    if (this.#state !== 'ready') return;
    const [request] = this.#requests;
    if (request) {
      this.#state = 'asked';
      this.expectAnswer();
      this.#send(request.message);
    } else if (this.#closed && !this.#shared) this.lose();
  }

  #connect(): void {
    const shared = this.#shared;
    this.#state = shared ? 'connecting' : 'ready';
    if (!shared) return;
    this.#host.dial((connection) => {
      this.#connection = connection;
      return shared.open(connection);
    });
  }
}

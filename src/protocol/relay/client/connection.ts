// A client's one connection to a relay server: registers, asks one thing at a time, answers, says goodbye.

import type { Inbox } from '../../bytes/inbox';
import type { Taken } from '../../connection';
import type { ClientConnection, ClientHost, ConnectionEvents } from '../../dialect';
import { limits } from '../../limits';
import { encodeFrame, FrameReader } from '../wire/codec';
import { type Body, type Frame, type Header, marksWanted, server } from '../wire/messages';

/** What comes for a program that did not ask for it. */
export type Incoming = Extract<Frame, { kind: 'MSG' | 'OKQEM' }> | (Header & { kind: 'FLW' });

export interface RelayConnectionEvents {
  /** The server has given us this number. */
  registered(id: number): void;
  /** The number is in use; `register` may ask for another. */
  refused(id: number): void;
  /** Something came; it has been answered. */
  incoming(incoming: Incoming): void;
  /** The server pads every MSG, so it reads them so as well. */
  padded?(): void;
  /** The connection broke or ended; `isReached` says whether there ever was one. Not after `leave`. */
  lost(isReached: boolean): void;
}

/** What a program can ask for once it has a number. */
type RequestBody = Extract<Body, { kind: 'MSG' }> | { readonly kind: 'QEM' | 'FLW' };
/**
 * What became of a request, and the sequence number that it had on the wire. `silent`: the server has it, and has said
 * nothing of it for `limits.client.unansweredMs`.
 */
export type Answered = (answer: 'OK' | 'ERRO' | 'silent' | 'lost', sequence: number) => void;

interface Request {
  readonly body: RequestBody;
  readonly to: number;
  readonly done: Answered;
}

export class RelayConnection implements ConnectionEvents {
  readonly #host: ClientHost;
  readonly #events: RelayConnectionEvents;
  readonly #marks: boolean;
  readonly #reader = new FrameReader();
  #state: 'dialling' | 'registering' | 'registered' | 'leaving' | 'over' = 'dialling';
  readonly #connection: ClientConnection;
  #id: number;
  /** The number of the next frame of ours: the first has 0. */
  #sequence = 0;
  readonly #queue: Request[] = [];
  /** The request that the server has not answered yet. */
  #asked: { readonly sequence: number; readonly done: Answered } | undefined;
  /** Ends the wait for its answer. */
  #cancelWait = (): void => {};
  /** Ends the wait for an answer with its number, where one with another has come. */
  #cancelDecision: (() => void) | undefined;
  /** Answers that were not waited for and may still come. */
  #owed = 0;
  #left: (() => void) | undefined;
  #strays = 0;
  /** Whether MSGs leave as the fixed structure of 156 bytes. */
  isPadded: boolean;

  /** `id`: the number wanted, or one of those that let the server pick. `marks`: ask that private texts be marked. `padded`: see `isPadded`. */
  constructor(
    host: ClientHost,
    connection: ClientConnection,
    id: number,
    events: RelayConnectionEvents,
    { marks = false, padded = false }: { readonly marks?: boolean; readonly padded?: boolean } = {},
  ) {
    this.#marks = marks;
    this.isPadded = padded;
    this.#host = host;
    this.#connection = connection;
    this.#id = id;
    this.#events = events;
    this.#reader.padded = { origin: undefined };
  }

  /** Tries (another) number on this connection. */
  register(id: number): void {
    this.#id = id;
    this.#state = 'registering';
    this.#send({ kind: 'OI' }, server, (answer) => {
      if (answer === 'ERRO') this.#events.refused(id);
    });
  }

  /** Sends a request, once every earlier one has been answered. */
  ask(body: RequestBody, to: number, done: Answered): void {
    if (this.#state === 'leaving' || this.#state === 'over') return done('lost', 0);
    this.#queue.push({ body, to, done });
    this.#next();
  }

  /** Says goodbye; `left` when the server has answered, or has had its time. */
  leave(left: () => void): void {
    switch (this.#state) {
      case 'dialling':
        this.#over();
        this.#connection.abort();
        return left();
      case 'registering':
      case 'registered':
        this.#state = 'leaving';
        this.#left = left;
        this.#giveUp();
        this.#send({ kind: 'FLW' }, server, () => this.#finish());
        this.#host.after(limits.client.goodbyeMs, () => this.#finish());
        return;
      case 'leaving':
        return;
      case 'over':
        return left();
    }
  }

  // ---- the connection

  opened(): void {
    if (this.#state === 'dialling') this.register(this.#id);
  }

  takeNext(inbox: Inbox): Taken {
    if (this.#state === 'over') return 'more';
    const read = this.#reader.take(inbox);
    if (this.#reader.hasSeenPadding) {
      this.#reader.hasSeenPadding = false;
      this.#events.padded?.();
    }
    if (!read) return 'more';
    if (read.is === 'frame') this.#take(read.frame);
    else this.#stray(read.header);
    return 'taken';
  }

  ended(): void {
    this.#broken();
  }

  lost(): void {
    this.#broken();
  }

  #broken(): void {
    const state = this.#state;
    if (state === 'over') return;
    if (state === 'leaving') return this.#finish();
    this.#over();
    this.#connection.end();
    this.#events.lost(state !== 'dialling');
  }

  // ---- frames

  #take(frame: Frame): void {
    this.#strays = 0;
    const isAnswer = frame.kind === 'OK' || frame.kind === 'ERRO';
    // A program that has said goodbye takes nothing more.
    if (this.#state === 'leaving' && !isAnswer) return;
    switch (frame.kind) {
      case 'OK':
      case 'ERRO':
        return this.#answered(frame.kind, frame);
      case 'MSG':
        this.#answer('OK', frame);
        return this.#events.incoming(frame);
      case 'OKQEM':
        // It is an answer itself, so it is not answered.
        return this.#events.incoming(frame);
      case 'FLW':
        this.#answer('OK', frame);
        return this.#events.incoming({ ...frame, kind: 'FLW' });
      case 'OI':
      case 'QEM':
        return this.#answer('ERRO', frame);
    }
  }

  #answered(answer: 'OK' | 'ERRO', header: Header): void {
    const asked = this.#asked;
    if (asked?.sequence === header.sequence) return this.#takeAnswer(answer, header);
    // A late answer, or one to no request of this program.
    if (this.#owed > 0) this.#owed--;
    else if (asked && this.#state !== 'leaving')
      // Some servers number their answers otherwise. Others answer twice: then the right one comes soon.
      this.#cancelDecision ??= this.#host.after(limits.client.otherWordsMs, () =>
        this.#takeAnswer(answer, header),
      );
  }

  /** The answer to what was asked. */
  #takeAnswer(answer: 'OK' | 'ERRO', { destination }: Header): void {
    const asked = this.#asked;
    if (!asked) return;
    this.#settled();
    if (this.#state === 'registering' && answer === 'OK') {
      this.#state = 'registered';
      this.#id = destination;
      this.#events.registered(destination);
    } else {
      asked.done(answer, asked.sequence);
    }
    this.#next();
  }

  /** Nothing is waited for any more. */
  #settled(): void {
    this.#asked = undefined;
    this.#cancelWait();
    this.#cancelDecision?.();
    this.#cancelDecision = undefined;
  }

  /** Some servers answer nothing but OI: what their system has counts as sent. */
  #awaitAnswer(): void {
    this.#cancelWait = this.#host.after(limits.client.unansweredMs, () => {
      const asked = this.#asked;
      if (!asked || this.#state !== 'registered') return;
      if (!this.#connection.isAcknowledged) return this.#awaitAnswer();
      this.#owed++;
      this.#settled();
      asked.done('silent', asked.sequence);
      this.#next();
    });
  }

  #stray(header: Header): void {
    this.#answer('ERRO', header);
    if (++this.#strays === limits.relay.strays) this.#broken();
  }

  #next(): void {
    if (this.#state !== 'registered' || this.#asked) return;
    const next = this.#queue.shift();
    if (next) this.#send(next.body, next.to, next.done);
  }

  #send(body: Body, destination: number, done: Answered): void {
    const sequence = this.#sequence;
    this.#sequence = (sequence + 1) >>> 0;
    this.#asked = { sequence, done };
    if (this.#state === 'registered') this.#awaitAnswer();
    const timestamp = body.kind === 'OI' && this.#marks ? marksWanted : this.#now();
    this.#write({ origin: this.#id, destination, sequence, timestamp }, body);
  }

  #answer(kind: 'OK' | 'ERRO', { origin, sequence, timestamp }: Header): void {
    this.#write({ origin: this.#id, destination: origin, sequence, timestamp }, { kind });
  }

  #write(header: Header, body: Body): void {
    this.#connection.write(encodeFrame({ ...header, ...body }, this.isPadded), 'apart');
  }

  #now(): number {
    return Math.floor(this.#host.now() / 1000);
  }

  // ---- the end

  #finish(): void {
    if (this.#state !== 'leaving') return;
    this.#over();
    this.#connection.end();
    this.#left?.();
  }

  #over(): void {
    this.#state = 'over';
    this.#giveUp();
  }

  /** What is not answered yet never will be. */
  #giveUp(): void {
    const asked = this.#asked;
    this.#settled();
    asked?.done('lost', asked.sequence);
    for (const { done } of this.#queue.splice(0)) done('lost', 0);
  }
}

// The client's requests that have no reply yet: numbered, matched with their replies, and repeated where that was promised.

import { limits } from '../../limits';
import { refused, type Result } from '../../model';
import { decodeReply, encodeLine } from '../wire/codec';
import type { Reply, ReplyOf, RequestBody, Verb } from '../wire/messages';

/** What became of a request: the value of its reply, or the word of its refusal. */
type Outcome = Result<never, string>;

export interface PendingRequest {
  readonly body: RequestBody;
  /** Repeated on the next connection until there is a reply. */
  readonly isReliable: boolean;
  readonly done: (outcome: Outcome) => void;
  /** Its number on this connection; undefined: it was not written here. */
  ref: number | undefined;
}

/** Refusals that say nothing about the request itself: it is worth repeating. */
const transient = new Set(['storage', 'overloaded', 'rate-limited', 'internal', 'not-entered']);

export class PendingRequests {
  readonly #write: (line: Uint8Array) => void;
  readonly #pending: PendingRequest[] = [];
  #refs = 0;

  constructor(write: (line: Uint8Array) => void) {
    this.#write = write;
  }

  add<K extends Verb>(
    body: RequestBody<K>,
    isReliable: boolean,
    done: (outcome: Result<ReplyOf<K>, string>) => void,
  ): PendingRequest {
    // The value of a reply is checked against the schema of its own request before `done` is called.
    const request: PendingRequest = { body: body as RequestBody, isReliable, done, ref: undefined };
    this.#pending.push(request);
    return request;
  }

  write(request: PendingRequest): void {
    request.ref = ++this.#refs;
    this.#write(encodeLine({ ...request.body, ref: request.ref }));
  }

  /** Says that a private message is stored: the one request without a reply. */
  confirm(serial: number): void {
    this.#write(encodeLine({ do: 'got', ref: ++this.#refs, serial }));
  }

  /** Writes every request of one verb, again if it was written on a connection before. */
  writeAll(verb: Verb): void {
    for (const request of this.#pending) if (request.body.do === verb) this.write(request);
  }

  /** Writes the reliable requests that were not written on this connection, as many as may be unanswered at once. */
  writeReliable(): void {
    let unanswered = this.#pending.filter(
      ({ isReliable, ref }) => isReliable && ref !== undefined,
    ).length;
    for (const request of this.#pending) {
      if (unanswered >= limits.web.reliableRequests) return;
      if (!request.isReliable || request.ref !== undefined) continue;
      unanswered++;
      this.write(request);
    }
  }

  /**
   * Ends the request that a reply belongs to. `retry`: the server cannot do it now, so the connection is to be closed,
   * and the next connection repeats the request.
   */
  answered(reply: Reply): 'answered' | 'retry' | 'unknown' {
    const request = this.#pending.find(({ ref }) => ref === reply.ref);
    if (!request) return 'unknown';
    if (reply.is === 'refused' && request.isReliable && transient.has(reply.why)) return 'retry';
    this.#pending.splice(this.#pending.indexOf(request), 1);
    if (reply.is === 'done') {
      const value = decodeReply(request.body.do, reply.value);
      request.done(value ? { ok: true, value: value as never } : refused('internal'));
    } else {
      request.done(refused(reply.why));
    }
    return 'answered';
  }

  /** The connection is gone: reliable requests wait for the next one, all others are refused as unreachable. */
  disconnected(): void {
    for (const request of this.#pending) request.ref = undefined;
    this.drop(({ isReliable }) => !isReliable);
  }

  /** Gives up some requests: they are refused as unreachable. */
  drop(which: (request: PendingRequest) => boolean): void {
    const dropped = this.#pending.filter(which);
    for (const request of dropped) this.#pending.splice(this.#pending.indexOf(request), 1);
    for (const request of dropped) request.done(refused('unreachable'));
  }
}

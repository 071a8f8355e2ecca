// The listener's side of a call: read whole, handed on, and ended cleanly once the user has it.

import type { Inbox } from '../../bytes/inbox';
import type { Caller, Connection, ConnectionEvents, Taken } from '../../dialect';
import { limits } from '../../limits';
import { CallReader, type StrangeCall } from '../wire/call_codec';
import { encodeSize } from '../wire/codec';
import type { Call } from '../wire/messages';

/**
 * One call of the server. Our clean end tells the server that we have it. A call that we cannot understand, that
 * breaks off, or that the user could not get is reset, so that it counts as undelivered. What came of it is shown.
 * Other users of the edition of 2025-26 call as well: for a file that the session has sent them, and for nothing else.
 */
export class IncomingCall implements ConnectionEvents {
  readonly #connection: Connection;
  readonly #received: (call: Call | StrangeCall, settled: (isTaken: boolean) => void) => void;
  readonly #caller: Caller;
  readonly #reader = new CallReader();
  /** What has arrived, kept for the end: the last field may lack its NUL, which only the end tells. */
  #inbox: Inbox | undefined;
  #isOver = false;

  constructor(
    connection: Connection,
    received: (call: Call | StrangeCall, settled: (isTaken: boolean) => void) => void,
    caller: Caller,
  ) {
    this.#connection = connection;
    this.#caller = caller;
    this.#received = received;
    connection.wake(limits.net.requestMs);
  }

  takeNext(inbox: Inbox): Taken {
    if (this.#isOver) {
      inbox.takeAll();
      return 'taken';
    }
    this.#inbox = inbox;
    const call = this.#reader.read(inbox);
    if (call === undefined) return 'more';
    if (call === 'bad') this.#refuseOrSend();
    else this.#accept(call);
    return 'taken';
  }

  ended(): void {
    if (this.#isOver) return;
    const call = this.#inbox === undefined ? undefined : this.#reader.end(this.#inbox);
    if (call === undefined) this.#refuse();
    else this.#accept(call);
  }

  woke(): void {
    this.#refuse();
  }

  lost(): void {
    this.#isOver = true;
  }

  #refuseOrSend(): void {
    const asked = this.#reader.fileAsked();
    if (asked === undefined) return this.#refuse();
    this.#isOver = true;
    this.#connection.wake(undefined);
    if (!this.#caller.sendFile(asked.asker, asked.name, encodeSize)) this.#connection.end();
  }

  #accept(call: Call): void {
    if (!this.#caller.isServer) return this.#drop();
    this.#isOver = true;
    this.#connection.wake(undefined);
    this.#received(call, (isTaken) => {
      if (isTaken) this.#connection.end();
      else this.#connection.abort();
    });
  }

  #refuse(): void {
    if (this.#isOver) return;
    if (!this.#caller.isServer) return this.#drop();
    this.#isOver = true;
    this.#connection.wake(undefined);
    const call = this.#reader.strange(this.#inbox);
    if (call.strange === '') return this.#connection.abort();
    // The user sees it as it came. It may be one that broke off, and then the server brings it again.
    this.#received(call, () => this.#connection.abort());
  }

  #drop(): void {
    this.#isOver = true;
    this.#connection.wake(undefined);
    this.#connection.abort();
  }
}

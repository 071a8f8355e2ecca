// How the server reaches a user who left an address: one call for each event, and what its end means.

import type { Inbox } from '../../bytes/inbox';
import type {
  Callback,
  CallMemory,
  ConnectionEvents,
  ServerConnection,
  Taken,
} from '../../dialect';
import { limits } from '../../limits';
import type { Direct } from '../../model';
import { encodeCall } from '../wire/call_codec';
import { consoleLines } from './console';
import { callsFor, rawTextOf } from './events';

/**
 * A message is delivered once every byte is written, our side has ended and the peer has cleanly ended its own.
 * Some clients never end a call by themselves. Until a client has ended one, its silence counts as delivered;
 * from then on, its silence is an error; and from the start where it asked for ATTACHES, as ours does: it was stopped then.
 */
class MailboxCall implements ConnectionEvents {
  readonly #connection: ServerConnection;
  readonly #content: Uint8Array;
  readonly #memory: CallMemory;
  readonly #settle: (result: 'delivered' | 'failed') => void;
  #isSettled = false;

  constructor(
    connection: ServerConnection,
    content: Uint8Array,
    memory: CallMemory,
    settle: (result: 'delivered' | 'failed') => void,
  ) {
    this.#connection = connection;
    this.#content = content;
    this.#memory = memory;
    this.#settle = settle;
  }

  get #owesEnd(): boolean {
    return this.#memory.endsCalls || this.#memory.isKnown === true;
  }

  #finish(result: 'delivered' | 'failed'): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#connection.wake(undefined);
    this.#settle(result);
  }

  opened(): void {
    this.#connection.write(this.#content);
    this.#connection.end();
    const isSilentPeer = this.#memory.staysSilent === true && !this.#owesEnd;
    this.#connection.wake(isSilentPeer ? limits.mailbox.silentAgainMs : limits.mailbox.silentMs);
  }

  /** A client owes no reply. Some send one, and it is ignored. */
  takeNext(inbox: Inbox): Taken {
    inbox.takeAll();
    return 'taken';
  }

  ended(): void {
    if (!this.#isSettled) this.#memory.endsCalls = true;
    this.#finish('delivered');
  }

  woke(): void {
    if (this.#owesEnd) {
      this.#connection.abort();
      this.#finish('failed');
    } else {
      this.#memory.staysSilent = true;
      // The connection is left to end by itself: a reset could take back what the client has not read yet.
      this.#finish('delivered');
    }
  }

  lost(): void {
    this.#finish('failed');
  }
}

export const callback: Callback = {
  calls: (event, ...how) => {
    const rawText = rawTextOf(event, ...how);
    if (rawText === undefined) return callsFor(event, ...how).map((call) => encodeCall(call));
    // The text itself does not matter to the number of calls then: it is one.
    return callsFor({ ...event, text: '' } as Direct, ...how).map((call) =>
      encodeCall(call, rawText),
    );
  },
  call: (connection, content, memory, settle) =>
    new MailboxCall(connection, content, memory, settle),
  printed: ({ id, from, to }, result) =>
    result === 'delivered' ? consoleLines.sent(id, from, to) : consoleLines.stored(id, from, to),
};

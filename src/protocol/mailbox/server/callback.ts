// How the server reaches a user who left an address: one call for each thing told, and what its end means.

import type { Inbox } from '../../bytes/inbox';
import type { Callback, CallMemory, ConnectionEvents, ServerConnection } from '../../dialect';
import { limits } from '../../limits';
import { encodeCall } from '../wire/call_codec';
import { consoleLines } from './console';
import { callsFor } from './events';

/**
 * A message is delivered once every byte is written, our side has ended and the peer has cleanly ended its own.
 * Some clients never end a call by themselves: as long as a client has not shown that it does, its silence
 * counts as delivered. From one that does, silence is an error.
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

  #finish(result: 'delivered' | 'failed'): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#connection.wake(undefined);
    this.#settle(result);
  }

  opened(): void {
    this.#connection.write(this.#content);
    this.#connection.end();
    const isKnownSilent = this.#memory.staysSilent === true && !this.#memory.endsCalls;
    this.#connection.wake(isKnownSilent ? limits.mailbox.silentAgainMs : limits.mailbox.silentMs);
  }

  /** A client owes no answer; what some send is not ours to judge. */
  received(inbox: Inbox): void {
    inbox.takeAll();
  }

  ended(): void {
    if (!this.#isSettled) this.#memory.endsCalls = true;
    this.#finish('delivered');
  }

  woke(): void {
    if (this.#memory.endsCalls) {
      this.#connection.abort();
      this.#finish('failed');
    } else {
      this.#memory.staysSilent = true;
      // The connection is left to end by itself: a reset could take back what was not read yet.
      this.#finish('delivered');
    }
  }

  lost(): void {
    this.#finish('failed');
  }
}

export const callback: Callback = {
  calls: (telling, wantsFiles) => callsFor(telling, wantsFiles).map(encodeCall),
  call: (connection, content, memory, settle) =>
    new MailboxCall(connection, content, memory, settle),
  printed: ({ id, from, to }, result) =>
    result === 'delivered' ? consoleLines.sent(id, from, to) : consoleLines.stored(id, from, to),
};

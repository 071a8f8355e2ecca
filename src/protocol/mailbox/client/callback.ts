// The listener's side of a call: understood whole, told, and only then ended cleanly.

import type { Inbox } from '../../bytes/inbox';
import type { Connection, ConnectionEvents } from '../../dialect';
import { limits } from '../../limits';
import { CallReader } from '../wire/call_codec';
import type { Call } from '../wire/messages';

/**
 * One call of the server's. Our clean end tells the server that we have it; a call that we cannot understand or
 * that breaks off is reset, so that it counts as undelivered.
 */
export function receiveCall(
  connection: Connection,
  heard: (incoming: unknown) => void,
): ConnectionEvents {
  const reader = new CallReader();
  let arrived: Inbox | undefined;
  let isOver = false;
  connection.wake(limits.net.requestMs);
  const accept = (call: Call): void => {
    isOver = true;
    connection.wake(undefined);
    heard(call);
    connection.end();
  };
  const refuse = (): void => {
    if (isOver) return;
    isOver = true;
    connection.abort();
  };
  return {
    received(inbox) {
      if (isOver) {
        inbox.takeAll();
        return;
      }
      arrived = inbox;
      const call = reader.read(inbox);
      if (call === 'bad') refuse();
      else if (call !== undefined) accept(call);
    },
    ended() {
      const call = isOver || arrived === undefined ? undefined : reader.end(arrived);
      if (call === undefined) refuse();
      else accept(call);
    },
    woke: refuse,
    lost: () => void (isOver = true),
  };
}

// The listener's side of a call: understood whole, told, and only then ended cleanly.

import type { Connection, ConnectionEvents } from '../dialect';
import { limits } from '../limits';
import { CallReader } from './calls';

/**
 * One call of the server's. Our clean end tells the server that we have it; a call that we cannot understand or
 * that breaks off is reset, so that it counts as undelivered.
 */
export function answerCall(wire: Connection, heard: (incoming: unknown) => void): ConnectionEvents {
  const reader = new CallReader();
  let isOver = false;
  wire.wake(limits.requestMs);
  const refuse = (): void => {
    if (isOver) return;
    isOver = true;
    wire.abort();
  };
  return {
    received(inbox) {
      if (isOver) {
        inbox.takeAll();
        return;
      }
      const call = reader.read(inbox);
      if (call === undefined) return;
      if (call === 'bad') return refuse();
      isOver = true;
      wire.wake(undefined);
      heard(call);
      wire.end();
    },
    ended: refuse,
    woke: refuse,
    lost: () => void (isOver = true),
  };
}

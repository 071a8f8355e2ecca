// How the server reaches a user who left an address: one call for each thing told, and what its end means.

import type { Callback } from '../dialect';
import { limits } from '../limits';
import { callsFor, encodeCall } from './calls';
import { lines } from './console';

/**
 * A message is delivered once every byte is written, our side has ended and the peer has cleanly ended its own.
 * Some clients never end a call by themselves: as long as a client has not shown that it does, its silence
 * counts as delivered. From one that does, silence is an error.
 */
export const callback: Callback = {
  calls: (telling, wantsFiles) => callsFor(telling, wantsFiles).map(encodeCall),

  call(wire, content, memory, settle) {
    let isSettled = false;
    const finish = (result: 'delivered' | 'failed'): void => {
      if (isSettled) return;
      isSettled = true;
      wire.wake(undefined);
      settle(result);
    };
    return {
      opened() {
        wire.write(content);
        wire.end();
        const isKnownSilent = memory.staysSilent === true && !memory.endsCalls;
        wire.wake(isKnownSilent ? limits.silentAgainMs : limits.silentMs);
      },
      // A client owes no answer; what some send is not ours to judge.
      received: (inbox) => void inbox.takeAll(),
      ended() {
        if (!isSettled) memory.endsCalls = true;
        finish('delivered');
      },
      woke() {
        if (memory.endsCalls) {
          wire.abort();
          finish('failed');
        } else {
          memory.staysSilent = true;
          // The connection is left to end by itself: a reset could take back what was not read yet.
          finish('delivered');
        }
      },
      lost: () => finish('failed'),
    };
  },

  printed: ({ id, from, to }, result) =>
    result === 'delivered' ? lines.sent(id, from, to) : lines.stored(id, from, to),
};

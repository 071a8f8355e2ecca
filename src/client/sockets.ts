// What all sockets of the client program share.

import { SystemClock } from '../net/clock';
import { FlushScheduler } from '../net/flush_scheduler';
import { HeldBytes } from '../net/held_bytes';
import type { SocketDeps } from '../net/socket';
import { limits } from '../protocol/limits';

export const sockets: SocketDeps = {
  // A client has so few connections that each of their timers can be exact.
  clock: new SystemClock(Infinity),
  flushes: new FlushScheduler((flush) => queueMicrotask(flush)),
  waiting: new HeldBytes(limits.net.sendQueueBytesInAll),
};

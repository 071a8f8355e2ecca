// What all sockets of the client program share.

import { SystemClock } from '../net/clock';
import { FlushScheduler } from '../net/flush_scheduler';
import type { SocketDeps } from '../net/socket';

export const sockets: SocketDeps = {
  // A client has so few connections that each of their timers can be exact.
  clock: new SystemClock(Infinity),
  flushes: new FlushScheduler((flush) => queueMicrotask(flush)),
  budget: { blockedBytes: 0 },
};

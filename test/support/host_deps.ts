// What a connection's host is given, where a test has no server: whatever it does not care for does nothing.

import { SystemClock } from '../../src/net/clock';
import { HeldBytes } from '../../src/net/held_bytes';
import { limits } from '../../src/protocol/limits';
import type { SessionId } from '../../src/protocol/model';
import { Policy } from '../../src/server/credentials/policy';
import type { Proofs } from '../../src/server/credentials/proofs';
import type { Files } from '../../src/server/files/files';
import type { ConnectionHostDeps } from '../../src/server/net/connection_host';
import { Turns } from '../../src/server/net/turns';
import { Rates } from '../../src/server/quota/rates';

export const hostDeps = (own: Partial<ConnectionHostDeps>): ConnectionHostDeps => ({
  dialect: 'test',
  machine: 'm1',
  server: { host: '127.0.0.1', port: 2 },
  clock: new SystemClock(),
  files: undefined as unknown as Files,
  turns: new Turns({ monotonicNow: () => 0, soon() {} }),
  received: new HeldBytes(limits.net.inboxBytesInAll),
  rates: new Rates(() => 0, { perSecond: { requests: Infinity } }),
  proofs: undefined as unknown as Proofs,
  policy: new Policy(),
  release() {},
  owe() {},
  submit() {},
  mayCall: () => true,
  isBanned: () => false,
  print() {},
  warn() {},
  output() {},
  report: (_, error) => {
    throw error;
  },
  nextSession: () => 'm1-1' as SessionId,
  opened() {},
  spoke() {},
  entered() {},
  closed() {},
  ...own,
});

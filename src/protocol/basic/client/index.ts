// The client's half of the basic dialect.

import type { Client } from '../../client';
import { limits } from '../../limits';
import { BasicSender } from './sender';
import { BasicClientSession } from './session';

export const client = {
  defaultPort: 12345,
  textBytes: limits.net.sendQueueBytes,
  takesBytes: true,
  connect: (host, options) => new BasicClientSession(host, options),
  send: (host, target) => new BasicSender(host, target),
} satisfies Client;

// The basic dialect: bytes go to stdout, one client after the other (source 003, part 0).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { BasicSender } from './client/sender';
import { BasicClientSession } from './client/session';
import { BasicSession } from './server/session';

export const basic = defineDialect({
  name: 'basic',
  transport: 'tcp',
  server: {
    oneAtATime: true,
    open: (host) => new BasicSession(host),
  },
  client: {
    defaultPort: 12345,
    textBytes: limits.net.sendQueueBytes,
    takesBytes: true,
    connect: (host, options) => new BasicClientSession(host, options),
    send: (host, target) => new BasicSender(host, target),
  },
});

// The basic dialect: bytes to stdout, one client after the other (source 003, part 0).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { BasicCaller, BasicPoster } from './caller';
import { BasicSession } from './session';

export const basic = defineDialect({
  name: 'basic',
  transport: 'tcp',
  door: {
    oneAtATime: true,
    open: (host) => new BasicSession(host),
  },
  caller: {
    defaultPort: 12345,
    textBytes: limits.outboxBytes,
    connect: (host, options) => new BasicCaller(host, options),
    post: (host, target) => new BasicPoster(host, target),
  },
});

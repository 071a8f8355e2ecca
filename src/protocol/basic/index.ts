// The basic dialect: bytes go to stdout, one client after the other (source 003, part 0).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { BasicSession } from './server/session';

export const basic = defineDialect({
  name: 'basic',
  transport: 'tcp',
  server: {
    oneAtATime: true,
    takesAnything: true,
    open: (host) => new BasicSession(host),
  },
  client,
});

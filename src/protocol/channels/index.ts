// The channels dialect: 200-byte frames, one channel at a time (source 003, part 1).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { ChannelsSender } from './client/sender';
import { ChannelsClientSession } from './client/session';
import { ChannelsSession } from './server/session';

export const channels = defineDialect({
  name: 'channels',
  transport: 'tcp',
  server: {
    open: (host) => new ChannelsSession(host),
  },
  client: {
    defaultPort: 55555,
    textBytes: limits.hub.textBytes,
    connect: (host, options) => new ChannelsClientSession(host, options),
    send: (host, target) => new ChannelsSender(host, target),
  },
});

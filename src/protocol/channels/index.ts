// The channels dialect: 200-byte frames, one channel at a time (source 003, part 1).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { ChannelsCaller } from './caller';
import { ChannelsPoster } from './poster';
import { ChannelsSession } from './session';

export const channels = defineDialect({
  name: 'channels',
  transport: 'tcp',
  door: {
    open: (host) => new ChannelsSession(host),
  },
  caller: {
    defaultPort: 55555,
    textBytes: limits.textBytes,
    connect: (host, options) => new ChannelsCaller(host, options),
    post: (host, target) => new ChannelsPoster(host, target),
  },
});

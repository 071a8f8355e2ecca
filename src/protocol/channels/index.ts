// The channels dialect: 200-byte frames, one channel at a time (source 003, part 1).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { ChannelsSession } from './server/session';

export const channels = defineDialect({
  name: 'channels',
  transport: 'tcp',
  server: {
    open: (host) => new ChannelsSession(host),
  },
  client,
});

// The channels dialect: 200-byte frames, one channel at a time (source 003, part 1).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { ChannelsSession } from './server/session';
import { framesOf } from './wire/frames';
import { isClientStart } from './wire/start';

export const channels = defineDialect({
  name: 'channels',
  transport: 'tcp',
  server: {
    isOpenedByPeer: true,
    isClient: isClientStart,
    elsewhere: (line) => framesOf('', line),
    open: (host) => new ChannelsSession(host),
  },
  client,
});

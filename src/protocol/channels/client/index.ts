// The client's half of the channels dialect.

import type { Client } from '../../client';
import { limits } from '../../limits';
import { ChannelsSender } from './sender';
import { ChannelsClientSession } from './session';

export const client = {
  defaultPort: 55555,
  textBytes: limits.hub.textBytes,
  connect: (host, options) => new ChannelsClientSession(host, options),
  send: (host, target) => new ChannelsSender(host, target),
} satisfies Client;

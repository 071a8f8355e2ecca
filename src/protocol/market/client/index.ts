// The client's half of the market dialect.

import type { Client } from '../../client';
import { limits } from '../../limits';
import { MarketSender } from './sender';
import { MarketClientSession } from './session';

export const client = {
  defaultPort: 8891,
  textBytes: limits.market.textBytes,
  connect: (host, options) => new MarketClientSession(host, options),
  send: (host, target) => new MarketSender(host, target),
} satisfies Client;

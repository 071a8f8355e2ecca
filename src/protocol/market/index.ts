// The market dialect: one room, private lines, money (source 004).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { MarketSender } from './client/sender';
import { MarketClientSession } from './client/session';
import { dialectName, room } from './server/requests';
import { MarketSession } from './server/session';

export const market = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: {
    room,
    open: (host) => new MarketSession(host),
  },
  client: {
    defaultPort: 8891,
    textBytes: limits.market.textBytes,
    connect: (host, options) => new MarketClientSession(host, options),
    send: (host, target) => new MarketSender(host, target),
  },
});

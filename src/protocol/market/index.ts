// The market dialect: one room, private lines, money (source 004).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { dialectName, room } from './server/requests';
import { MarketSession } from './server/session';

export const market = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: {
    room,
    open: (host) => new MarketSession(host),
  },
  client,
});

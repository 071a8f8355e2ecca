// The market dialect: one room, private lines, money (source 004).

import { defineDialect } from '../dialect';
import { dialectName, room } from './inside';
import { MarketSession } from './session';

export const market = defineDialect({
  name: dialectName,
  transport: 'tcp',
  door: {
    room,
    open: (host) => new MarketSession(host),
  },
});

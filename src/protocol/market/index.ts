// The market dialect: one room, private lines, money (source 004).

import { defineDialect } from '../dialect';
import { MarketCaller } from './caller';
import { dialectName, room } from './inside';
import { MarketPoster } from './poster';
import { MarketSession } from './session';
import { textBytesMax } from './sizes';

export const market = defineDialect({
  name: dialectName,
  transport: 'tcp',
  door: {
    room,
    open: (host) => new MarketSession(host),
  },
  caller: {
    defaultPort: 8891,
    textBytes: textBytesMax,
    connect: (host, options) => new MarketCaller(host, options),
    post: (host, target) => new MarketPoster(host, target),
  },
});

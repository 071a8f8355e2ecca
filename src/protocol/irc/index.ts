// The IRC dialect: lines, channels and capabilities, for the clients that people have already.

import { defineDialect } from '../dialect';
import { dialectName, doorOf } from './server/door';
import { IrcSession } from './server/session';
import { isClientStart } from './wire/start';

export const irc = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: {
    isClient: isClientStart,
    elsewhere: (line) => new TextEncoder().encode(`ERROR :${line}\r\n`),
    open: (host, settings) =>
      new IrcSession(
        host,
        doorOf(settings, () => host.secret(), host.now),
      ),
  },
});

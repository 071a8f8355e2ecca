// The client's half of the mailbox dialect.

import type { Client } from '../../client';
import { textBytes } from '../wire/messages';
import { IncomingCall } from './callback';
import { oneShot } from './one_shot';
import { MailboxSender } from './sender';
import { MailboxClientSession } from './session';

export const client = {
  defaultPort: 8888,
  textBytes,
  takesKeys: true,
  connect: (host, options) => new MailboxClientSession(host, options),
  send: (host, target) => new MailboxSender(host, target),
  ...oneShot,
  callback: (connection, received, caller) => new IncomingCall(connection, received, caller),
} satisfies Client;

// The mailbox dialect: it stores messages, calls users back, and confirms (source 000).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { callback } from './server/callback';
import { consoleLines } from './server/console';
import { MailboxSession } from './server/session';
import { isClientStart } from './wire/start';

export const mailbox = defineDialect({
  name: 'mailbox',
  transport: 'tcp',
  server: {
    isOpenedByPeer: true,
    flags: [
      {
        name: 'replies',
        type: 'enum',
        options: ['byte', 'text'],
        default: 'byte',
        description:
          'how mailbox answers are written: one raw byte, or a digit and NUL as some clients want',
      },
      {
        name: 'strict',
        type: 'boolean',
        description:
          'refuse what only later editions of the mailbox course know: REGISTER by alias alone, USERS',
      },
    ],
    banner: (listening) => [consoleLines.started(listening)],
    prompt: consoleLines.prompt,
    isClient: isClientStart,
    open: (host, { replies, strict }) =>
      new MailboxSession(host, replies === 'text' ? 'text' : 'byte', strict === true),
    callback,
  },
  client,
});

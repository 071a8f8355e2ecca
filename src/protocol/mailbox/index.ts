// The mailbox dialect: store, call back, confirm (source 000).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { callback } from './server/callback';
import { consoleLines } from './server/console';
import { MailboxSession } from './server/session';

export const mailbox = defineDialect({
  name: 'mailbox',
  transport: 'tcp',
  server: {
    flags: [
      {
        name: 'replies',
        type: 'enum',
        options: ['byte', 'text'],
        default: 'byte',
        description:
          'how mailbox answers are written: one raw byte, or a digit and NUL as some clients want',
      },
    ],
    banner: (listening) => [consoleLines.started(listening)],
    prompt: consoleLines.prompt,
    open: (host, { replies }) => new MailboxSession(host, replies === 'text' ? 'text' : 'byte'),
    callback,
  },
  client,
});

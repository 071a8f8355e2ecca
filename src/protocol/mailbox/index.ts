// The mailbox dialect: store, call back, confirm (source 000).

import { defineDialect } from '../dialect';
import { callback } from './callback';
import { caller } from './caller';
import { lines } from './console';
import { MailboxSession } from './session';

export const mailbox = defineDialect({
  name: 'mailbox',
  transport: 'tcp',
  door: {
    flags: [
      {
        name: 'replies',
        type: 'choice',
        choices: ['byte', 'text'],
        default: 'byte',
        help: 'how mailbox answers are written: one raw byte, or a digit and NUL as some clients want',
      },
    ],
    banner: (listening) => [lines.started(listening)],
    prompt: lines.prompt,
    open: (host, { replies }) => new MailboxSession(host, replies === 'text' ? 'text' : 'byte'),
    callback,
  },
  caller,
});

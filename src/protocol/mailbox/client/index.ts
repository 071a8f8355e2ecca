// The client's half of the mailbox dialect.

import type { Client } from '../../dialect';
import { ok, refused } from '../../model';
import { textBytes } from '../wire/messages';
import { receiveCall } from './callback';
import { perform, performSilently, register, showResult } from './requests';
import { MailboxSender } from './sender';
import { MailboxClientSession } from './session';

export const client = {
  defaultPort: 8888,
  textBytes,
  connect: (host, options) => new MailboxClientSession(host, options),
  send: (host, target) => new MailboxSender(host, target),
  register: (host, _target, who, done) => register(host, who, ({ ending }) => done(ending)),
  unregister: (host, _target, alias, done) =>
    perform(host, { operation: 'UNREGISTER', alias }, ({ ending }) => done(ending)),
  users(host, _target, alias, done) {
    const operation = 'CONNECTEDUSERS';
    performSilently(host, { operation, alias: alias ?? '' }, (outcome) => {
      if (outcome.ending === 'done') return done(ok(outcome.fields));
      showResult(host, operation, outcome);
      // The code for "else" is the one for somebody who asks and is not registered (section 7.7).
      const isUnknown = alias !== undefined && outcome.result === 2;
      done(refused(isUnknown ? 'unknown-user' : outcome.ending));
    });
  },
  callback: receiveCall,
} satisfies Client;

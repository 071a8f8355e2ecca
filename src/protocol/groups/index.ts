// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { refused } from '../model';
import { ListUsers } from './client/list_users';
import { note } from './client/render';
import { GroupsSender } from './client/sender';
import { GroupsClientSession } from './client/session';
import { GroupsSession } from './server/session';
import { dialectName } from './wire/codec';
import { bodyBytesMax } from './wire/messages';

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: { open: (host) => new GroupsSession(host) },
  client: {
    defaultPort: 8892,
    textBytes: bodyBytesMax,
    connect: (host, options) => new GroupsClientSession(host, options),
    send: (host, target) => new GroupsSender(host, target),
    users(host, target, alias, done) {
      if (alias !== undefined) return void new ListUsers(host, target, alias, done);
      host.show(note(`Say who asks: groups://NAME@HOST:PORT, or ${host.hint('asker')}`));
      done(refused('usage'));
    },
  },
});

// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { limits } from '../limits';
import { listUsers } from './client/list_users';
import { GroupsSender } from './client/sender';
import { GroupsClientSession } from './client/session';
import { GroupsSession } from './server/session';
import { dialectName } from './wire/messages';

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: { open: (host) => new GroupsSession(host) },
  client: {
    defaultPort: 8892,
    textBytes: limits.groups.bodyBytes,
    connect: (host, options) => new GroupsClientSession(host, options),
    send: (host, target) => new GroupsSender(host, target),
    users: listUsers,
  },
});

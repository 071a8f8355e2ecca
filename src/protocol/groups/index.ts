// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { GroupsSession } from './server/session';
import { dialectName } from './wire/messages';

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: { open: (host) => new GroupsSession(host) },
  client,
});

// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { dialectName } from './codec';
import { GroupsSession } from './session';

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  door: { open: (host) => new GroupsSession(host) },
});

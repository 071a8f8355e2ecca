// The client's half of the groups dialect.

import type { Client } from '../../client';
import { limits } from '../../limits';
import { listUsers } from './list_users';
import { GroupsSender } from './sender';
import { GroupsClientSession } from './session';

export const client = {
  defaultPort: 8892,
  textBytes: limits.groups.bodyBytes,
  takesKeys: true,
  connect: (host, options) => new GroupsClientSession(host, options),
  send: (host, target) => new GroupsSender(host, target),
  users: listUsers,
} satisfies Client;

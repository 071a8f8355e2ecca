// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { GroupsSession } from './server/session';
import { bytesOf } from './wire/codec';
import { dialectName } from './wire/messages';
import { isClientStart } from './wire/start';

/** A door of another dialect does not tell them. */
const unknownEnds = { ip: '0.0.0.0', side: 'server', sourcePort: 0, destinationPort: 0 } as const;

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  server: {
    isOpenedByPeer: true,
    isClient: isClientStart,
    elsewhere: (line) =>
      bytesOf(unknownEnds, { action: 'confirmation', status: 'bad-request', body: line }),
    open: (host) => new GroupsSession(host),
  },
  client,
});

// The groups dialect: headers, invitations, files with consent (source 001).

import { defineDialect } from '../dialect';
import { refused } from '../model';
import { GroupsCaller } from './caller';
import { dialectName } from './codec';
import { Enquiry } from './enquiry';
import { note } from './heard';
import { bodyBytesMax } from './messages';
import { GroupsPoster } from './poster';
import { GroupsSession } from './session';

export const groups = defineDialect({
  name: dialectName,
  transport: 'tcp',
  door: { open: (host) => new GroupsSession(host) },
  caller: {
    defaultPort: 8892,
    textBytes: bodyBytesMax,
    connect: (host, options) => new GroupsCaller(host, options),
    post: (host, target) => new GroupsPoster(host, target),
    users(host, target, alias, done) {
      if (alias !== undefined) return void new Enquiry(host, target, alias, done);
      host.show(note('Say who asks: groups://NAME@HOST:PORT, or --as NAME'));
      done(refused('usage'));
    },
  },
});

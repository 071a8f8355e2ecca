// The client's half of the relay dialect.

import type { Client } from '../../client';
import { textBytesMax } from '../wire/messages';
import { RelaySender } from './sender';
import { RelayClientSession } from './session';

export const client = {
  defaultPort: 8890,
  exampleUser: '0',
  textBytes: textBytesMax,
  remembersUser: false,
  connect: (host, options) => new RelayClientSession(host, options),
  send: (host, target) => new RelaySender(host, target),
} satisfies Client;

// The relay dialect: emitters, displays, numbered frames (source 002).

import { defineDialect } from '../dialect';
import { RelaySender } from './client/sender';
import { RelayClientSession } from './client/session';
import { RelaySession } from './server/session';
import { relayName, textBytesMax } from './wire/messages';

export const relay = defineDialect({
  name: relayName,
  transport: 'tcp',
  server: {
    room: relayName,
    flags: [
      {
        name: 'relay-pad',
        type: 'boolean',
        description: 'pad what goes to relay displays to 156 bytes',
      },
      { name: 'open-stop', type: 'boolean', description: 'let any relay emitter stop any display' },
    ],
    open: (host, settings) =>
      new RelaySession(host, {
        padded: settings['relay-pad'] === true,
        openStop: settings['open-stop'] === true,
      }),
  },
  client: {
    defaultPort: 8890,
    exampleUser: '0',
    textBytes: textBytesMax,
    connect: (host, options) => new RelayClientSession(host, options),
    send: (host, target) => new RelaySender(host, target),
  },
});

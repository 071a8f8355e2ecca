// The relay dialect: emitters, displays, numbered frames (source 002).

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { RelaySession } from './server/session';
import { relayName } from './wire/messages';
import { isClientStart } from './wire/start';

export const relay = defineDialect({
  name: relayName,
  transport: 'tcp',
  server: {
    isOpenedByPeer: true,
    room: relayName,
    flags: [
      {
        name: 'relay-pad',
        type: 'boolean',
        description: 'pad what goes to relay displays to 156 bytes',
      },
      { name: 'open-stop', type: 'boolean', description: 'let any relay emitter stop any display' },
    ],
    isClient: isClientStart,
    open: (host, settings) =>
      new RelaySession(host, {
        padded: settings['relay-pad'] === true,
        openStop: settings['open-stop'] === true,
      }),
  },
  client,
});

// The relay dialect: emitters, displays, numbered frames (source 002).

import { defineDialect } from '../dialect';
import { RelayCaller } from './caller';
import { relayName, textBytesMax } from './messages';
import { RelayPoster } from './poster';
import { RelaySession } from './session';

export const relay = defineDialect({
  name: relayName,
  transport: 'tcp',
  door: {
    room: relayName,
    flags: [
      { name: 'relay-pad', type: 'boolean', help: 'pad what goes to relay displays to 156 bytes' },
      { name: 'open-stop', type: 'boolean', help: 'let any relay emitter stop any display' },
    ],
    open: (host, settings) =>
      new RelaySession(host, {
        padded: settings['relay-pad'] === true,
        openStop: settings['open-stop'] === true,
      }),
  },
  caller: {
    defaultPort: 8890,
    userWord: 'NUMBER',
    textBytes: textBytesMax,
    connect: (host, options) => new RelayCaller(host, options),
    post: (host, target) => new RelayPoster(host, target),
  },
});

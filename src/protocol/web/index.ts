// The web dialect: JSON over WebSocket, spoken by the page that the same port serves.

import { defineDialect } from '../dialect';
import { client } from './client/index';
import { elsewhere } from './server/elsewhere';
import { WebSession } from './server/session';

export const web = defineDialect({
  name: 'web',
  transport: 'websocket',
  client,
  server: {
    flags: [
      {
        name: 'web-origin',
        type: 'origins',
        valueHint: 'URL[,URL]',
        description: 'where else browsers find the page, such as https://chat.example.org',
      },
    ],
    elsewhere,
    open: (host) => new WebSession(host),
  },
});

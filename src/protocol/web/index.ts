// The web dialect: JSON over WebSocket, spoken by the page that the same port serves.

import { defineDialect } from '../dialect';
import { WebSession } from './server/session';

export const web = defineDialect({
  name: 'web',
  transport: 'websocket',
  server: { open: (host) => new WebSession(host) },
});

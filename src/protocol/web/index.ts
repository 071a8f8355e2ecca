// The web dialect: JSON over WebSocket, spoken by the page that the same port serves.

import { defineDialect } from '../dialect';
import { WebSession } from './session';

export const web = defineDialect({
  name: 'web',
  transport: 'websocket',
  door: { open: (host) => new WebSession(host) },
});

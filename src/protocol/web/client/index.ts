// The client's half of the web dialect: what a terminal and a script speak to the door of the page.

import type { Client } from '../../client';
import { limits } from '../../limits';
import { oneShot } from './one_shot';
import { WebSender } from './sender';
import { TerminalSession } from './terminal_session';

export const client = {
  defaultPort: 8893,
  schemes: { http: { isSecure: false, port: 80 }, https: { isSecure: true, port: 443 } },
  webSocketPath: '/socket',
  textBytes: limits.hub.textBytes,
  takesKeys: 'needed',
  connect: (host, options) => new TerminalSession(host, options),
  send: (host, target) => new WebSender(host, target),
  ...oneShot,
} satisfies Client;

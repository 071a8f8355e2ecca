// The server with the line dialect as its only door, in a process of its own: `bun serve.ts FOLDER on|off`, for its history.

import { SystemConsole } from '../../src/server/console';
import { readRates } from '../../src/server/quota/flag';
import { startServer } from '../../src/server/server';
import { lines } from './dialect';

const server = await startServer({
  host: '127.0.0.1',
  doors: [{ dialect: lines, port: 0 }],
  folder: process.argv[2],
  ...(process.argv[3] === 'off' && { historyMs: 0 }),
  flags: {},
  console: new SystemConsole(false),
  // A bench floods.
  rates: { perSecond: readRates('off') },
});
process.stdout.write(`port ${server.doors[0]?.address.port}\n`);
process.once('SIGTERM', () => void server.stop().then(() => process.exit(0)));

// A server whose log starts again after few pages: `bun serve.ts FOLDER PAGES`. It says its port.

import { limits } from '../../../src/protocol/limits';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { SystemConsole } from '../../../src/server/console';
import { readRates } from '../../../src/server/quota/flag';
import { startServer } from '../../../src/server/server';

const [folder, pages] = process.argv.slice(2);
(limits.hub as { checkpointPages: number }).checkpointPages = Number(pages);
const server = await startServer({
  host: '127.0.0.1',
  doors: [{ dialect: mailbox, port: 0 }],
  folder,
  flags: {},
  console: new SystemConsole(false),
  rates: { perSecond: readRates('off') },
});
process.stdout.write(`port ${server.doors[0]?.address.port}\n`);

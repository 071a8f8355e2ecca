// The executable: the table of subcommands, each loaded only when it is asked for.
import { version } from '../package.json' with { type: 'json' };
import { processIo } from './cli/io.ts';
import { type CommandTable, runMain } from './cli/run.ts';

// One line a subcommand. The import stands inside a function so that, say, `chat send` never pays for the server.
const commands: CommandTable = {};

process.exit(await runMain(commands, version, process.argv.slice(2), processIo));

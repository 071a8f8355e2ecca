// The executable: the table of subcommands, each loaded only when it is asked for.
import { version } from '../package.json' with { type: 'json' };
import { processIo } from './cli/io.ts';
import { type CommandTable, runMain } from './cli/run.ts';

// One line a subcommand. The import stands inside a function so that, say, `chat send` never pays for the server.
const commands: CommandTable = {
  serve: async () => (await import('./server/serve.ts')).serve,
  connect: async () => (await import('./client/connect.ts')).connect,
  send: async () => (await import('./client/send.ts')).send,
  register: async () => (await import('./client/register.ts')).register,
  unregister: async () => (await import('./client/register.ts')).unregister,
  users: async () => (await import('./client/users.ts')).users,
  ledger: async () => (await import('./server/ledger.ts')).ledger,
};

process.exit(await runMain(commands, version, process.argv.slice(2), processIo));

// The executable: the table of subcommands, each loaded only when it is named.
import { version } from '../package.json' with { type: 'json' };
import { processIo } from './cli/io';
import { type CommandTable, runMain } from './cli/run';

// One line a subcommand. Its import stands inside a function, so that `chat send` does not load the server.
const commands: CommandTable = {
  serve: async () => (await import('./server/serve')).serve,
  connect: async () => (await import('./client/connect')).connect,
  send: async () => (await import('./client/send')).send,
  receive: async () => (await import('./client/receive')).receive,
  register: async () => (await import('./client/register')).register,
  unregister: async () => (await import('./client/register')).unregister,
  history: async () => (await import('./client/history')).history,
  search: async () => (await import('./client/history')).search,
  users: async () => (await import('./client/users')).users,
  key: async () => (await import('./client/key')).key,
  password: async () => (await import('./client/key')).password,
  invite: async () => (await import('./server/admin_command')).invite,
  cert: async () => (await import('./server/cert')).cert,
  admin: async () => (await import('./server/admin_command')).admin,
  audit: async () => (await import('./server/audit_command')).audit,
  ledger: async () => (await import('./server/ledger')).ledger,
  doctor: async () => {
    const { settingsFault } = await import('./cli/settings_fault');
    const { doctorCommand } = await import('./client/doctor/doctor');
    return doctorCommand(version, (env) => settingsFault(commands, env));
  },
  version: async () => (await import('./cli/version')).versionCommand(version),
  manual: async () =>
    (await import('./cli/manual')).manualCommand(
      () => Promise.all(Object.values(commands).map((load) => load())),
      version,
    ),
  completions: async () => (await import('./cli/shell/completions')).completions,
};

/** A shell asks how a line goes on; it must never see a fault of ours. */
async function answer(words: readonly string[]): Promise<number> {
  const { answerShell } = await import('./cli/shell/answer');
  const { known } = await import('./client/known_names');
  const io = processIo(true);
  io.out.write(await answerShell(commands, words, known(io.env)));
  return 0;
}

const [first, ...words] = process.argv.slice(2);
if (first === '__complete') process.exit(await answer(words).catch(() => 0));
process.exit(await runMain(commands, version, process.argv.slice(2), processIo));

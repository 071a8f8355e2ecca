// Runs the executable: finds the subcommand, hands it its settled options, and turns every end into an exit status.
import { type AnyCommand, CliError, type Command, exit, type Io, type Sink } from '../cli';
import { nearest } from './nearest';
import { didYouMean, parse } from './parse';
import { settle } from './settings';

/** Subcommands by name, each loaded when it is asked for. */
export type CommandTable = Readonly<Record<string, () => Promise<AnyCommand>>>;

export async function runMain(
  table: CommandTable,
  version: string,
  args: readonly string[],
  makeIo: (noColor: boolean) => Io,
): Promise<number> {
  const io = makeIo(args.includes('--no-color'));
  try {
    const words = args.filter((arg) => arg !== '--no-color');
    const [name, ...rest] = words;
    if (name === '--version') return answer(io, `${version}\n`);
    if (name === undefined) {
      // `chat` alone is no order: the page shows what would be one, and the status that nothing was done.
      io.err.write(await mainPage(table, version, io.err));
      return exit.usage;
    }
    if (['-h', '--help', 'help'].includes(name)) {
      return await (rest[0]
        ? runCommand(await find(table, rest[0]), version, ['--help'], io)
        : answer(io, await mainPage(table, version, io.out)));
    }
    const command = await find(table, name);
    return await runCommand(command, version, args.slice(args.indexOf(name) + 1), io);
  } catch (error) {
    return tell(error, io);
  }
}

/** Runs one command; exported for tests, which hand in an Io of their own. */
export async function runCommand(
  command: AnyCommand,
  version: string,
  args: readonly string[],
  io: Io,
): Promise<number> {
  try {
    const parsed = parse(command, args);
    if (parsed.wants === 'version') return answer(io, `${version}\n`);
    if (parsed.wants === 'help') {
      const { commandHelp } = await import('./help');
      return answer(io, await commandHelp(command, io.out));
    }
    const options = { ...settle(command, parsed.flags, io.env), ...parsed.arguments };
    // `options` was made from the very tables that the type of `run` was inferred from.
    return await (command as unknown as Command).run(options as never, io);
  } catch (error) {
    return tell(error, io);
  }
}

async function find(table: CommandTable, name: string): Promise<AnyCommand> {
  const load = Object.hasOwn(table, name) ? table[name] : undefined;
  if (load) return load();
  const meant = nearest(name, Object.keys(table));
  const what = name.startsWith('-') ? 'flag' : 'command';
  throw new CliError(
    exit.usage,
    `unknown ${what} ${name}`,
    meant ? didYouMean(meant) : 'see chat --help',
  );
}

async function mainPage(table: CommandTable, version: string, sink: Sink): Promise<string> {
  const { mainHelp } = await import('./help');
  const commands = await Promise.all(Object.values(table).map((load) => load()));
  return mainHelp(version, commands, sink);
}

function answer(io: Io, text: string): number {
  io.out.write(text);
  return exit.ok;
}

/** One line and a hint for what the user can mend; a stack for what only we can. */
function tell(error: unknown, { err }: Io): number {
  const red = (text: string) => (err.color ? `\u001B[31m${text}\u001B[39m` : text);
  if (error instanceof CliError) {
    err.write(`${red('chat:')} ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
    return error.status;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  err.write(`${red('chat: this is a bug of chat itself')}\n${stack}\n`);
  return exit.bug;
}

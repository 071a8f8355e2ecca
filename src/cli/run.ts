// Runs the executable: finds the subcommand, gives it its arguments, and turns every end into an exit status.
import { didYouMean } from '../protocol/bytes/nearest';
import type { AnyCommand, Command } from './command';
import { CliError, exit } from './exit';
import type { Io, Sink } from './io';
import { parse } from './parse';
import { resolveOptions } from './settings';

/** Subcommands by name; each is loaded when it is named. */
export type CommandTable = Readonly<Record<string, () => Promise<AnyCommand>>>;

/** Runs what `args` say, and gives the exit status. It never throws. */
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
    if (name === '--version') return print(io, `${version}\n`);
    if (name === undefined) {
      // `chat` alone asks for nothing: it gets the page, and the status of wrong usage.
      io.err.write(await mainPage(table, version, io.err));
      return exit.usage;
    }
    if (['-h', '--help', 'help'].includes(name)) {
      return await help(table, version, rest[0], io);
    }
    const command = await load(table, name);
    return await runCommand(command, version, args.slice(args.indexOf(name) + 1), io);
  } catch (error) {
    return report(error, io);
  }
}

/** Runs one command, and gives the exit status. It never throws. */
export async function runCommand(
  command: AnyCommand,
  version: string,
  args: readonly string[],
  io: Io,
): Promise<number> {
  try {
    const { request, flags, positionals } = parse(command, args);
    if (request === 'version') return print(io, `${version}\n`);
    if (request === 'help') {
      const { commandHelp } = await import('./help');
      return print(io, await commandHelp(command, io.out));
    }
    const values = { ...resolveOptions(command, flags, io.env), ...positionals };
    // The values were read by the very table that the type of `run` was inferred from.
    return await (command as unknown as Command).run(values, io);
  } catch (error) {
    return report(error, io);
  }
}

/** The page of a command or a topic, or the one of the executable. */
async function help(
  table: CommandTable,
  version: string,
  name: string | undefined,
  io: Io,
): Promise<number> {
  if (name === undefined) return print(io, await mainPage(table, version, io.out));
  if (Object.hasOwn(table, name))
    return runCommand(await load(table, name), version, ['--help'], io);
  const { topicNamed, topicNames, topicPage } = await import('./topics');
  const topic = topicNamed(name);
  if (topic !== undefined) return print(io, topicPage(topic));
  const known = [...Object.keys(table), ...topicNames];
  const hint = didYouMean(name, known) ?? `topics: ${topicNames.join(', ')}`;
  throw new CliError(exit.usage, `there is no command or topic ${name}`, hint);
}

async function load(table: CommandTable, name: string): Promise<AnyCommand> {
  const command = Object.hasOwn(table, name) ? table[name] : undefined;
  if (command) return command();
  const what = name.startsWith('-') ? 'flag' : 'command';
  const hint = didYouMean(name, Object.keys(table)) ?? 'see chat --help';
  throw new CliError(exit.usage, `unknown ${what} ${name}`, hint);
}

async function mainPage(table: CommandTable, version: string, sink: Sink): Promise<string> {
  const { mainHelp } = await import('./help');
  const commands = await Promise.all(Object.values(table).map((loadOne) => loadOne()));
  return mainHelp(version, commands, sink);
}

function print(io: Io, text: string): number {
  io.out.write(text);
  return exit.ok;
}

/**
 * Prints one line and a hint about what the user can correct, and the stack of our own bugs. It writes by itself: our
 * lines have one fixed form, and consola, which is there for the server's log, would have to be loaded for it.
 */
function report(error: unknown, { err }: Io): number {
  const red = (text: string) => (err.color ? `\u001B[31m${text}\u001B[39m` : text);
  if (error instanceof CliError) {
    if (error.message === '') return error.status;
    err.write(`${red('chat:')} ${error.message}\n${error.hint ? `  ${error.hint}\n` : ''}`);
    return error.status;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  err.write(`${red('chat: this is a bug of chat itself')}\n${stack}\n`);
  return exit.bug;
}

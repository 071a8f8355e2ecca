// Renders help pages with citty; loaded only when a page is asked for, since a plain run needs nothing of it.
import { type ArgsDef, type CommandDef, renderUsage } from 'citty';

import type { AnyCommand, Option, Sink } from '../cli';
import { commonOptions, hintOf } from './parse';

/** The page of one subcommand. */
export async function commandHelp(command: AnyCommand, sink: Sink): Promise<string> {
  const page = await renderUsage(
    { meta: { name: command.name, description: command.summary }, args: argsOf(command) },
    { meta: { name: 'chat' } },
  );
  const examples = (command.examples ?? []).map((line) => `  ${line}\n`).join('');
  return paint(`${page}${examples && `\nEXAMPLES\n\n${examples}`}`, sink);
}

/** The page of the executable itself. */
export async function mainHelp(
  version: string,
  commands: readonly AnyCommand[],
  sink: Sink,
): Promise<string> {
  const subCommands: Record<string, CommandDef> = Object.fromEntries(
    commands.map(({ name, summary }) => [name, { meta: { name, description: summary } }]),
  );
  const meta = { name: 'chat', version, description: 'One chat behind many doors' };
  return paint(await renderUsage({ meta, subCommands }), sink);
}

function argsOf(command: AnyCommand): ArgsDef {
  const positionals = Object.entries(command.arguments).map(([name, { about, required }]) => [
    name,
    { type: 'positional', description: about, required: required ?? false } as const,
  ]);
  const options = Object.entries({ ...command.options, ...commonOptions }).map(([name, option]) => {
    const { about: description, short } = option;
    const alias = short ? { alias: short } : {};
    // What citty would make of a default (it prints `(Default: false)`, and `--no-` for every true) is said here.
    if (option.type === 'boolean') return [name, { type: 'boolean', description, ...alias }];
    const shown = option.default === undefined ? '' : ` (default ${shownDefault(option)})`;
    const valueHint = hintOf(name, option);
    return [name, { type: 'string', valueHint, description: `${description}${shown}`, ...alias }];
  });
  return Object.fromEntries([...positionals, ...options]) as ArgsDef;
}

function shownDefault(option: Option): string {
  return option.type === 'duration' ? String((option.default ?? 0) / 1000) : String(option.default);
}

/** citty decides about colour when it is loaded, and knows nothing of our flag and of where the page goes. */
function paint(page: string, sink: Sink): string {
  const text = sink.color ? page : Bun.stripANSI(page);
  return `${text.replace(/ +$/gm, '').trimEnd()}\n`;
}

// Renders help pages with citty. It is loaded only when a page is shown, because a plain run does not need citty.
import { type ArgsDef, type CommandDef, renderUsage } from 'citty';

import { type AnyCommand, type Option, optionsOf, positionalsOf } from './command';
import type { Sink } from './io';
import { commonOptions, valueHintOf } from './parse';

/** The page of one subcommand. */
export async function commandHelp(command: AnyCommand, sink: Sink): Promise<string> {
  const { meta } = command;
  const page = await renderUsage({ meta, args: argsDefOf(command) }, { meta: { name: 'chat' } });
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
    commands.map(({ meta }) => [meta.name, { meta }]),
  );
  const meta = { name: 'chat', version, description: 'One chat behind many doors' };
  return paint(await renderUsage({ meta, subCommands }), sink);
}

/** The arguments as citty knows them: the types that it does not have become strings with a hint. */
function argsDefOf(command: AnyCommand): ArgsDef {
  const positionals = positionalsOf(command).map(([name, { description, required = true }]) => [
    name,
    { type: 'positional', description, required } as const,
  ]);
  const options = Object.entries({ ...optionsOf(command), ...commonOptions }).map(
    ([name, option]) => {
      const { description } = option;
      const alias = option.alias ? { alias: option.alias } : {};
      // The default stands in our description: citty prints `(Default: false)`, and a `--no-` line for every true.
      if (option.type === 'boolean') return [name, { type: 'boolean', description, ...alias }];
      const shown = option.default === undefined ? '' : ` (default ${shownDefault(option)})`;
      const valueHint = valueHintOf(name, option);
      return [name, { type: 'string', valueHint, description: `${description}${shown}`, ...alias }];
    },
  );
  return Object.fromEntries([...positionals, ...options]) as ArgsDef;
}

function shownDefault(option: Option): string {
  return option.type === 'duration' ? String((option.default ?? 0) / 1000) : String(option.default);
}

/** citty decides about colour when it is loaded: it knows neither `--no-color` nor where the page goes. */
function paint(page: string, sink: Sink): string {
  const text = sink.color ? page : Bun.stripANSI(page);
  return `${text.replace(/ +$/gm, '').trimEnd()}\n`;
}

// Reads a command line strictly: an unknown flag, a missing value or a surplus argument is an error with a proposal.
//
// citty's own parser is not used: it drops what the words were, and without that unknown flags and missing values pass in
// silence.
import { didYouMean } from '../protocol/bytes/nearest';
import { type AnyCommand, type Option, type Options, optionsOf, positionalsOf } from './command';
import { CliError, exit } from './exit';
import { type OptionToken, tokensOf } from './tokens';

/** What the command line says, before the environment, the config file and the defaults are looked at. */
export interface ParsedLine {
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly positionals: Readonly<Record<string, string>>;
  readonly request: 'run' | 'help' | 'version';
}

/** Flags that every subcommand has. */
export const commonOptions: Options = {
  help: { type: 'boolean', alias: 'h', description: 'show this page' },
  version: { type: 'boolean', description: 'show the version' },
  'no-color': { type: 'boolean', description: 'never use colour' },
};

/** Throws a CliError about the first fault; `--help` and `--version` win over any fault. */
export function parse(command: AnyCommand, args: readonly string[]): ParsedLine {
  const options = { ...optionsOf(command), ...commonOptions };
  const tokens = tokensOf(
    args,
    Object.fromEntries(
      Object.entries(options).map(([name, { type, alias }]) => [
        name,
        {
          type: type === 'boolean' ? 'boolean' : 'string',
          ...(alias && { short: alias }),
        } as const,
      ]),
    ),
  );

  const has = (name: string) => tokens.some((t) => t.kind === 'option' && t.name === name);
  if (has('help')) return { flags: {}, positionals: {}, request: 'help' };
  if (has('version')) return { flags: {}, positionals: {}, request: 'version' };

  const flags: Record<string, string | boolean> = {};
  const values: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') values.push(token.value);
    if (token.kind === 'option') {
      const [name, value] = readFlag(command, options, token);
      flags[name] = value;
    }
  }
  // The streams were opened with it already.
  delete flags['no-color'];
  return { flags, positionals: namePositionals(command, values), request: 'run' };
}

function readFlag(
  command: AnyCommand,
  options: Options,
  { name, rawName, value, inlineValue }: OptionToken,
): [name: string, value: string | boolean] {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const positive = name.replace(/^no-/, '');
    if (positive !== name && command.args[positive]?.type === 'boolean') {
      if (inlineValue) throw usageError(command, `${rawName} takes no value`);
      return [positive, false];
    }
    const hint = didYouMean(rawName, flagsOf(options)) ?? `see chat ${command.meta.name} --help`;
    throw usageError(command, `unknown flag ${rawName}`, hint);
  }
  if (option.type === 'boolean') {
    if (inlineValue) throw usageError(command, `${rawName} takes no value`);
    return [name, true];
  }
  if (value === undefined || value === '') {
    const hint = `write ${rawName} ${valueHintOf(name, option)}`;
    throw usageError(command, `${rawName} needs a value`, hint);
  }
  // `--data --memory`: more likely a forgotten value than a folder of that name.
  if (!inlineValue && value.startsWith('-') && value !== '-') {
    const hint = `if ${value} is the value, write ${rawName}=${value}`;
    const message = `${rawName} needs a value, and ${value} looks like another flag`;
    throw usageError(command, message, hint);
  }
  return [name, value];
}

function namePositionals(command: AnyCommand, values: readonly string[]): Record<string, string> {
  const positionals = positionalsOf(command);
  const surplus = values[positionals.length];
  if (surplus !== undefined) {
    const last = positionals.at(-1)?.[0];
    const quote = last && `if it belongs to ${last.toUpperCase()}, quote the whole of it`;
    const hint = didYouMean(`--${surplus}`, flagsOf(optionsOf(command))) ?? quote;
    throw usageError(command, `surplus argument ${surplus}`, hint);
  }
  for (const [index, [name, { required = true }]] of positionals.entries()) {
    if (required && values[index] === undefined) {
      throw usageError(command, `${name.toUpperCase()} is missing`, usageLine(command));
    }
  }
  return Object.fromEntries(values.map((value, index) => [positionals[index]![0], value]));
}

/** What stands for an option's value on the help page and in errors. */
export function valueHintOf(name: string, option: Option): string {
  if (option.valueHint) return option.valueHint;
  if (option.type === 'enum') return option.options.join('|');
  if (option.type === 'duration') return 'SECONDS';
  if (option.type === 'size') return 'BYTES';
  return option.type === 'port' ? 'PORT' : name.toUpperCase();
}

/** Every flag that may be written, for proposals. */
function flagsOf(options: Options): string[] {
  return Object.entries(options).flatMap(([name, option]) => [
    `--${name}`,
    ...(option.type === 'boolean' && !name.startsWith('no-') ? [`--no-${name}`] : []),
  ]);
}

function usageLine(command: AnyCommand): string {
  const names = positionalsOf(command).map(([name, { required = true }]) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  return `usage: chat ${command.meta.name} ${names.join(' ')}`;
}

function usageError(command: AnyCommand, message: string, hint?: string): CliError {
  return new CliError(exit.usage, `${command.meta.name}: ${message}`, hint);
}

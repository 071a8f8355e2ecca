// Reads a command line strictly: an unknown flag, a missing value or a surplus argument is an error that proposes the right word.
import { parseArgs } from 'node:util';

import { type AnyCommand, CliError, exit, type Option, type Options } from '../cli';
import { nearest } from './nearest';

/** What the command line said, before the environment, the config file and the defaults are asked. */
export interface Parsed {
  readonly flags: Readonly<Record<string, string | boolean>>;
  readonly arguments: Readonly<Record<string, string>>;
  readonly wants: 'run' | 'help' | 'version';
  readonly noColor: boolean;
}

/** Flags that every subcommand has. */
export const commonOptions: Options = {
  help: { type: 'boolean', short: 'h', about: 'show this page' },
  version: { type: 'boolean', about: 'show the version' },
  'no-color': { type: 'boolean', about: 'never use colour' },
};

/** Throws a CliError about the first thing that is wrong; --help wins over whatever else is. */
export function parse(command: AnyCommand, args: readonly string[]): Parsed {
  const tables = { ...command.options, ...commonOptions };
  const { tokens } = parseArgs({
    args: [...args],
    options: Object.fromEntries(
      Object.entries(tables).map(([name, { type, short }]) => [
        name,
        { type: type === 'boolean' ? 'boolean' : 'string', ...(short && { short }) } as const,
      ]),
    ),
    allowPositionals: true,
    // Its own strictness has no "did you mean" and stops at the first fault, before a --help further on.
    strict: false,
    tokens: true,
  });

  const said = (name: string) => tokens.some((t) => t.kind === 'option' && t.name === name);
  const noColor = said('no-color');
  if (said('help')) return { flags: {}, arguments: {}, wants: 'help', noColor };
  if (said('version')) return { flags: {}, arguments: {}, wants: 'version', noColor };

  const flags: Record<string, string | boolean> = {};
  const texts: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') texts.push(token.value);
    if (token.kind === 'option') {
      const [name, value] = readFlag(command, tables, token);
      flags[name] = value;
    }
  }
  delete flags['no-color'];
  return { flags, arguments: nameArguments(command, texts), wants: 'run', noColor };
}

interface FlagToken {
  readonly name: string;
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function readFlag(
  command: AnyCommand,
  tables: Options,
  { name, rawName, value, inlineValue }: FlagToken,
): [name: string, value: string | boolean] {
  const option = Object.hasOwn(tables, name) ? tables[name] : undefined;
  if (option === undefined) {
    const positive = name.replace(/^no-/, '');
    if (positive !== name && command.options[positive]?.type === 'boolean') {
      if (inlineValue) throw wrong(command, `${rawName} takes no value`);
      return [positive, false];
    }
    throw unknownFlag(command, rawName, tables);
  }
  if (option.type === 'boolean') {
    if (inlineValue) throw wrong(command, `${rawName} takes no value`);
    return [name, true];
  }
  if (value === undefined || value === '') {
    throw wrong(command, `${rawName} needs a value`, `write ${rawName} ${hintOf(name, option)}`);
  }
  // `--data --memory`: more likely a forgotten value than a folder of that name.
  if (!inlineValue && value.startsWith('-') && value !== '-') {
    const hint = `if ${value} is the value, write ${rawName}=${value}`;
    throw wrong(command, `${rawName} needs a value, and ${value} looks like another flag`, hint);
  }
  return [name, value];
}

function nameArguments(command: AnyCommand, texts: string[]): Record<string, string> {
  const table = Object.entries(command.arguments);
  const surplus = texts[table.length];
  if (surplus !== undefined) {
    const flag = nearest(`--${surplus}`, flagsOf(command.options));
    const last = table.at(-1)?.[0];
    const quoted = last && `if it belongs to ${last.toUpperCase()}, quote the whole of it`;
    throw wrong(command, `surplus argument ${surplus}`, flag ? didYouMean(flag) : quoted);
  }
  for (const [index, [name, { required }]] of table.entries()) {
    if (required && texts[index] === undefined) {
      throw wrong(command, `${name.toUpperCase()} is missing`, usage(command));
    }
  }
  return Object.fromEntries(texts.map((text, index) => [table[index]![0], text]));
}

function unknownFlag(command: AnyCommand, flag: string, tables: Options): CliError {
  const meant = nearest(flag, flagsOf(tables));
  const hint = meant ? didYouMean(meant) : `see chat ${command.name} --help`;
  return wrong(command, `unknown flag ${flag}`, hint);
}

export const didYouMean = (word: string): string => `did you mean ${word}?`;

/** What stands for an option's value on the help page and in errors. */
export function hintOf(name: string, option: Option): string {
  if (option.hint) return option.hint;
  if (option.type === 'choice') return option.choices.join('|');
  if (option.type === 'duration') return 'SECONDS';
  if (option.type === 'size') return 'BYTES';
  return option.type === 'port' ? 'PORT' : name.toUpperCase();
}

function flagsOf(options: Options): string[] {
  return Object.entries(options).flatMap(([name, option]) => [
    `--${name}`,
    ...(option.type === 'boolean' && !name.startsWith('no-') ? [`--no-${name}`] : []),
  ]);
}

function usage(command: AnyCommand): string {
  const names = Object.entries(command.arguments).map(([name, { required }]) =>
    required ? name.toUpperCase() : `[${name.toUpperCase()}]`,
  );
  return `usage: chat ${command.name} ${names.join(' ')}`;
}

function wrong(command: AnyCommand, message: string, hint?: string): CliError {
  return new CliError(exit.usage, `${command.name}: ${message}`, hint);
}

// Reads the user's config file: the section of one command, over what stands at the top for all of them.
import { readFileSync } from 'node:fs';

import { didYouMean } from '../protocol/bytes/nearest';
import { type AnyCommand, optionsOf } from './command';
import { CliError, exit } from './exit';
import type { Io } from './io';

type Table = Readonly<Record<string, unknown>>;

export interface ConfigFile {
  readonly path: string;
  /** The values of the command, and those at the top; what is no option of the command is ignored there. */
  readonly table: Table;
}

/** `$XDG_CONFIG_HOME/chat/config.toml`, which may be absent. Throws a CliError if it is there and wrong. */
export function readConfigFile(command: AnyCommand, env: Io['env']): ConfigFile {
  const folder = env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? ''}/.config`;
  const path = `${folder}/chat/config.toml`;
  const { name } = command.meta;
  const whole = parseToml(readText(path), path);
  const section = whole[name];
  const own: Table = isTable(section) ? section : {};
  // Only the command's own section can be checked: a key at the top may be meant for another command.
  const known = Object.keys(optionsOf(command));
  for (const key of Object.keys(own)) {
    if (known.includes(key)) continue;
    throw new CliError(exit.usage, `${path}: [${name}] has no ${key}`, didYouMean(key, known));
  }
  return { path, table: { ...whole, ...own } };
}

/** The text of the file, empty if there is none: that is the usual case. */
function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? '')) return '';
    throw new CliError(exit.badData, `${path}: ${(error as Error).message}`);
  }
}

function parseToml(text: string, path: string): Table {
  if (text === '') return {};
  try {
    return Bun.TOML.parse(text) as Table;
  } catch (error) {
    throw new CliError(exit.badData, `${path}: ${(error as Error).message}`);
  }
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

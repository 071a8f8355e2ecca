// Decides every option's value: flag, else environment, else config file, else default, each read by the option's type.
import { readFileSync } from 'node:fs';

import { type AnyCommand, CliError, exit, type Option, type Value } from '../cli';
import { nearest } from './nearest';
import { didYouMean } from './parse';

type Environment = Readonly<Record<string, string | undefined>>;
type Table = Readonly<Record<string, unknown>>;

/** The options of a command with their values, as its `run` gets them. */
export function settle(
  command: AnyCommand,
  flags: Readonly<Record<string, string | boolean>>,
  env: Environment,
): Record<string, Value> {
  const config = readConfig(command, env);
  const values: Record<string, Value> = {};
  for (const [name, option] of Object.entries(command.options)) {
    const variable = option.env ?? `CHAT_${name.replaceAll('-', '_').toUpperCase()}`;
    const fromEnv = variable === false ? undefined : env[variable];
    if (flags[name] !== undefined) values[name] = read(option, flags[name], `--${name}`);
    // An empty variable is one that was not set: `CHAT_PORT= chat serve` undoes an export.
    else if (fromEnv) values[name] = read(option, fromEnv, String(variable));
    else if (config.table[name] !== undefined)
      values[name] = read(option, config.table[name], `${config.path}: ${name}`);
    else values[name] = option.default ?? (option.type === 'boolean' ? false : undefined);
  }
  return values;
}

/** What one given value means, whether it came as text or as a value of the config file's own types. */
export function read(option: Option, given: unknown, source: string): Value {
  const no = (wanted: string, hint?: string) =>
    new CliError(exit.usage, `${source}: ${JSON.stringify(given)} is not ${wanted}`, hint);
  if (!['string', 'number', 'boolean'].includes(typeof given)) throw no('a plain value');
  const text = String(given);
  switch (option.type) {
    case 'string':
      return text;
    case 'boolean':
      if (/^(1|true|yes|on)$/i.test(text)) return true;
      if (/^(0|false|no|off)$/i.test(text)) return false;
      throw no('true or false');
    case 'port':
      return whole(text, 0, 65_535) ?? fail(no('a port (0 to 65535)'));
    case 'integer': {
      const { min = 0, max = Number.MAX_SAFE_INTEGER } = option;
      return whole(text, min, max) ?? fail(no(`a whole number from ${min} to ${max}`));
    }
    case 'duration':
      return milliseconds(text) ?? fail(no('a duration', 'write seconds, or 200ms, 5s, 2m, 1h'));
    case 'size':
      return bytes(text) ?? fail(no('a size', 'write bytes, or 500K, 20M, 4G, 1T'));
    case 'choice': {
      if (option.choices.includes(text)) return text;
      const meant = nearest(text, option.choices);
      throw no(`one of ${option.choices.join(', ')}`, meant && didYouMean(meant));
    }
  }
}

function fail(error: CliError): never {
  throw error;
}

function whole(text: string, min: number, max: number): number | undefined {
  const number = /^[+-]?\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

function milliseconds(text: string): number | undefined {
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)?$/.exec(text);
  return match ? Math.round(Number(match[1]) * unitMs[(match[2] ?? 's') as 's']) : undefined;
}

const unitBytes = { '': 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 } as const;

function bytes(text: string): number | undefined {
  const match = /^(\d{1,15})([kmgt]?)$/i.exec(text);
  const number = match ? Number(match[1]) * unitBytes[(match[2] ?? '').toLowerCase() as ''] : NaN;
  return Number.isSafeInteger(number) ? number : undefined;
}

/** The part of the config file that concerns this command: its own section over what stands at the top. */
function readConfig(command: AnyCommand, env: Environment): { path: string; table: Table } {
  const folder = env['XDG_CONFIG_HOME'] || `${env['HOME'] ?? ''}/.config`;
  const path = `${folder}/chat/config.toml`;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    // No config file is the usual case; one that is there and cannot be read must not be passed over.
    if (['ENOENT', 'ENOTDIR'].includes((error as { code?: string }).code ?? ''))
      return { path, table: {} };
    throw new CliError(exit.badData, `${path}: ${(error as Error).message}`);
  }
  const whole = parseToml(text, path);
  const section = whole[command.name];
  const own: Table = isTable(section) ? section : {};
  // Only the command's own section can be checked: what stands at the top may be meant for another command.
  for (const key of Object.keys(own)) {
    if (Object.hasOwn(command.options, key)) continue;
    const meant = nearest(key, Object.keys(command.options));
    const message = `${path}: [${command.name}] has no ${key}`;
    throw new CliError(exit.usage, message, meant && didYouMean(meant));
  }
  return { path, table: { ...whole, ...own } };
}

function parseToml(text: string, path: string): Table {
  try {
    return Bun.TOML.parse(text) as Table;
  } catch (error) {
    throw new CliError(exit.badData, `${path}: ${(error as Error).message}`);
  }
}

const isTable = (value: unknown): value is Table =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

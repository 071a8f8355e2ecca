// Decides every option's value: the flag, else the environment, else the config file, else the default.
import { type AnyCommand, optionsOf, type Value } from './command';
import { readConfigFile } from './config_file';
import type { Io } from './io';
import { readValue } from './values';

/** The options of a command with their values, as its `run` gets them. */
export function resolveOptions(
  command: AnyCommand,
  flags: Readonly<Record<string, string | boolean>>,
  env: Io['env'],
): Record<string, Value> {
  const config = readConfigFile(command, env);
  const values: Record<string, Value> = {};
  for (const [name, option] of Object.entries(optionsOf(command))) {
    const variable = option.env ?? `CHAT_${name.replaceAll('-', '_').toUpperCase()}`;
    const fromEnv = variable === false ? undefined : env[variable];
    if (flags[name] !== undefined) values[name] = readValue(option, flags[name], `--${name}`);
    // An empty variable counts as not set: `CHAT_PORT= chat serve` undoes an export.
    else if (fromEnv) values[name] = readValue(option, fromEnv, String(variable));
    else if (config.table[name] !== undefined)
      values[name] = readValue(option, config.table[name], `${config.path}: ${name}`);
    else values[name] = option.default ?? (option.type === 'boolean' ? false : undefined);
  }
  return values;
}

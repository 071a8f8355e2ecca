// Whether the config file can be read by every command that there is.
import { readConfigFile } from './config_file';
import { CliError } from './exit';
import type { Io } from './io';
import type { CommandTable } from './run';

/** The file's path, and what is wrong in it. */
export async function settingsFault(
  table: CommandTable,
  env: Io['env'],
): Promise<{ readonly path: string; readonly fault?: CliError }> {
  let path = '';
  for (const load of Object.values(table)) {
    try {
      ({ path } = readConfigFile(await load(), env));
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      return { path, fault: error };
    }
  }
  return { path };
}

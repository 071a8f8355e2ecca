// `chat manual`: the manual pages of the executable, made from the commands' own definitions.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { didYouMean } from '../protocol/bytes/nearest';
import { type AnyCommand, defineCommand } from './command';
import { CliError, exit } from './exit';
import { commandManual, mainManual } from './man';

/** `all`: every command there is, loaded. */
export const manualCommand = (all: () => Promise<readonly AnyCommand[]>, version: string) =>
  defineCommand({
    meta: { name: 'manual', description: 'Print a manual page, or write all of them' },
    args: {
      command: {
        type: 'positional',
        required: false,
        description: 'of which command; of chat itself if absent',
      },
      write: {
        type: 'string',
        valueHint: 'DIR',
        description: 'write every page into this folder, as chat.1, chat-send.1, ...',
        env: false,
      },
    },
    examples: ['chat manual send | man -l -', 'chat manual --write /usr/local/share/man/man1'],
    async run({ command: name, write }, io) {
      const commands = await all();
      if (write !== undefined) {
        writePages(write, version, commands);
        return exit.ok;
      }
      if (name === undefined) {
        io.out.write(mainManual(version, commands));
        return exit.ok;
      }
      const found = commands.find(({ meta }) => meta.name === name);
      if (found === undefined) {
        const hint =
          didYouMean(
            name,
            commands.map(({ meta }) => meta.name),
          ) ?? 'see chat --help';
        throw new CliError(exit.usage, `manual: there is no command ${name}`, hint);
      }
      io.out.write(commandManual(version, found));
      return exit.ok;
    },
  });

function writePages(folder: string, version: string, commands: readonly AnyCommand[]): void {
  const write = (name: string, text: string): void => {
    try {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, `${name}.1`), text);
    } catch (error) {
      throw new CliError(exit.cannotCreate, `${folder}: ${(error as Error).message}`);
    }
  };
  write('chat', mainManual(version, commands));
  for (const one of commands) write(`chat-${one.meta.name}`, commandManual(version, one));
}

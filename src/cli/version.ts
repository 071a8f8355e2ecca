// `chat version`: what this executable is, for people and for programs.
import { defineCommand } from './command';
import { exit } from './exit';

export const versionCommand = (version: string) =>
  defineCommand({
    meta: { name: 'version', description: 'Print the version' },
    args: { json: { type: 'boolean', description: 'print one object, with what it was built of' } },
    examples: ['chat version --json'],
    async run({ json }, io) {
      if (!json) {
        io.out.write(`${version}\n`);
        return exit.ok;
      }
      const { Database } = await import('bun:sqlite');
      using db = new Database(':memory:');
      const row = db.query<{ version: string }, []>('SELECT sqlite_version() AS version').get();
      const { platform, arch } = process;
      const about = {
        name: 'chat',
        version,
        platform,
        arch,
        bun: Bun.version,
        sqlite: row?.version,
      };
      io.out.write(`${JSON.stringify(about)}\n`);
      return exit.ok;
    },
  });

// Completion: what may stand at the end of a line, and the three shells that ask for it.

import { describe, expect, test } from 'bun:test';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { type AnyCommand, defineCommand } from '../../src/cli/command';
import { candidates, type Known } from '../../src/cli/shell/candidates';
import { mailbox } from '../../src/protocol/mailbox/index';
import { executable, isolatedEnvironment, runChat } from '../support/executable';
import { Screen } from '../support/pty';
import { startServer } from '../support/server';

const known: Known = { users: ['bob', 'Ana Maria'], servers: ['mailbox://chat.example.org:8888'] };

const talk = defineCommand({
  meta: { name: 'talk', description: 'Talk' },
  args: {
    to: { type: 'positional', description: 'whom' },
    text: { type: 'positional', required: false, description: 'what' },
    style: { type: 'enum', alias: 's', options: ['short', 'long'], description: 'how' },
    attach: { type: 'string', valueHint: 'FILE', description: 'a file' },
    server: { type: 'string', valueHint: 'HOST', description: 'where' },
    as: { type: 'string', description: 'who' },
    loud: { type: 'boolean', description: 'loudly' },
    kept: { type: 'boolean', default: true, description: 'keep it' },
  },
  run: () => Promise.resolve(0),
});
const table = { talk: () => Promise.resolve(talk as AnyCommand) };

async function valuesAt(...words: readonly string[]): Promise<readonly string[]> {
  const { values, files } = await candidates(table, words, known);
  return [...values.map(({ value }) => value), ...(files ? ['(files)'] : [])];
}

test.each<readonly [readonly string[], readonly string[]]>([
  [[''], ['talk', 'help']],
  [['ta'], ['talk']],
  [['help', 'ta'], ['talk']],
  [['help', 'ur'], ['urls']],
  [
    ['talk', ''],
    ['bob', 'Ana Maria', 'mailbox://chat.example.org:8888'],
  ],
  [['talk', 'b'], ['bob']],
  [['talk', 'bob', ''], []],
  [['talk', '--st'], ['--style']],
  [
    ['talk', '--style', ''],
    ['short', 'long'],
  ],
  [['talk', '-s', 'l'], ['long']],
  [['talk', '--style=sh'], ['--style=short']],
  [['talk', '--loud', 'b'], ['bob']],
  [['talk', '--loud', '--lo'], []],
  [
    ['talk', '--no'],
    ['--no-kept', '--no-color'],
  ],
  [['talk', '--attach', ''], ['(files)']],
  [['talk', '--server', ''], ['chat.example.org']],
  [['talk', '--as', 'A'], ['Ana Maria']],
  [['talk', '--as', 'x', 'b'], ['bob']],
  [['nothing', ''], []],
  [
    ['talk', '--constructor', ''],
    ['bob', 'Ana Maria', 'mailbox://chat.example.org:8888'],
  ],
])('%j', async (words, values) => {
  expect(await valuesAt(...words)).toEqual(values);
});

/** A home whose client has written to bob and to a name with a space. */
async function home(): Promise<Record<string, string>> {
  const env = await isolatedEnvironment();
  const folder = join(env['XDG_STATE_HOME'] ?? '', 'chat');
  await mkdir(folder, { recursive: true });
  await Bun.write(join(folder, 'known-names.json'), JSON.stringify(['bob', 'Ana Maria', 'x\ny']));
  await Bun.write(join(folder, 'last-senders.json'), '{"mailbox://localhost:8888":"eve"}');
  return env;
}

test('the executable answers with what its user’s files know, and is silent about faults', async () => {
  const env = await home();
  const { out, status } = await runChat(['__complete', 'send', ''], { env });
  expect(status).toBe(0);
  expect(out).toBe(
    'bob\ta user\nAna Maria\ta user\neve\ta user\nmailbox://localhost:8888\ta server\n',
  );
  await Bun.write(join(env['XDG_STATE_HOME'] ?? '', 'chat/known-names.json'), '{');
  const replies = await runChat(['__complete', 'serve', '--replies', ''], { env });
  expect(replies.out).toMatch(/^byte\t.*\ntext\t.*\n$/);
});

test('who was written to, and who is in a list, is remembered for it', async () => {
  const env = await isolatedEnvironment();
  await using server = await startServer([mailbox]);
  const at = ['-p', String(server.port('mailbox'))];
  for (const name of ['ana', 'bob'])
    await runChat(['register', name, '--name', name, '--born', '01/02/2000', ...at], { env });
  expect((await runChat(['send', 'bob', 'hi', '--as', 'ana', ...at], { env })).status).toBe(0);
  const { out } = await runChat(['__complete', 'send', 'b'], { env });
  expect(out).toBe('bob\ta user\n');
});

describe('bash', () => {
  async function completed(line: string, env: Record<string, string>): Promise<string[]> {
    const script = `source <("$0" completions bash)
      COMP_LINE=$1 COMP_POINT=\${#1}
      compopt() { echo "(files)"; }
      _chat
      printf '%s\\n' "\${COMPREPLY[@]}"`;
    const shell = Bun.spawn(['bash', '-c', script, executable(), line], { env, stderr: 'inherit' });
    return (await new Response(shell.stdout).text()).trim().split('\n');
  }

  test('commands, flags, users, servers and files', async () => {
    const env = await home();
    const chat = executable();
    expect(await completed(`${chat} conn`, env)).toEqual(['connect']);
    expect(await completed(`${chat} send b`, env)).toEqual(['bob']);
    expect(await completed(`${chat} send A`, env)).toEqual(['Ana\\ Maria']);
    // Bash takes what stands before a colon for another word.
    expect(await completed(`${chat} send mailbox://lo`, env)).toEqual(['//localhost:8888']);
    expect(await completed(`${chat} serve --replies=te`, env)).toEqual(['text']);
    expect(await completed(`${chat} send bob hi --attach `, env)).toEqual(['(files)']);
  });
});

/** Types a line into an interactive shell that has loaded the script, and waits for what it becomes. */
async function completes(
  command: string[],
  load: readonly string[],
  typed: string,
  shown: string,
): Promise<void> {
  const env = { ...(await home()), TERM: 'xterm', PS1: '> ' };
  await using shell = new Screen(command, { env, columns: 160 });
  for (const line of [...load, 'echo rea""dy']) shell.type(`${line}\r`);
  await shell.until(/^ready$/m);
  shell.type(typed);
  await shell.until(shown);
}

const inPath = `export PATH=${dirname(executable())}:$PATH`;

test.skipIf(Bun.which('zsh') === null).each([
  ['chat conn\t', 'chat connect'],
  ['chat send b\t', 'chat send bob'],
  ['chat serve --replies t\t', '--replies text'],
])('zsh: %j', async (typed, shown) => {
  await completes(['zsh', '-f', '-i'], [inPath, 'source <(chat completions zsh)'], typed, shown);
});

test.skipIf(Bun.which('fish') === null).each([
  ['chat conn\t', 'chat connect'],
  ['chat send b\t', 'chat send bob'],
])('fish: %j', async (typed, shown) => {
  const load = [inPath, 'chat completions fish | source'];
  await completes(['fish', '--private', '--no-config'], load, typed, shown);
});

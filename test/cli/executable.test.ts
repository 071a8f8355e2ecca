// The built executable: its streams, statuses, colour on a terminal, and that no file of the working folder steers it.
import { expect, test } from 'bun:test';

import { exit } from '../../src/cli/exit';
import { executable, runChat, startChat } from '../support/executable';
import { openChat } from '../support/pty';
import { scratchFolder } from '../support/scratch';

test('data goes to stdout, errors to stderr, and the status tells them apart', async () => {
  const { version } = (await Bun.file('package.json').json()) as { version: string };
  expect(await runChat(['--version'])).toEqual({ status: exit.ok, out: `${version}\n`, err: '' });
  expect(await runChat(['--versoin'])).toMatchObject({ status: exit.usage, out: '' });
});

test('waiting for a line fails with what was said if the program ends without it', async () => {
  const chat = await startChat(['--version']);
  expect(chat.until('never')).rejects.toThrow('chat ended, and never did not come on stdout');
  await chat.ended;
});

test('a reader that closes the pipe ends it without a message', async () => {
  const shell = Bun.spawn(
    ['bash', '-c', '"$0" --help | true; echo "${PIPESTATUS[0]}"', executable()],
    {
      stderr: 'pipe',
    },
  );
  expect(await new Response(shell.stdout).text()).toBe('0\n');
  expect(await new Response(shell.stderr).text()).toBe('');
});

test('a terminal gets colour, unless the user refuses it', async () => {
  const colored = async (args: string[], env: Record<string, string>) => {
    await using screen = await openChat(args, { env: { CI: '', TEST: '', ...env } });
    await screen.ended;
    await screen.until('USAGE');
    return screen.hasColor;
  };
  expect(await colored(['--help'], {})).toBe(true);
  expect(await colored(['--help'], { NO_COLOR: '1' })).toBe(false);
  expect(await colored(['--help'], { TERM: 'dumb' })).toBe(false);
  expect(await colored(['--help', '--no-color'], {})).toBe(false);
  expect((await runChat(['--help'])).out).not.toContain('\u001B');
});

test('the working folder has no influence', async () => {
  const cwd = await scratchFolder();
  await Bun.write(`${cwd}/.env`, 'NO_COLOR=1\nBUN_CONFIG_VERBOSE_FETCH=1\n');
  await Bun.write(`${cwd}/bunfig.toml`, 'preload = ["./evil.ts"]\n');
  await Bun.write(`${cwd}/evil.ts`, 'console.log("evil");\n');
  expect((await runChat(['--version'], { cwd })).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

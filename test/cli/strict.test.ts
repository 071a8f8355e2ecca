// The command line is strict: what it does not know is refused with the word that was probably meant.
import { describe, expect, test } from 'bun:test';
import { mkdir, writeFile } from 'node:fs/promises';

import { defineCommand } from '../../src/cli/command';
import { CliError, exit } from '../../src/cli/exit';
import { usesColor } from '../../src/cli/io';
import { runMain } from '../../src/cli/run';
import { nearest } from '../../src/protocol/bytes/nearest';
import { type CommandResult, fakeIo, run as runOne } from '../support/command';
import { scratchFolder } from '../support/scratch';

const greet = defineCommand({
  meta: { name: 'greet', description: 'Greet a user' },
  args: {
    who: { type: 'positional', description: 'whom' },
    text: { type: 'positional', required: false, description: 'what to say' },
    port: { type: 'port', alias: 'p', description: 'where', default: 8888 },
    style: { type: 'enum', options: ['short', 'long'], description: 'how' },
    times: { type: 'integer', min: 1, max: 9, description: 'how often' },
    linger: { type: 'duration', description: 'how long', default: 0 },
    most: { type: 'size', description: 'how much' },
    quiet: { type: 'boolean', alias: 'q', description: 'say nothing' },
    as: { type: 'string', valueHint: 'NAME', description: 'who', env: 'CHAT_USER' },
    secret: { type: 'string', description: 'never from the environment', env: false },
  },
  examples: ['chat greet bob'],
  run(options, io) {
    if (options.who === 'eve') throw new CliError(exit.noUser, 'no such user: eve');
    if (options.who === 'bug') throw new TypeError('not our day');
    io.out.write(JSON.stringify(options));
    return Promise.resolve(exit.ok);
  },
});

/** Runs greet with words split at blanks, and without a config file unless `env` names one. */
const run = (words: string, env: Record<string, string> = {}): Promise<CommandResult> =>
  runOne(greet, words.split(' ').filter(Boolean), { env });

const given = async (words: string, env?: Record<string, string>): Promise<unknown> =>
  JSON.parse((await run(words, env)).out);

describe('what is accepted', () => {
  test('values arrive under their names with their types, and defaults stand in', async () => {
    expect(await given('bob -q --times=3 --style long --linger 1.5')).toEqual({
      who: 'bob',
      port: 8888,
      times: 3,
      style: 'long',
      linger: 1500,
      quiet: true,
    });
  });

  test.each([
    ['bob -p7', { port: 7 }],
    ['bob -qp 7', { port: 7, quiet: true }],
    ['-p 7 bob', { port: 7 }],
    ['bob --port 0', { port: 0 }],
    ['bob --linger 200ms', { linger: 200 }],
    ['bob --linger 2m', { linger: 120_000 }],
    ['bob --most 7', { most: 7 }],
    ['bob --most 2G', { most: 2 ** 31 }],
    ['bob --most 20m', { most: 20 * 2 ** 20 }],
    ['bob -q --no-quiet', { quiet: false }],
    ['bob --as=-x', { as: '-x' }],
    ['bob -', { text: '-' }],
    ['bob -- --port', { text: '--port' }],
    ['bob -p 1 -p 2', { port: 2 }],
    ['bob --no-color', { who: 'bob' }],
  ])('%s', async (words, wanted) => {
    expect(await given(words)).toMatchObject(wanted);
  });
});

describe('what is refused with status 64', () => {
  test.each([
    ['', 'WHO is missing', 'usage: chat greet WHO [TEXT]'],
    ['bob --prot 7', 'unknown flag --prot', 'did you mean --port?'],
    ['bob --quite', 'unknown flag --quite', 'did you mean --quiet?'],
    ['bob --constructor', 'unknown flag --constructor', 'see chat greet --help'],
    ['bob -x', 'unknown flag -x', ''],
    ['bob --no-port', 'unknown flag --no-port', ''],
    ['bob -p', '-p needs a value', 'write -p PORT'],
    ['bob --port=', '--port needs a value', 'write --port PORT'],
    ['bob --as --quiet', '--as needs a value', 'write --as=--quiet'],
    ['bob --quiet=yes', '--quiet takes no value', ''],
    ['bob hi there', 'surplus argument there', 'quote the whole of it'],
    ['bob hi port', 'surplus argument port', 'did you mean --port?'],
    ['bob -p 65536', '"65536" is not a port', ''],
    ['bob -p 80x', '"80x" is not a port', ''],
    ['bob -p 1e3', '"1e3" is not a port', ''],
    ['bob --times 10', 'not a whole number from 1 to 9', ''],
    ['bob --linger soon', 'not a duration', 'write seconds'],
    ['bob --most 2.5G', 'not a size', '500K, 20M'],
    ['bob --most 9999999T', 'not a size', ''],
    ['bob --style lnog', 'not one of short, long', 'did you mean long?'],
  ])('chat greet %s', async (words, message, hint) => {
    const { status, out, err } = await run(words);
    expect({ status, out }).toEqual({ status: exit.usage, out: '' });
    expect(err).toContain(message);
    expect(err).toContain(hint);
  });
});

describe('flag > environment > config file > default', () => {
  const config = async (text: string) => {
    const folder = await scratchFolder();
    await mkdir(`${folder}/chat`);
    await writeFile(`${folder}/chat/config.toml`, text);
    return { XDG_CONFIG_HOME: folder };
  };

  test('each one yields to the one before', async () => {
    const file = await config('port = 3\ntimes = 4\n[greet]\nport = 2\n');
    expect(await given('bob', file)).toMatchObject({ port: 2, times: 4 });
    expect(await given('bob', { ...file, CHAT_PORT: '1' })).toMatchObject({ port: 1 });
    expect(await given('bob -p 0', { ...file, CHAT_PORT: '1' })).toMatchObject({ port: 0 });
  });

  test('an environment variable may have a name of its own, or none', async () => {
    const env = { CHAT_USER: 'eve', CHAT_AS: 'no', CHAT_SECRET: 'no', CHAT_QUIET: '1' };
    const values = await given('bob', env);
    expect(values).toMatchObject({ as: 'eve', quiet: true });
    expect(values).not.toHaveProperty('secret');
  });

  test('an empty variable is not set', async () => {
    expect(await given('bob', { CHAT_PORT: '' })).toMatchObject({ port: 8888 });
  });

  test('a wrong value is refused with the name of its source', async () => {
    expect((await run('bob', { CHAT_PORT: 'x' })).err).toContain('CHAT_PORT: "x" is not a port');
    const file = await config('[greet]\nport = "x"\n');
    expect((await run('bob', file)).err).toContain('config.toml: port: "x" is not a port');
  });

  test('an unknown key in the own section is refused; one at the top may be for another command', async () => {
    const { status, err } = await run('bob', await config('[greet]\nprot = 1\n'));
    expect(status).toBe(exit.usage);
    expect(err).toContain('[greet] has no prot\n  did you mean port?');
    expect(await given('bob', await config('prot = 1\n'))).toMatchObject({ port: 8888 });
  });

  test('a file that is not TOML is bad data', async () => {
    expect((await run('bob', await config('port ='))).status).toBe(exit.badData);
  });
});

describe('pages and exit statuses', () => {
  const main = async (words: string): Promise<CommandResult> => {
    const { io, written } = fakeIo();
    const table = { greet: () => Promise.resolve(greet) };
    const status = await runMain(table, '1.2.3', words.split(' ').filter(Boolean), () => io);
    return { status, ...written };
  };

  test('--help wins over any fault, and prints every flag on stdout', async () => {
    const page = await main('greet --prot -h');
    expect(page).toMatchObject({ status: exit.ok, err: '' });
    for (const word of [
      '-p, --port=<PORT>',
      '(default 8888)',
      '--style=<short|long>',
      'EXAMPLES',
    ]) {
      expect(page.out).toContain(word);
    }
    expect(await main('help greet')).toEqual(page);
    expect(page.out).not.toContain('\u001B');
  });

  test('chat --help lists the subcommands, chat --version prints the version alone', async () => {
    expect((await main('--help')).out).toContain('Greet a user');
    expect(await main('--version')).toEqual({ status: 0, out: '1.2.3\n', err: '' });
    expect(await main('greet --version')).toEqual({ status: 0, out: '1.2.3\n', err: '' });
  });

  test('chat alone prints the page on stderr, with the status of wrong usage', async () => {
    const { status, out, err } = await main('');
    expect({ status, out }).toEqual({ status: exit.usage, out: '' });
    expect(err).toContain('Greet a user');
  });

  test('an unknown subcommand is refused with the nearest one', async () => {
    const { status, err } = await main('gret bob');
    expect({ status, err }).toEqual({
      status: exit.usage,
      err: 'chat: unknown command gret\n  did you mean greet?\n',
    });
    expect((await main('toString')).status).toBe(exit.usage);
  });

  test('a CliError is one line and its status; a bug shows its stack', async () => {
    expect(await run('eve')).toEqual({
      status: exit.noUser,
      out: '',
      err: 'chat: no such user: eve\n',
    });
    const bug = await run('bug');
    expect(bug.status).toBe(exit.bug);
    expect(bug.err).toContain('TypeError: not our day\n    at ');
  });
});

test.each([
  [true, {}, false, true],
  [false, {}, false, false],
  [true, { NO_COLOR: '1' }, false, false],
  [true, { NO_COLOR: 'anything' }, false, false],
  [true, { NO_COLOR: '' }, false, true],
  [true, { TERM: 'dumb' }, false, false],
  [true, {}, true, false],
])('colour: terminal %p, environment %p, --no-color %p: %p', (terminal, env, flag, wanted) => {
  expect(usesColor(terminal, env, flag)).toBe(wanted);
});

test.each([
  ['--prot', '--port'],
  ['--prt', '--port'],
  ['--channel', '--channels'],
  ['--xyz', undefined],
  ['', undefined],
])('the word nearest to %p is %p', (word, wanted) => {
  expect(nearest(word, ['--port', '--channels', '--memory'])).toBe(wanted);
});

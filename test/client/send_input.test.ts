// `chat send` with standard input as its file, or as bytes that are no text.
import { expect, test } from 'bun:test';
import { readdir } from 'node:fs/promises';

import { exit } from '../../src/cli/exit';
import { basic } from '../../src/protocol/basic/index';
import { mailbox } from '../../src/protocol/mailbox/index';
import { isolatedEnvironment, runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer } from '../support/server';

test('--attach - sends what standard input has, to each recipient, and leaves nothing behind', async () => {
  await using server = await startServer([mailbox]);
  const where = ['-s', '127.0.0.1', '-p', String(server.port('mailbox'))];
  const env = await isolatedEnvironment({ TMPDIR: await scratchFolder() });
  for (const name of ['alice', 'bob', 'carol'])
    await runChat(['register', name, '--name', name, '--born', '04/05/1852', ...where], { env });
  const input = crypto.getRandomValues(new Uint8Array(60_000));
  const args = ['send', 'bob,carol', 'look', '--attach', '-', '--as', 'alice', ...where];
  expect(await runChat(args, { env, input })).toEqual({ status: exit.ok, out: '', err: '' });
  expect(await readdir(env['TMPDIR'] ?? '')).toEqual([]);
  const cwd = await scratchFolder();
  for (const name of ['bob', 'carol']) {
    const session = await startChat(['connect', name, ...where], { cwd, env });
    await session.until(/ile stdin/i);
    const id = name === 'bob' ? 1 : 2;
    session.write(`GETFILE alice ${id} ${name}.bin\n`);
    await session.until('GETFILE OK');
    session.end();
    await session.ended;
    const saved = new Uint8Array(await Bun.file(`${cwd}/${name}.bin`).arrayBuffer());
    expect(Buffer.compare(saved, input)).toBe(0);
  }
});

test('standard input cannot be both the text and the file', async () => {
  const { status, err } = await runChat(['send', 'bob', '-', '--attach', '-', '--as', 'alice']);
  expect(status).toBe(exit.usage);
  expect(err).toContain('either the text or the file');
});

test.each([
  ['no UTF-8', [0xff, 0x00, 0xfe, 0x80, 0x01], [0xff, 0x00, 0xfe, 0x80, 0x01, 0x0a]],
  ['its last line end counts once, as of a text', [0xff, 0x0a], [0xff, 0x0a]],
  ['more line ends', [0xff, 0x0a, 0x0a], [0xff, 0x0a, 0x0a]],
])('the basic protocol takes any bytes: %s', async (_, given, wanted) => {
  await using server = await startServer([basic]);
  const url = `basic://127.0.0.1:${server.port('basic')}`;
  const sent = await runChat(['send', url, '-'], { input: Uint8Array.from(given) });
  expect([sent.status, sent.err]).toEqual([exit.ok, '']);
  const came = (): Buffer => Buffer.concat(server.console.bytes);
  await server.console.until(() => came().length >= wanted.length);
  expect([...came()]).toEqual(wanted);
});

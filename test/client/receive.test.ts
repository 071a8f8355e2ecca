// `chat receive`: an inbox for daemons and scripts, as the built executable has it.
import { describe, expect, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { exit } from '../../src/cli/exit';
import { groups } from '../../src/protocol/groups/index';
import { mailbox } from '../../src/protocol/mailbox/index';
import { operation } from '../protocol/mailbox/person';
import { executable, isolatedEnvironment, runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { closedPort } from './fake_server';

const at = (port: number): string[] => ['-s', '127.0.0.1', '-p', String(port)];

async function registered(folder?: string, port?: number): Promise<TestServer> {
  const server = await startServer([mailbox], {
    ...(folder !== undefined && { folder }),
    ...(port !== undefined && { port }),
  });
  for (const name of ['alice', 'bob'])
    await operation(server.port('mailbox'), 'REGISTER', `Full ${name}`, name, '04/05/1852');
  return server;
}

const send = (server: TestServer, text: string): Promise<string> =>
  operation(server.port('mailbox'), 'SEND', 'bob', 'alice', text);

describe('what arrives', () => {
  test('is one object a line, with the time at which it came', async () => {
    await using server = await registered();
    await send(server, 'before');
    const inbox = await startChat(['receive', 'alice', ...at(server.port('mailbox'))]);
    await inbox.until('"text":"before"');
    await send(server, 'after');
    await inbox.until('"id":"2"');
    const { status, out, err } = await inbox.kill('SIGTERM');
    expect([status, err]).toEqual([exit.ok, '']);
    const objects = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, string>);
    expect(objects.map(({ at: _, ...rest }) => rest)).toEqual([
      { type: 'message', id: '1', from: 'bob', text: 'before' },
      { type: 'message', id: '2', from: 'bob', text: 'after' },
    ]);
    for (const { at: time = '' } of objects) expect(new Date(time).toISOString()).toBe(time);
    expect(server.console.lines).toContain('s> DISCONNECT alice OK');
  });

  test('comes with all inputs closed, as where a supervisor starts it', async () => {
    await using server = await registered();
    const env = await isolatedEnvironment();
    const words = ['receive', 'alice', ...at(server.port('mailbox'))].join(' ');
    const shell = Bun.spawn(['bash', '-c', `exec "$0" ${words} <&- 2>&-`, executable()], {
      env,
      stdout: 'pipe',
    });
    await server.console.untilLine('s> CONNECT alice OK');
    await send(server, 'hi');
    await server.console.untilLine('s> SEND MESSAGE 1 FROM bob TO alice');
    shell.kill('SIGTERM');
    expect(await new Response(shell.stdout).text()).toContain('"text":"hi"');
    expect(await shell.exited).toBe(exit.ok);
  });

  test('is not confirmed when it cannot be written', async () => {
    await using server = await registered();
    await send(server, 'hi');
    const env = await isolatedEnvironment();
    const words = ['receive', 'alice', ...at(server.port('mailbox'))].join(' ');
    const shell = Bun.spawn(['bash', '-c', `exec "$0" ${words} >/dev/full`, executable()], {
      env,
      stderr: 'pipe',
    });
    expect(await new Response(shell.stderr).text()).toContain('standard output cannot be written');
    expect(await shell.exited).toBe(exit.cannotCreate);
    const inbox = await startChat([
      'receive',
      'alice',
      '--takeover',
      ...at(server.port('mailbox')),
    ]);
    await inbox.until('"text":"hi"');
    await inbox.kill();
  });
});

describe('--exec', () => {
  test('runs once for each message, in order, with its fields', async () => {
    await using server = await registered();
    const file = join(await scratchFolder(), 'log');
    const command = `printf '%s|%s|%s|' "$CHAT_FROM" "$CHAT_ID" "$CHAT_TEXT" >>${file}; cat >>${file}; echo done`;
    const inbox = await startChat([
      'receive',
      'alice',
      '--exec',
      command,
      ...at(server.port('mailbox')),
    ]);
    await server.console.untilLine('s> CONNECT alice OK');
    for (const text of ['$(touch x)', 'two']) await send(server, text);
    await server.console.untilLine('s> SEND MESSAGE 2 FROM bob TO alice');
    const { status, out } = await inbox.kill();
    expect([status, out]).toEqual([exit.ok, 'done\ndone\n']);
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n');
    expect(lines[0]).toStartWith('bob|1|$(touch x)|{"type":"message","id":"1","from":"bob"');
    expect(lines[1]).toStartWith('bob|2|two|{');
    expect(lines).toHaveLength(2);
  });

  test('a message counts as received only when its command has succeeded', async () => {
    await using server = await registered();
    const folder = await scratchFolder();
    const command = `test -e ${folder}/ready`;
    const args = ['receive', 'alice', '--exec', command, ...at(server.port('mailbox'))];
    const inbox = await startChat(args);
    await server.console.untilLine('s> CONNECT alice OK');
    await send(server, 'hi');
    await inbox.until('message 1 from bob is not taken: the command for it ended with 1', {
      on: 'err',
    });
    await writeFile(join(folder, 'ready'), '');
    // The server brings it again.
    await server.console.untilLine('s> SEND MESSAGE 1 FROM bob TO alice');
    expect((await inbox.kill()).status).toBe(exit.ok);
  });

  test('killed while the command runs, the message comes again', async () => {
    await using server = await registered();
    await send(server, 'hi');
    const where = at(server.port('mailbox'));
    const command = 'echo begun; kill -KILL $PPID';
    const first = await runChat(['receive', 'alice', '--exec', command, ...where]);
    expect([first.status, first.out]).toEqual([137, 'begun\n']);
    const second = await startChat(['receive', 'alice', '--takeover', ...where]);
    await second.until('"text":"hi"');
    await second.kill();
  });

  test('by another protocol too', async () => {
    await using server = await startServer([groups]);
    const port = server.port('groups');
    const inbox = await startChat([
      'receive',
      `groups://alice@127.0.0.1:${port}`,
      '--exec',
      'echo "$CHAT_TEXT"',
    ]);
    const to = `groups://bob@127.0.0.1:${port}/alice`;
    await inbox.until('', { on: 'out' });
    let sent = await runChat(['send', to, 'hi', '--retry', '10']);
    while (sent.status === exit.noUser) sent = await runChat(['send', to, 'hi']);
    await inbox.until('hi\n');
    expect((await inbox.kill()).status).toBe(exit.ok);
  });
});

describe('its end', () => {
  test('it waits for a server that has not started yet', async () => {
    const port = closedPort();
    const inbox = await startChat([
      'receive',
      'alice',
      ...at(port),
      '--name',
      'Alice',
      '--born',
      '04/05/1852',
    ]);
    await inbox.until('trying again', { on: 'err' });
    await using server = await startServer([mailbox], { port });
    await server.console.untilLine('s> CONNECT alice OK');
    expect((await inbox.kill()).status).toBe(exit.ok);
  });

  test('--once ends with 69 where there is none, and nobody named with 64', async () => {
    const { status, err } = await runChat(['receive', 'alice', '--once', ...at(closedPort())]);
    expect(status).toBe(exit.unavailable);
    expect(err).toContain('no server answers at mailbox://127.0.0.1');
    expect((await runChat(['receive'])).status).toBe(exit.usage);
  });

  test('an unknown user ends with 67', async () => {
    await using server = await startServer([mailbox]);
    const { status, err } = await runChat(['receive', 'zed', ...at(server.port('mailbox'))]);
    expect(status).toBe(exit.noUser);
    expect(err).toContain('zed is not registered');
  });
});

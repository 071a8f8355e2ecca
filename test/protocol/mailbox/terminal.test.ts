// The client as its user sees it: on a real terminal, against a real server, line for line.

import { describe, expect, test } from 'bun:test';
import { join } from 'node:path';

import { mailbox } from '../../../src/protocol/mailbox/index';
import { isolatedEnvironment, runChat, startChat } from '../../support/executable';
import { keys, openChat, type Screen } from '../../support/pty';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { operation } from './person';

const at = (server: TestServer): string[] => [
  '-s',
  '127.0.0.1',
  '-p',
  String(server.port('mailbox')),
];

/** One operation, done as if by another client. */
const ask = (server: TestServer, ...fields: readonly string[]): Promise<string> =>
  operation(server.port('mailbox'), ...fields);

async function registered(...names: readonly string[]): Promise<TestServer> {
  const server = await startServer([mailbox]);
  for (const name of names) await ask(server, 'REGISTER', `Full ${name}`, name, '04/05/1852');
  return server;
}

async function session(server: TestServer, name: string): Promise<Screen> {
  const screen = await openChat(['connect', '--plain', name, ...at(server)], { columns: 100 });
  await screen.until((shown) => shown.cursorLine === `${name}> `);
  return screen;
}

/** Types a line and waits for the prompt below its result. */
async function enter(screen: Screen, line: string, result: string): Promise<void> {
  screen.type(line + keys.enter);
  await screen.until(result);
  await screen.until((shown) => /^(\w*)> $/.test(shown.cursorLine));
}

describe('at a terminal', () => {
  test('a new user is asked for the registration, connected, and can talk', async () => {
    await using server = await registered('bob');
    await using alice = await openChat(['connect', '--plain', 'alice', ...at(server)], {
      columns: 100,
    });
    await alice.until('Full name:');
    alice.type(`Alice Liddell${keys.enter}`);
    await alice.until('Date of birth (DD/MM/YYYY):');
    alice.type(`04/05/1852${keys.enter}`);
    await alice.until((shown) => shown.cursorLine === 'alice> ');
    await enter(alice, 'send bob hola', 's> SEND OK - MESSAGE 1');
    await using bob = await session(server, 'bob');
    await bob.until('    END');
    await alice.until('s> SEND MESSAGE 1 OK');
    await enter(alice, 'ConnectedUsers', 's> CONNECTED USERS (2 users connected) OK - alice, bob');
    expect(alice.everything).toBe(
      [
        'c> CONNECT alice',
        's> CONNECT FAIL, USER DOES NOT EXIST',
        'alice is not registered yet.',
        'Full name: Alice Liddell',
        'Date of birth (DD/MM/YYYY): 04/05/1852',
        'c> REGISTER alice',
        's> REGISTER OK',
        'c> CONNECT alice',
        's> CONNECT OK',
        'alice> send bob hola',
        'c> SEND bob hola',
        's> SEND OK - MESSAGE 1',
        's> SEND MESSAGE 1 OK',
        'alice> ConnectedUsers',
        'c> CONNECTEDUSERS',
        's> CONNECTED USERS (2 users connected) OK - alice, bob',
        'alice>',
      ].join('\n'),
    );
    expect(bob.everything).toBe(
      [
        'c> CONNECT bob',
        's> CONNECT OK',
        's> MESSAGE 1 FROM alice',
        '    hola',
        '    END',
        'bob>',
      ].join('\n'),
    );
    alice.type(`quit${keys.enter}`);
    expect(await alice.ended).toBe(0);
    expect(alice.everything).toEndWith('c> DISCONNECT alice\ns> DISCONNECT OK');
    await server.console.untilLine('s> DISCONNECT alice OK');
  });

  test('what comes is printed above the line being typed, which stays as it was', async () => {
    await using server = await registered('alice', 'bob');
    await using alice = await session(server, 'alice');
    alice.type('SEND bob half a line');
    alice.type(keys.left + keys.left);
    await alice.until((shown) => shown.cursorLine === 'alice> SEND bob half a line');
    // Line ends come only once a call has been ended.
    await ask(server, 'SEND', 'bob', 'alice', 'hi');
    await server.console.untilLine('s> SEND MESSAGE 1 FROM bob TO alice');
    await ask(server, 'SEND', 'bob', 'alice', 'one\nEND\n\x1b[2J\x07');
    await alice.until('07\n    END\nalice> SEND bob half a line');
    expect(alice.everything).toBe(
      [
        'c> CONNECT alice',
        's> CONNECT OK',
        's> MESSAGE 1 FROM bob',
        '    hi',
        '    END',
        's> MESSAGE 2 FROM bob',
        '    one',
        '      END',
        '      \\x1b[2J\\x07',
        '    END',
        'alice> SEND bob half a line',
      ].join('\n'),
    );
    expect(alice.cursor.column).toBe('alice> SEND bob half a li'.length);
  });

  test('Tab completes operations and the users met', async () => {
    await using server = await registered('alice', 'beatriz');
    await using alice = await session(server, 'alice');
    await ask(server, 'SEND', 'beatriz', 'alice', 'hi');
    await alice.until('    END');
    alice.type(`connectedu${keys.tab}`);
    await alice.until((shown) => shown.cursorLine.startsWith('alice> CONNECTEDUSERS'));
    alice.type(keys.control('u'));
    alice.type(`SEND be${keys.tab}`);
    await alice.until((shown) => shown.cursorLine === 'alice> SEND beatriz ');
  });

  test('connected elsewhere: asks, and takes over', async () => {
    await using server = await registered('alice');
    await using first = await session(server, 'alice');
    await using second = await openChat(['connect', '--plain', 'alice', ...at(server)], {
      columns: 100,
    });
    await second.until('End that session? [y/N]');
    second.type(`y${keys.enter}`);
    await second.until((shown) => shown.cursorLine === 'alice> ');
    expect(second.everything).toBe(
      [
        'c> CONNECT alice',
        's> USER ALREADY CONNECTED',
        'alice is connected elsewhere. End that session? [y/N] y',
        'c> DISCONNECT alice',
        's> DISCONNECT OK',
        'c> CONNECT alice',
        's> CONNECT OK',
        'alice>',
      ].join('\n'),
    );
    await enter(second, 'SEND alice to myself', 's> SEND MESSAGE 1 OK');
    expect(second.everything).toContain('s> MESSAGE 1 FROM alice\n    to myself\n    END');
    expect(first.everything).not.toContain('to myself');
  });

  test('a server that dies: every operation fails in its own words, and the session goes on', async () => {
    const server = await registered('alice', 'bob');
    const port = server.port('mailbox');
    await using alice = await session(server, 'alice');
    await server.stop();
    await enter(alice, 'SEND bob hi', 's> SEND FAIL');
    await enter(alice, 'CONNECTEDUSERS', 's> CONNECTED USERS FAIL');
    await enter(alice, 'UNREGISTER', 's> UNREGISTER FAIL');
    await enter(alice, 'DISCONNECT', 's> DISCONNECT FAIL');
    await enter(alice, 'CONNECT', 's> CONNECT FAIL');
    await enter(alice, 'REGISTER "A" b 01/01/2000', 's> REGISTER FAIL');
    alice.type(keys.control('c'));
    expect(await alice.ended).toBe(130);
    expect(port).toBeGreaterThan(0);
  });

  test('Ctrl-C disconnects', async () => {
    await using server = await registered('alice');
    await using alice = await session(server, 'alice');
    alice.type(keys.control('c'));
    expect(await alice.ended).toBe(130);
    expect(server.console.lines.at(-1)).toBe('s> DISCONNECT alice OK');
  });
});

describe('behind pipes', () => {
  test('a script: an operation a line, one after the other, the first failure its status', async () => {
    await using server = await registered('alice', 'bob');
    const input = 'CONNECTEDUSERS\nsend bob hi\nSEND carol hi\nDISCONNECT\nCONNECT\n';
    const { out, status } = await runChat(['connect', 'alice', ...at(server)], { input });
    expect(out).toBe(
      [
        'c> CONNECT alice',
        's> CONNECT OK',
        'c> CONNECTEDUSERS',
        's> CONNECTED USERS (1 users connected) OK - alice',
        'c> SEND bob hi',
        's> SEND OK - MESSAGE 1',
        'c> SEND carol hi',
        's> SEND FAIL / USER DOES NOT EXIST',
        'c> DISCONNECT alice',
        's> DISCONNECT OK',
        'c> CONNECT alice',
        's> CONNECT OK',
        'c> DISCONNECT alice',
        's> DISCONNECT OK',
        '',
      ].join('\n'),
    );
    expect(status).toBe(67);
  });

  test('an unknown user: 67; with --name and --born the user is registered', async () => {
    await using server = await registered();
    const { status, err } = await runChat(['connect', 'alice', ...at(server)]);
    expect(status).toBe(67);
    expect(err).toContain('--name "FULL NAME" --born DD/MM/YYYY');
    const args = ['connect', 'alice', '--name', 'Alice', '--born', '04/05/1852', ...at(server)];
    expect((await runChat(args)).status).toBe(0);
    expect(server.console.lines).toContain('s> REGISTER alice OK');
  });

  test('send, register, unregister, users', async () => {
    await using server = await registered('bob');
    const who = ['--name', 'Alice', '--born', '04/05/1852'];
    const env = await isolatedEnvironment();
    expect(await runChat(['register', 'alice', ...who, ...at(server)], { env })).toMatchObject({
      status: 0,
      out: 's> REGISTER OK\n',
    });
    expect((await runChat(['register', 'alice', ...who, ...at(server)], { env })).status).toBe(77);
    const send = ['send', 'bob', '--as', 'alice', ...at(server)];
    expect((await runChat([...send, 'hi'], { env })).status).toBe(0);
    expect((await runChat([...send, 'x'.repeat(256)], { env })).status).toBe(65);
    const nobody = await runChat(['send', 'carol', 'hi', '--as', 'alice', ...at(server)], { env });
    expect(nobody.status).toBe(67);
    expect(nobody.err).toContain('carol is not registered');
    await using bob = await session(server, 'bob');
    await bob.until('    hi');
    expect(await runChat(['users', '--as', 'bob', ...at(server)])).toMatchObject({
      status: 0,
      out: 'bob\n',
    });
    expect((await runChat(['unregister', 'alice', ...at(server)], { env })).status).toBe(0);
    expect((await runChat([...send, 'hi'], { env })).status).toBe(67);
  });

  test('a file from one to the other', async () => {
    await using server = await registered('alice', 'bob');
    const bytes = new Uint8Array(300_000).map((_, index) => index * 13);
    const bob = await startChat(['connect', 'bob', ...at(server)]);
    await bob.until('s> CONNECT OK');
    const path = `${bob.env['HOME']}/photo.jpg`;
    await Bun.write(path, bytes);
    await server.console.untilLine('s> CONNECT bob OK');
    const alice = await startChat(['connect', 'alice', ...at(server)]);
    await alice.until('s> CONNECT OK');
    alice.write(`SENDATTACH bob ${path} mira\n`);
    await alice.until('s> SENDATTACH OK - MESSAGE 1');
    await bob.until('    mira');
    bob.write(`GETFILE alice 1 ${bob.env['HOME']}/got.jpg\nQUIT\n`);
    await bob.until('s> GETFILE OK - FILE ');
    expect((await bob.ended).status).toBe(0);
    const got = await Bun.file(`${bob.env['HOME']}/got.jpg`).bytes();
    expect(Buffer.from(got).equals(bytes)).toBe(true);
    alice.end();
    expect((await alice.ended).status).toBe(0);
  });
});

test('a client that is stopped loses nothing: its message waits, and comes to the next session', async () => {
  await using server = await registered('alice', 'bob');
  const args = ['connect', 'bob', ...at(server), '--json'];
  const stopped = await startChat(args);
  await stopped.until('CONNECT');
  // Once it was listed, its ATTACHES has been taken too.
  stopped.write('CONNECTEDUSERS\n');
  await stopped.until('CONNECTEDUSERS');
  process.kill(stopped.pid, 'SIGSTOP');
  await runChat(['send', 'bob', 'precious', '--as', 'alice', ...at(server)]);
  // The silence has been judged when the server says what became of the call.
  await server.console.until(({ lines }) =>
    lines.some((line) => line.includes('MESSAGE 1 FROM alice TO bob')),
  );
  await stopped.kill('SIGKILL');
  expect(stopped.out).not.toContain('precious');
  const next = await startChat([...args, '--takeover']);
  await next.until('precious');
  await next.kill();
});

test('the first file that waited is announced as one, not as a note', async () => {
  await using server = await registered('alice', 'bob');
  const file = join(await scratchFolder(), 'photo.jpg');
  await Bun.write(file, 'bytes');
  await runChat(['send', 'bob', 'look', '--attach', file, '--as', 'alice', ...at(server)]);
  const bob = await startChat(['connect', 'bob', '--json', ...at(server)]);
  await bob.until('"type":"message"');
  expect(bob.out).toContain('"text":"look","file":"photo.jpg"');
  await bob.kill();
});

test('a session whose user has come in elsewhere, on the same machine too, is told so and ends', async () => {
  await using server = await registered('bob');
  const args = ['connect', 'bob', '--json', ...at(server)];
  const first = await startChat(args);
  await first.until('CONNECT');
  const second = await startChat([...args, '--takeover']);
  await second.until(/"CONNECT","ok":true/);
  await first.until('bob is connected elsewhere now.', { on: 'err', withinMs: 30_000 });
  expect((await first.ended).status).toBe(77);
  await second.kill();
}, 60_000);

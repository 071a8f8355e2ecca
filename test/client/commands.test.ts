// `chat register`, `unregister`, `users`, and attachments from end to end, over a real server.
import { describe, expect, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { endpointOf, endpointOfUrl } from '../../src/client/endpoint';
import { rememberSender } from '../../src/client/last_sender';
import { register, unregister } from '../../src/client/register';
import { send } from '../../src/client/send';
import { users } from '../../src/client/users';
import { channels } from '../../src/protocol/channels/index';
import { mailbox } from '../../src/protocol/mailbox/index';
import { run } from '../support/command';
import { runChat, startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';
import { startServer, type TestServer } from '../support/server';
import { closedPort } from './fake_server';

const serverFlags = (server: TestServer): string[] => [
  '-s',
  '127.0.0.1',
  '-p',
  String(server.port('mailbox')),
];
const born = ['--name', 'Alice Liddell', '--born', '04/05/1852'];

describe('accounts', () => {
  test('are made once, and deleted', async () => {
    await using server = await startServer([mailbox]);
    const [registering, unregistering] = [
      ['alice', ...born, ...serverFlags(server)],
      ['alice', ...serverFlags(server)],
    ];
    expect(await run(register, registering)).toEqual({
      status: 0,
      out: 's> REGISTER OK\n',
      err: '',
    });
    expect(await run(register, registering)).toEqual({
      status: 77,
      out: '',
      err: 's> USERNAME IN USE\n',
    });
    expect(await run(unregister, unregistering)).toEqual({
      status: 0,
      out: 's> UNREGISTER OK\n',
      err: '',
    });
    expect(await run(unregister, unregistering)).toEqual({
      status: 67,
      out: '',
      err: 's> USER DOES NOT EXIST\n',
    });
  });

  test('a missing flag is named, with the whole command', async () => {
    const { status, err } = await run(register, ['alice', '--name', 'Alice']);
    expect(status).toBe(64);
    expect(err).toContain('--born is missing');
    expect(err).toContain('chat register alice --name "FULL NAME" --born DD/MM/YYYY');
  });

  test('a date that does not exist is not sent to the server', async () => {
    await using server = await startServer([mailbox]);
    const args = ['alice', '--name', 'Alice', '--born', '31/02/2000', ...serverFlags(server)];
    const { status, err } = await run(register, args);
    expect(status).toBe(65);
    expect(err).toContain('31/02/2000');
    expect(server.console.lines.filter((line) => line.includes('REGISTER'))).toEqual([]);
  });

  test('a protocol without accounts says so', async () => {
    const { status, err } = await run(register, ['channels://alice@127.0.0.1', ...born]);
    expect([status, err]).toEqual([64, 'chat: channels knows no registration\n']);
  });

  test('no server listens: 69', async () => {
    const port = String(closedPort());
    const { status, err } = await run(register, ['alice', ...born, '-s', '127.0.0.1', '-p', port]);
    expect(status).toBe(69);
    expect(err).toContain(`no server answers at mailbox://127.0.0.1:${port}`);
    expect((await run(unregister, ['alice', '-s', '127.0.0.1', '-p', port])).status).toBe(69);
    expect((await run(users, ['-s', '127.0.0.1', '-p', port])).status).toBe(69);
  });
});

describe('the list of users', () => {
  test('is one name a line, for every user of a machine that is connected', async () => {
    await using server = await startServer([mailbox]);
    const chat = await startChat(['connect', 'alice', ...born, ...serverFlags(server)]);
    await chat.until('s> CONNECT OK');
    const env = { XDG_STATE_HOME: await scratchFolder() };
    expect(await run(users, serverFlags(server), { env })).toEqual({
      status: 0,
      out: 'alice\n',
      err: '',
    });
    // The last user is no longer connected, which does not matter.
    await run(register, ['bob', ...born, ...serverFlags(server)], { env });
    rememberSender(`mailbox://127.0.0.1:${server.port('mailbox')}`, 'bob', env);
    expect(await run(users, [...serverFlags(server), '--json'], { env })).toMatchObject({
      status: 0,
      out: '{"name":"alice"}\n',
    });
    const asBob = await run(users, [...serverFlags(server), '--as', 'bob'], { env });
    // Bob's key says who asks; without it only who is connected is told.
    expect(asBob).toMatchObject({ status: 0, out: 'alice\n' });
    const keyless = { XDG_STATE_HOME: await scratchFolder() };
    const asNobody = await run(users, [...serverFlags(server), '--as', 'bob'], { env: keyless });
    expect(asNobody).toMatchObject({ status: 67, out: '' });
    chat.end();
    await chat.ended;
  });

  test('a protocol without a list says so', async () => {
    expect((await run(users, ['basic://127.0.0.1'])).status).toBe(64);
  });
});

describe('attachments', () => {
  test('are sent, announced, saved in the working folder, and deleted on the server', async () => {
    await using server = await startServer([mailbox]);
    const cwd = await scratchFolder();
    const path = join(cwd, 'pic.bin');
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    await writeFile(path, bytes);
    const env = { XDG_STATE_HOME: await scratchFolder() };
    for (const name of ['alice', 'bob'])
      await run(register, [name, ...born, ...serverFlags(server)], { env });
    const looking = ['bob', 'look', '--attach', path, '--as', 'alice'];
    const sent = await run(send, [...looking, ...serverFlags(server)], { env });
    expect(sent).toEqual({ status: 0, out: '', err: '' });

    const input = 'GETFILE alice 1 pic.bin\nGETFILE alice 1 pic.bin\n';
    const { out, status } = await runChat(['connect', 'bob', ...serverFlags(server)], {
      cwd,
      env,
      input,
    });
    expect(out).toContain('look');
    expect(out).toContain('s> GETFILE OK');
    // The second time, the file is no longer there to be fetched.
    expect(status).not.toBe(0);
    // The file that had this name is unchanged.
    expect((await readFile(path)).equals(bytes)).toBe(true);
    expect((await readFile(join(cwd, 'pic (2).bin'))).equals(bytes)).toBe(true);
  });
});

describe('endpoints', () => {
  const flags = { server: 'localhost', port: undefined, dialect: undefined };
  test.each([
    ['channels://Scott@127.0.0.1:55555', 'Scott', '127.0.0.1', 55555, ''],
    ['channels://Scott@host/168_tas', 'Scott', 'host', 55555, '168_tas'],
    ['CHANNELS://host/#a?b', undefined, 'host', 55555, '#a?b'],
    ['mailbox://al%20ice@[::1]:9/b%C3%B6b', 'al ice', '::1', 9, 'böb'],
    ['basic://host', undefined, 'host', 12345, ''],
  ])('%s', (url, user, host, port, path) => {
    expect(endpointOfUrl(url).target).toEqual({
      ...(user !== undefined && { user }),
      host,
      port,
      path,
    });
  });

  test('a name goes where the flags say, by default with the first protocol', () => {
    expect(endpointOf('alice', flags)).toMatchObject({
      dialect: 'mailbox',
      target: { user: 'alice', host: 'localhost', port: 8888, path: '' },
      serverUrl: 'mailbox://localhost:8888',
    });
    expect(endpointOf('Scott', { server: '::1', port: 7, dialect: channels.name }).serverUrl).toBe(
      'channels://[::1]:7',
    );
  });
});

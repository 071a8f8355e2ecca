// `chat send` by the groups protocol: one message or one file, and an exit status that says what became of it.

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'bun:test';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { hashOfSecret } from '../../../src/protocol/bytes/token';
import { groups } from '../../../src/protocol/groups/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { isolatedEnvironment, runChat, startChat } from '../../support/executable';
import { TestHub } from '../../support/journal';
import { scratchFolder } from '../../support/scratch';
import { startServer, type TestServer } from '../../support/server';
import { Conversation } from './conversation';

let server: TestServer;
let conversation: Conversation;
let folder = '';

beforeAll(async () => {
  folder = await scratchFolder();
  await writeFile(join(folder, 'x.txt'), 'hola');
});
beforeEach(async () => {
  server = await startServer([groups, mailbox]);
  conversation = new Conversation(server.port('groups'));
});
afterEach(async () => {
  await conversation[Symbol.asyncDispose]();
  await server.stop();
});

const url = (to: string, from = 'alice'): string =>
  `groups://${from}@127.0.0.1:${server.port('groups')}/${to}`;
const send = (...args: string[]) => startChat(['send', ...args], { cwd: folder, input: '' });

describe('a text', () => {
  test('is sent when the server has it', async () => {
    await conversation.play('bob enters');
    const { status, out, err } = await runChat(['send', url('bob'), 'hi']);
    expect({ status, out, err }).toEqual({ status: 0, out: '', err: '' });
    await conversation.play('bob < Req.Send User=alice To=bob Id=1 | hi');
  });

  test('finds a user by their port', async () => {
    const bob = await conversation.enter('bob');
    const { status } = await runChat(['send', url(`${bob.tcp.localPort}`), 'hi']);
    expect(status).toBe(0);
    await conversation.play('bob < Req.Send User=alice To=bob Id=1 | hi');
  });

  test('for an unknown user is refused', async () => {
    const { status, err } = await runChat(['send', url('nobody'), 'hi']);
    expect(err).toContain('not delivered to nobody: unknown user');
    expect(status).toBe(67);
  });

  test('from a name that is taken is refused', async () => {
    await conversation.play('alice enters\nbob enters');
    const { status, err } = await runChat(['send', url('bob'), 'hi']);
    expect(err).toContain('alice: this name is taken');
    expect(status).toBe(77);
    await conversation.play('bob .');
  });

  test('to a server that is not there', async () => {
    const to = url('bob');
    await server.stop();
    const { status, err } = await runChat(['send', to, 'hi']);
    expect(err).toContain('No connection to the server');
    expect(status).toBe(69);
  });

  test('line by line comes in order', async () => {
    await conversation.play('bob enters');
    const { status } = await runChat(['send', url('bob'), '-', '--lines'], { input: 'one\ntwo\n' });
    expect(status).toBe(0);
    await conversation.play(`
      bob < Req.Send User=alice To=bob Id=1 | one
      bob > Res.Send confirmation Id=1
    `);
    // Its sender is gone by then, which may be told first: what was sent to bob comes all the same.
    let next = await conversation.peer('bob').read();
    if (next.action === 'disconnect') next = await conversation.peer('bob').read();
    expect(Buffer.from(next.body).toString()).toBe('two');
  });
});

describe('a file', () => {
  const offered = 'bob < File_transfer User=alice Id=f1 Status=offer File-Name=x.txt File-Size=4';

  test('is sent when its receiver has it', async () => {
    await conversation.play('bob enters');
    const sending = await send(url('bob'), 'see', '--attach', 'x.txt');
    await conversation.play(`
      bob < Req.Send User=alice To=bob Id=1 | see
      bob > Res.Send confirmation Id=1
      ${offered}
      bob > File_transfer Id=f1 Status=accept
      bob < Res.Confirmation Id=f1 Status=ok
      bob < File_transfer Id=f1 Status=accept Token=*
      wire connects
      wire > File_transfer Id=f1 Status=data Token=*bob
      wire < File_transfer Type=application/octet-stream Id=f1 Status=data | hola
      wire < File_transfer Id=f1 Status=done
      wire > File_transfer Id=f1 Status=done
      wire |
    `);
    const { status, err } = await sending.ended;
    expect({ status, err }).toEqual({ status: 0, err: 'x.txt is offered to bob\n' });
  });

  test('that is rejected is refused', async () => {
    await conversation.play('bob enters');
    const sending = await send(url('bob'), '--attach', 'x.txt');
    await conversation.play(`
      ${offered}
      bob > File_transfer Id=f1 Status=reject
      bob < Res.Confirmation Id=f1 Status=ok
    `);
    const { status, err } = await sending.ended;
    expect(err).toContain('bob rejects x.txt');
    expect(status).toBe(77);
  });

  test('that is not decided on in time is taken back', async () => {
    await conversation.play('bob enters');
    const sending = await send(url('bob'), '--attach', 'x.txt', '--timeout', '0.2');
    await conversation.play(`
      ${offered}
      bob < File_transfer Id=f1 Status=failed Reason=cancelled | cancelled
    `);
    expect((await sending.ended).status).toBe(75);
  });

  test('is taken back when the sender is interrupted', async () => {
    await conversation.play('bob enters');
    const sending = await send(url('bob'), '--attach', 'x.txt');
    await conversation.play(offered);
    await sending.kill('SIGINT');
    await conversation.play(
      'bob < File_transfer Id=f1 Status=failed Reason=disconnected | disconnected',
    );
  });

  test('for an unknown user, and one that is not there', async () => {
    const { status, err } = await (await send(url('bob'), '--attach', 'x.txt')).ended;
    expect(err).toContain('unknown user');
    expect(status).toBe(67);
    const missing = await (await send(url('bob'), '--attach', 'missing.txt')).ended;
    expect(missing.err).toContain('missing.txt');
    expect(missing.status).toBe(65);
  });

  test('reaches an account of another door that is away, as an attachment', async () => {
    const where = ['-s', '127.0.0.1', '-p', `${server.port('mailbox')}`];
    const who = ['register', 'carol', '--name', 'Carol', '--born', '01/01/2000'];
    const env = await isolatedEnvironment();
    expect((await runChat([...who, ...where], { env })).status).toBe(0);
    const { status, err } = await (await send(url('carol'), '--attach', 'x.txt')).ended;
    expect(err).not.toContain('rejects');
    expect(status).toBe(0);
    const home = await scratchFolder();
    const carol = await startChat(['connect', 'carol', ...where], { cwd: home, env });
    await carol.until(/alice[\s\S]*x\.txt/);
    carol.write('GETFILE alice 1\nQUIT\n');
    await carol.ended;
    expect(await readFile(join(home, 'x.txt'), 'utf8')).toBe('hola');
  });

  test('that came by another door is offered like any other', async () => {
    const bob = await startChat(['connect', url('', 'bob')], { cwd: await scratchFolder() });
    await bob.until('You are in as bob');
    const where = ['-s', '127.0.0.1', '-p', `${server.port('mailbox')}`];
    const who = ['register', 'carol', '--name', 'Carol', '--born', '01/01/2000'];
    const env = await isolatedEnvironment();
    expect((await runChat([...who, ...where], { env })).status).toBe(0);
    const sent = await runChat(
      ['send', 'bob', 'see this', '--attach', 'x.txt', '--as', 'carol', ...where],
      { cwd: folder, env },
    );
    expect(sent.status).toBe(0);
    await bob.until('carol: see this');
    const [, id] = await bob.until(/carol offers x\.txt \(4 bytes\): accept (\S+) /);
    bob.write(`accept ${id}\n`);
    await bob.until('x.txt from carol is saved as x.txt');
    await bob.kill();
  });
});

test('an account is who its token says, in a session and in one message', async () => {
  const data = await scratchFolder();
  const hub = new TestHub(join(data, 'chat.db'));
  const key = '1'.repeat(43);
  hub.registerWith('eve', hashOfSecret(key));
  hub.journal.close();
  hub.db.close();
  await using own = await startServer([groups], { folder: data });
  const place = `groups://eve@127.0.0.1:${own.port('groups')}`;
  await using played = new Conversation(own.port('groups'));
  await played.play('bob enters');

  const without = await runChat(['send', `${place}/bob`, 'hi']);
  expect(without.err).toContain('eve: this name is taken');
  expect(without.status).toBe(77);
  const wrong = await runChat(['send', `${place}/bob`, 'hi'], { env: { CHAT_TOKEN: 'wrong' } });
  expect(wrong.status).toBe(77);

  const env = { CHAT_TOKEN: key };
  expect((await runChat(['send', `${place}/bob`, 'hi'], { env })).status).toBe(0);
  await played.play('bob < Req.Send User=eve To=bob Id=1 | hi');
  const first = await startChat(['connect', place], { env });
  first.write('group club\nquit\n');
  await first.ended;
  const second = await startChat(['connect', place], { env });
  await second.until('You are in the group club.');
  await second.kill();
});

describe('chat users', () => {
  const users = (...args: string[]) => runChat(['users', ...args]);
  const at = (name = ''): string => `groups://${name}127.0.0.1:${server.port('groups')}`;

  test('lists the users of every door, and not the one who only asks', async () => {
    await conversation.play('bob enters');
    await conversation.play('carol enters');
    const { status, out, err } = await users(at('alice@'));
    expect({ status, out, err }).toEqual({ status: 0, out: 'bob\ncarol\n', err: '' });
    expect((await users(at(), '--as', 'alice', '--json')).out).toBe(
      '{"name":"bob"}\n{"name":"carol"}\n',
    );
    // The one who asked is here no more.
    expect((await users(at('alice@'))).out).toBe('bob\ncarol\n');
  });

  test('is refused a name that is taken, and says that one is needed', async () => {
    await conversation.play('bob enters');
    const taken = await users(at('bob@'));
    expect({ status: taken.status, out: taken.out }).toEqual({ status: 77, out: '' });
    expect(taken.err).toContain('bob: this name is taken');
    const nobody = await users(at());
    expect(nobody.status).toBe(64);
    expect(nobody.err).toContain('Say who asks');
  });

  test('says where no server was found', async () => {
    await server.stop();
    const { status, err } = await users(at('alice@'));
    expect(status).toBe(69);
    expect(err).toContain('127.0.0.1');
    server = await startServer([groups, mailbox]);
  });
});

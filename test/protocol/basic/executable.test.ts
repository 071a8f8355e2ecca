// The basic protocol as the source runs it: `chat serve --basic`, `chat send basic://`, pipes and a terminal.

import { expect, test } from 'bun:test';

import { type Chat, runChat, startChat } from '../../support/executable';
import { keys, openChat } from '../../support/pty';
import { connectTcp } from '../../support/tcp';

const serving = ['serve', '--basic', '0', '--memory', '--host', '127.0.0.1'];

async function portOf(server: Chat): Promise<number> {
  const [, port] = await server.until(/^basic +(\d+)/m, { on: 'err' });
  return Number(port);
}

test("the source's example", async () => {
  const server = await startChat(serving);
  const url = `basic://localhost:${await portOf(server)}`;
  for (const input of [
    'I am a student in CS168. This class is awesome!\n',
    'Why is Shenker so bad at drawing?',
  ]) {
    expect(await runChat(['send', url, '-'], { input })).toEqual({ status: 0, out: '', err: '' });
  }
  const { status, out } = await server.kill('SIGINT');
  expect(out).toBe(
    'I am a student in CS168. This class is awesome!\nWhy is Shenker so bad at drawing?\n',
  );
  expect(status).toBe(0);
});

test('a client that sends while another is served waits for its turn', async () => {
  const server = await startChat(serving);
  const port = await portOf(server);
  await using talker = await connectTcp(port);
  await talker.send('I was here first, ');
  await server.until('I was here first, ');
  const sent = runChat(['send', `basic://localhost:${port}`, 'then I']);
  await talker.send('and I take my time');
  talker.finish();
  expect((await sent).status).toBe(0);
  const { out } = await server.kill('SIGINT');
  expect(out).toBe('I was here first, and I take my time\nthen I\n');
});

test('no server listens', async () => {
  const server = await startChat(serving);
  const port = await portOf(server);
  await server.kill('SIGINT');
  const { status, err } = await runChat(['send', `basic://localhost:${port}`, 'hi']);
  expect(err).toBe(`Unable to connect to localhost:${port}\n`);
  expect(status).toBe(69);
});

test('on a terminal nothing that is sent moves anything', async () => {
  await using screen = await openChat(serving);
  await screen.until(/^basic +\d+/m);
  const port = Number(/^basic +(\d+)/m.exec(screen.everything)?.[1]);
  await using eve = await connectTcp(port);
  const euro = Buffer.from('€');
  await eve.send('\x1b[2Jone\r\ntwo \u202e');
  await screen.until('two');
  await eve.send(euro.subarray(0, 2));
  await eve.send(euro.subarray(2));
  eve.finish();
  await eve.readToEnd();
  await screen.until('€');
  expect(screen.everything.split('\n').slice(-2)).toEqual(['\\x1b[2Jone', 'two \\u202e€']);
  screen.type(keys.control('c'));
  expect(await screen.ended).toBe(0);
});

test('typed lines go out one by one', async () => {
  const server = await startChat(serving);
  const port = await portOf(server);
  await using screen = await openChat(['connect', `basic://localhost:${port}`]);
  screen.type(`one${keys.enter}`);
  await server.until('one\n');
  screen.type(`two${keys.enter}${keys.control('d')}`);
  expect(await screen.ended).toBe(0);
  const { out } = await server.kill('SIGINT');
  expect(out).toBe('one\ntwo\n');
});

// The basic door of a real server: whole messages, one client after the other in the order of arrival.

import { expect, test } from 'bun:test';

import { basic } from '../../../src/protocol/basic/index';
import { type KeptConsole, startServer } from '../../support/server';
import { connectTcp } from '../../support/tcp';

const printed = (console: KeptConsole): string => Buffer.concat(console.bytes).toString();
const untilPrinted = (console: KeptConsole, text: string): Promise<void> =>
  console.until(() => printed(console) === text);

test("the source's two clients", async () => {
  await using server = await startServer([basic]);
  for (const text of [
    'I am a student in CS168. This class is awesome!\n',
    'Why is Shenker so bad at drawing?\n',
  ]) {
    const peer = await connectTcp(server.port('basic'));
    await peer.send(text);
    peer.finish();
    expect(await peer.readToEnd()).toBeEmpty();
  }
  expect(printed(server.console)).toBe(
    'I am a student in CS168. This class is awesome!\nWhy is Shenker so bad at drawing?\n',
  );
});

test('a client that comes while another is served waits, however it ends', async () => {
  await using server = await startServer([basic]);
  const port = server.port('basic');
  const first = await connectTcp(port);
  await first.send('first: one, ');
  await untilPrinted(server.console, 'first: one, ');

  const patient = await connectTcp(port);
  await patient.send('second\n');
  const closing = await connectTcp(port);
  await closing.send('third, which has already closed');
  closing.close();
  const broken = await connectTcp(port);
  broken.reset();
  const last = await connectTcp(port);
  await last.send('fifth\n');
  last.finish();

  await first.send('two');
  await untilPrinted(server.console, 'first: one, two');
  first.finish();
  await untilPrinted(server.console, 'first: one, two\nsecond\n');
  await patient.send('and more of it');
  await untilPrinted(server.console, 'first: one, two\nsecond\nand more of it');
  patient.finish();
  await last.readToEnd();
  expect(printed(server.console)).toBe(
    'first: one, two\nsecond\nand more of it\nthird, which has already closed\nfifth\n',
  );
});

test('a message of any length is printed whole', async () => {
  await using server = await startServer([basic]);
  const peer = await connectTcp(server.port('basic'));
  const long = Buffer.alloc(21 * 1_000_000, 'all work and no play\n');
  await peer.send(long);
  peer.finish();
  await peer.readToEnd();
  expect(Buffer.concat(server.console.bytes).equals(long)).toBe(true);
});

test('a hundred at once are each printed whole', async () => {
  await using server = await startServer([basic]);
  const texts = Array.from({ length: 100 }, (_, at) => `client ${at} `.repeat(500).trim());
  await Promise.all(
    texts.map(async (text) => {
      const peer = await connectTcp(server.port('basic'));
      await peer.send(text);
      peer.finish();
      await peer.readToEnd();
    }),
  );
  expect(printed(server.console).split('\n').sort()).toEqual(['', ...texts].sort());
});

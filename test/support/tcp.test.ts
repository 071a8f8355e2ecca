// The raw peer itself: whole and split sends, exact reads, and failures that say what came instead.
import { expect, test } from 'bun:test';

import { connectTcp, listenTcp } from './tcp';

test('what is sent whole or byte by byte arrives in order, and is read as asked', async () => {
  await using listener = listenTcp();
  await using client = await connectTcp(listener.port);
  await using called = await listener.accept();
  await client.send('hello ');
  await client.sendByteByByte('world\nrest');
  expect(await called.readTo('\n')).toBe('hello world\n');
  expect(Buffer.from(await called.read(4)).toString()).toBe('rest');
});

test('a send larger than any buffer arrives whole', async () => {
  await using listener = listenTcp();
  await using client = await connectTcp(listener.port);
  await using called = await listener.accept();
  const much = Buffer.alloc(20_000_000, 'x');
  const [got] = await Promise.all([called.read(much.length), client.send(much)]);
  expect(Buffer.compare(got, much)).toBe(0);
});

test('one side may end while the other still speaks', async () => {
  await using listener = listenTcp();
  await using client = await connectTcp(listener.port);
  await using called = await listener.accept();
  await client.send('last word');
  client.finish();
  expect(Buffer.from(await called.readToEnd()).toString()).toBe('last word');
  await called.send('answer');
  called.close();
  expect(Buffer.from(await client.readToEnd()).toString()).toBe('answer');
});

test('an end in the middle says what came', async () => {
  await using listener = listenTcp();
  await using client = await connectTcp(listener.port);
  await using called = await listener.accept();
  await client.send('ab');
  client.close();
  expect(called.read(3)).rejects.toThrow('ended before 3 bytes came; 2 bytes did: "ab"');
});

test('a port where nobody listens is an error at once', async () => {
  const listener = listenTcp();
  listener.close();
  expect(connectTcp(listener.port)).rejects.toThrow();
});

// The background thread by itself: where it listens, whom it hears, and how it stops.
import { expect, test } from 'bun:test';

import type { Listener } from '../../src/protocol/dialect';
import type { Result } from '../../src/protocol/model';
import { fakeServer } from './fake_server';
import { type TestHost, testHost } from './record';

const listen = (
  { host }: TestHost,
  heard: (incoming: unknown) => void | Promise<boolean> = () => {},
): Promise<Result<Listener, 'unavailable'>> =>
  new Promise((resolve) => host.listen(heard, resolve));

/** Says something to a listener and waits for its clean end; `refused` where nobody listens. */
async function call(
  port: number,
  content: string,
  hostname = '127.0.0.1',
): Promise<'ended' | 'lost' | 'refused'> {
  const { promise, resolve } = Promise.withResolvers<'ended' | 'lost'>();
  try {
    await Bun.connect({
      hostname,
      port,
      socket: {
        open: (socket) => void socket.write(content),
        data() {},
        end: () => resolve('ended'),
        close: () => resolve('lost'),
        connectError() {},
      },
    });
  } catch {
    return 'refused';
  }
  return promise;
}

function portOf(result: Result<Listener, 'unavailable'>): number {
  if (!result.ok) throw new Error(result.why);
  return result.value.port;
}

test('hears calls before anything was dialled, and none once it was stopped', async () => {
  const client = testHost(1);
  const heard: unknown[] = [];
  const told = Promise.withResolvers<void>();
  const listening = await listen(client, (incoming) => {
    heard.push(incoming);
    told.resolve();
  });
  const port = portOf(listening);
  expect(await call(port, 'SEND_MESS_ACK\x007\0')).toBe('ended');
  await told.promise;
  expect(heard).toEqual([{ call: 'SEND_MESS_ACK', id: '7' }]);
  client.host.exit('done');
  expect(await client.ending).toBe('done');
  expect(await call(port, 'SEND_MESS_ACK\x008\0')).toBe('refused');
  expect(heard).toHaveLength(1);
});

test('ends a call when the user has it, and resets what they could not get', async () => {
  const client = testHost(1);
  const told = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const answers = [Promise.withResolvers<boolean>(), Promise.withResolvers<boolean>()];
  let count = 0;
  const port = portOf(
    await listen(client, () => {
      told[count]?.resolve();
      return answers[count++]?.promise;
    }),
  );
  const first = call(port, 'SEND_MESSAGE\0bob\x007\0hi\0');
  await told[0]?.promise;
  const second = call(port, 'SEND_MESSAGE\0bob\x008\0hi\0');
  await told[1]?.promise;
  answers[1]?.resolve(false);
  expect(await second).toBe('lost');
  answers[0]?.resolve(true);
  expect(await first).toBe('ended');
  client.host.exit('done');
  expect(await client.ending).toBe('done');
});

test('listens on the way to the address that answers, where a name has several', async () => {
  const server = fakeServer((client) => client.close());
  const lookUp = (): Promise<string[]> => Promise.resolve(['127.0.0.9', '127.0.0.1']);
  const client = testHost(server.port, { hostname: 'chat.test', lookUp });
  const port = portOf(await listen(client));
  // Calls come from the address that was found to answer, not from the first of the name's.
  expect(await call(port, 'SEND_MESS_ACK\x007\0')).toBe('ended');
  client.host.exit('done');
  await client.ending;
  server.stop();
});

test('hears calls over IPv6, where the server is', async () => {
  const client = testHost(1, { hostname: '::1' });
  const port = portOf(await listen(client));
  expect(await call(port, 'SEND_MESS_ACK\x007\0', '::1')).toBe('ended');
  client.host.exit('done');
  await client.ending;
});

test('there is none without a way to the server', async () => {
  const client = testHost(1, { lookUp: () => Promise.reject(new Error('unknown')) });
  expect(await listen(client)).toEqual({ ok: false, why: 'unavailable' });
});

test('there is none for a dialect that is never called back', async () => {
  const client = testHost(1, { dialect: 'channels' });
  expect(await listen(client)).toEqual({ ok: false, why: 'unavailable' });
  client.host.exit('done');
  expect(await client.ending).toBe('done');
});

test('leaving does not wait for a listener that is still starting', async () => {
  const client = testHost(1);
  const listening = listen(client);
  client.host.exit('done');
  expect(await client.ending).toBe('done');
  expect(await listening).toEqual({ ok: false, why: 'unavailable' });
});

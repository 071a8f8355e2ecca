// A peer who asks too often is refused at each door in its own words; a friend from another address is served.

import { expect, test } from 'bun:test';
import { createConnection } from 'node:net';

import { channels } from '../../../src/protocol/channels/index';
import { texts as channelsTexts } from '../../../src/protocol/channels/wire/messages';
import { groups } from '../../../src/protocol/groups/index';
import { mailbox } from '../../../src/protocol/mailbox/index';
import { market } from '../../../src/protocol/market/index';
import { texts as marketTexts } from '../../../src/protocol/market/wire/messages';
import { relay } from '../../../src/protocol/relay/index';
import { web } from '../../../src/protocol/web/index';
import { readRates } from '../../../src/server/quota/flag';
import { ChannelsPeer } from '../../protocol/channels/person';
import { GroupsPeer } from '../../protocol/groups/person';
import { operation, register } from '../../protocol/mailbox/person';
import { nul } from '../../protocol/mailbox/support';
import { MarketPeer } from '../../protocol/market/person';
import { oi } from '../../protocol/relay/frames';
import { RelayProgram } from '../../protocol/relay/person';
import { join, tokenFor } from '../../protocol/web/person';
import { HandClock } from '../../support/hand_clock';
import { startServer, type TestServer } from '../../support/server';

/** More than one connection, and than the address, may do at once at the rates below. */
const many = 300;

const startStrict = (): Promise<TestServer> =>
  startServer([mailbox, channels, relay, market, groups, web], {
    bounds: { rates: { perSecond: readRates('messages=10,rooms=0.2,registrations=0.2,names=5') } },
  });

/** One mailbox request from another address of this machine: the code of its answer. */
async function codeFrom(host: string, port: number, ...fields: string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  createConnection({ host: '127.0.0.1', port, localAddress: host })
    .once('data', (bytes) => resolve(Number(bytes[0])))
    .on('error', reject)
    .write(nul(...fields));
  return promise;
}

const codeOf = (answer: string): number => answer.charCodeAt(0);

test('mailbox: messages and registrations beyond the address rate fail; another address is served', async () => {
  await using server = await startStrict();
  const port = server.port('mailbox');
  await register(port, 'alice');
  await register(port, 'bob');
  const codes: number[] = [];
  for (let count = 0; count < many; count++) {
    codes.push(codeOf(await operation(port, 'SEND', 'alice', 'bob', `${count}`)));
  }
  expect(codes.slice(0, 150)).toEqual(Array.from({ length: 150 }, () => 0));
  expect(codes).toContain(2);
  expect(await codeFrom('127.0.0.2', port, 'SEND', 'alice', 'bob', 'hi')).toBe(0);
  const registered: number[] = [];
  for (let count = 0; count < many; count++) {
    registered.push(codeOf(await register(port, `user${count}`)));
  }
  expect(registered[0]).toBe(0);
  expect(registered).toContain(2);
  const carol = ['REGISTER', 'Carol', 'carol', '01/01/2000'];
  expect(await codeFrom('127.0.0.2', port, ...carol)).toBe(0);
});

test('market: a line for each transfer too many, and the ledger grows no more', async () => {
  await using server = await startStrict();
  await using ann = new MarketPeer(server.port('market'), 'ann');
  await using ben = new MarketPeer(server.port('market'), 'ben');
  await ben.enter('ben', 0);
  await ann.enter('ann', 1000);
  for (let count = 0; count < 100; count++) ann.client.pay('ben', 1);
  await ann.settled();
  const busy = ann.rest.filter((line) => line.endsWith(marketTexts.busy.split(': ').at(-1) ?? ''));
  expect(busy.length).toBeGreaterThan(50);
  expect(busy.length).toBeLessThan(100);
  ben.client.pay('ann', 0);
  await ben.settled();
  expect(ben.rest.some((line) => line.endsWith(marketTexts.badAmount))).toBe(true);
});

test('channels: the server’s line for each channel too many', async () => {
  await using server = await startStrict();
  await using peer = new ChannelsPeer(server.port('channels'));
  peer.send('eve', ...Array.from({ length: 60 }, (_, at) => `/create c${at}`));
  const frames: string[] = [];
  while (frames.length < 45) frames.push(await peer.read());
  expect(new Set(frames)).toEqual(new Set([channelsTexts.busy]));
});

test('groups: try-later', async () => {
  await using server = await startStrict();
  await using peer = await GroupsPeer.connect(server.port('groups'));
  await peer.send({ action: 'connect', user: 'eve' });
  await peer.read();
  const statuses: (string | undefined)[] = [];
  for (let count = 0; count < 30; count++) {
    await peer.send({ action: 'create', group: `g${count}`, id: `${count}` });
    statuses.push((await peer.read()).status);
  }
  expect(statuses[0]).toBe('ok');
  expect(statuses).toContain('try-later');
});

test('relay: ERRO to one who takes numbers too often', async () => {
  await using server = await startStrict();
  const kinds: string[] = [];
  for (let count = 0; count < many; count++) {
    const program = await RelayProgram.connect(server.port('relay'));
    program.send(oi(0));
    kinds.push((await program.next()).kind);
    program.reset();
  }
  expect(kinds[0]).toBe('OK');
  expect(kinds).toContain('ERRO');
});

test('web: a session is refused as rate-limited, and HTTP as 429 with Retry-After', async () => {
  // One message of an account in 10 s.
  const rates = { perSecond: readRates('messages=1') };
  await using server = await startServer([web], { bounds: { rates } });
  const port = server.port('web');
  await using eve = await join(port, 'eve');
  await using ann = await join(port, 'ann');
  const send = (key: number) =>
    eve.ask({ do: 'send', to: 'ann', text: 'hi', key: `request-number-${key}` }).then(
      () => 'done',
      (error: Error) => error.message,
    );
  const outcomes = await Promise.all(Array.from({ length: 30 }, (_, at) => send(at)));
  expect(outcomes[0]).toBe('done');
  expect(new Set(outcomes)).toEqual(new Set(['done', 'rate-limited']));
  const credentials = btoa(`eve:${tokenFor('eve')}`);
  const answer = await fetch(`http://127.0.0.1:${port}/api/messages`, {
    method: 'POST',
    headers: { authorization: `Basic ${credentials}`, 'content-type': 'application/json' },
    body: JSON.stringify({ to: 'ann', text: 'hi' }),
  });
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await answer.json()).toEqual({ why: 'rate-limited' });
  // Eve's flood has not used up what Ann may do.
  await ann.ask({ do: 'send', to: 'eve', text: 'stop', key: 'request-of-ann' });
});

test('web: Retry-After is after how long the request succeeds, and not before', async () => {
  const clock = new HandClock();
  // One message of an account in 200 s.
  const rates = { perSecond: readRates('messages=0.05') };
  await using server = await startServer([web], { bounds: { rates, clock } });
  const port = server.port('web');
  for (const name of ['ann', 'eve']) await (await join(port, name))[Symbol.asyncDispose]();
  const send = () =>
    fetch(`http://127.0.0.1:${port}/api/messages`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`eve:${tokenFor('eve')}`)}` },
      body: JSON.stringify({ to: 'ann', text: 'hi' }),
    });
  expect((await send()).status).toBe(201);
  const tooOften = await send();
  expect([tooOften.status, tooOften.headers.get('retry-after')]).toEqual([429, '200']);
  clock.pass(150_000);
  expect((await send()).headers.get('retry-after')).toBe('50');
  clock.pass(49_500);
  expect((await send()).headers.get('retry-after')).toBe('1');
  clock.pass(1_000);
  expect((await send()).status).toBe(201);
});

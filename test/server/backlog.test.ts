// A peer who is behind: nobody is dropped for what others say, who floods is cut short, private messages wait.

import { expect, test } from 'bun:test';

import type { Socket } from '../../src/net/socket';
import type { Session } from '../../src/protocol/dialect';
import { limits } from '../../src/protocol/limits';
import { market } from '../../src/protocol/market';
import type { Direct, Notice, Said } from '../../src/protocol/model';
import { ConnectionHost } from '../../src/server/net/connection_host';
import { hostDeps } from '../support/host_deps';
import { named, roomNamed } from '../support/journal';
import { startServer } from '../support/server';
import { connectTcp } from '../support/tcp';

const textBytes = 1_000;
const answerBytes = 10_000;
const behindBytes = limits.net.sendQueueBytes * limits.net.backlogShare;
const reserveBytes = limits.net.sendQueueBytes * limits.net.backlogReserveShare;
const text = 'x'.repeat(textBytes);

/** A connection whose session writes every text that it is told, to a peer who reads when the test says so. */
function slowReader() {
  const told: string[] = [];
  const hear = (from: string, bytes = textBytes): void => {
    told.push(from);
    socket.write(new Uint8Array(bytes), false);
  };
  let queued = 0;
  const socket: Socket = {
    host: '127.0.0.1',
    remote: { host: '127.0.0.1', port: 1 },
    local: { host: '127.0.0.1', port: 2 },
    get queued() {
      return queued;
    },
    get room() {
      return limits.net.sendQueueBytes - queued;
    },
    write: (bytes) => void (queued += bytes.length),
    end() {},
    abort() {},
    keepAlive() {},
    pause: () => void told.push('pause'),
    resume: () => void told.push('resume'),
  };
  const host = new ConnectionHost(socket, hostDeps({}));
  const session: Session = {
    takeNext: (inbox) => {
      if (!inbox.take(1)) return 'more';
      hear('answer', answerBytes);
      return 'taken';
    },
    tell: (notice) => hear('from' in notice ? notice.from : notice.is),
    tellAll: (run) => run.forEach(({ from }) => hear(from)),
    deliver: ({ from }, settle) => {
      hear(from);
      settle('delivered');
    },
    ended() {},
    lost() {},
  };
  host.start(session);
  const read = (): void => {
    queued = 0;
    host.drained();
  };
  const count = (name: string): number => told.filter((from) => from === name).length;
  return { host, told, read, count, queued: () => queued };
}

const said = (from: string): Said => ({
  is: 'said',
  room: roomNamed('square'),
  from: named(from),
  text,
  origin: 'test',
  at: 1,
});
const direct = (from: string, serial: number): Direct => ({
  is: 'direct',
  serial,
  id: serial,
  from: named(from),
  to: named('victim'),
  text,
  origin: 'test',
  at: 1,
});

test('who floods is cut short, others are heard, and what is owed comes', () => {
  const { host, count, queued } = slowReader();
  const floods = (2 * limits.net.sendQueueBytes) / textBytes;
  for (let at = 0; at < floods; at++) for (const name of ['m1', 'm2']) host.tell(said(name));
  expect(count('m1')).toBeLessThan(floods / 4);
  expect(count('m2')).toBeGreaterThan(count('m1') / 2);
  host.tell(said('alice'));
  expect(count('alice')).toBe(1);
  const paid: Notice = { is: 'paid', from: named('bank'), origin: 'test', amount: 1 };
  host.tell(paid);
  expect(count('bank')).toBe(1);
  expect(queued()).toBeLessThan(limits.net.sendQueueBytes - reserveBytes / 2);
});

test('a hundred who flood leave the same room', () => {
  const { host, count, queued } = slowReader();
  for (let at = 0; at < 1_000; at++)
    for (let name = 0; name < 100; name++) host.tell(said(`m${name}`));
  host.tell(said('alice'));
  expect(count('alice')).toBe(1);
  expect(queued()).toBeLessThan(limits.net.sendQueueBytes - reserveBytes / 2);
});

test('a long text is not told to a peer who is behind where it would leave no room for others', () => {
  const { host, count } = slowReader();
  for (let at = 0; at < 2 * limits.net.sendQueueBytes; at += textBytes) host.tell(said('m'));
  for (let at = 0; at < 2_000; at++) host.tell(said('m2'));
  for (let at = 0; at < 2_000; at++) host.tell(said('m3'));
  for (let at = 0; at < 2_000; at++) host.tell(said('m4'));
  host.tell({ ...said('m5'), text: 'x'.repeat(limits.hub.textBytes) });
  expect(count('m5')).toBe(0);
  host.tell(said('alice'));
  expect(count('alice')).toBe(1);
});

test('a run of much is told one by one, and so is one to a peer who is behind', () => {
  const { host, told } = slowReader();
  const run = Array.from({ length: 1 + limits.net.longRun / textBytes }, () => said('m'));
  expect(host.tellAll(run)).toBe(false);
  expect(told).toEqual([]);
  expect(host.tellAll(run.slice(0, 2))).toBe(true);
  for (const one of run) host.tell(one);
  expect(host.tellAll(run.slice(0, 2))).toBe(false);
});

/** A peer who is behind, for whom as many private messages wait as are told at once. */
function behind() {
  const reader = slowReader();
  const { host, told } = reader;
  while (told.length <= behindBytes / textBytes) host.tell(said('m'));
  let serial = 0;
  for (let bytes = 0; bytes < behindBytes; bytes += textBytes)
    host.deliver(direct('first', ++serial), () => {});
  return reader;
}

test('a flood holds up no private message', () => {
  const { host, told, queued } = slowReader();
  for (let at = 0; at < (2 * limits.net.sendQueueBytes) / textBytes; at++) host.tell(said('m'));
  const results: string[] = [];
  host.deliver(direct('alice', 1), (result) => results.push(result));
  expect([told.at(-1), results]).toEqual(['alice', ['delivered']]);
  expect(queued()).toBeLessThan(limits.net.sendQueueBytes - reserveBytes / 2);
});

test('of many private messages the rest waits until the peer has read, in their order', () => {
  const { host, told, read } = behind();
  const results: string[] = [];
  told.length = 0;
  for (const serial of [1, 2]) {
    host.deliver(direct(`from ${serial}`, serial), (result) => results.push(`${serial} ${result}`));
  }
  expect([told, results]).toEqual([[], []]);
  read();
  expect(told).toEqual(['from 1', 'from 2']);
  expect(results).toEqual(['1 delivered', '2 delivered']);
});

test('private messages that wait on a connection that is lost have failed', () => {
  const { host } = behind();
  const results: string[] = [];
  host.deliver(direct('alice', 1), (result) => results.push(result));
  host.lost('reset');
  expect(results).toEqual(['failed']);
});

test('who asks and does not read the answers is not read either', () => {
  const { host, told, read, count } = slowReader();
  const unread = Math.ceil(limits.net.unreadBytes / answerBytes);
  for (let at = 0; at <= unread + 10; at++) host.data(new Uint8Array(1));
  expect(count('answer')).toBe(unread);
  expect(told.at(-1)).toBe('pause');
  read();
  expect(count('answer')).toBe(unread + 11);
  expect(told).toContain('resume');
});

test('at a real door: a user who does not read stays, and hears a friend after a flood', async () => {
  await using server = await startServer([market]);
  const peers = [];
  for (const name of ['mallory', 'alice', 'victim']) {
    const peer = await connectTcp(server.port('market'));
    peers.push(peer);
    await peer.send(`${name}\n5\n`);
    await peer.readTo('set to your account.');
  }
  const [mallory, alice, victim] = peers;
  if (!mallory || !alice || !victim) throw new Error('somebody is missing');
  victim.stopReading();
  const line = 'y'.repeat(60_000);
  for (let at = 0; at < 300; at++) {
    await mallory.send(`${line}\n`);
    await alice.readTo(`<mallory>: ${line}`);
  }
  await alice.send('are you there?\n');
  await mallory.readTo('<alice>: are you there?');
  victim.readOn();
  expect(await victim.readTo('<alice>: are you there?')).toContain('<mallory>: y');
  expect(victim.closed).toBe(false);
});

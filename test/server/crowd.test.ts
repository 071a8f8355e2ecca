// 5,000 bad peers at once at the built server: good peers do not notice them, and memory stays where it was.

import { expect, test } from 'bun:test';
import { readFile } from 'node:fs/promises';

import { ask, attachment, register, takeCalls } from '../protocol/mailbox/person';
import { nul } from '../protocol/mailbox/support';
import { startChat } from '../support/executable';
import { scratchFolder } from '../support/scratch';

const crowd = 5_000;
/** How long an operation of a good peer may take: long for a busy machine, and far below the bad peers' 30 s. */
const patienceMs = 2_000;

type Bad = 'silent' | 'slow' | 'deaf' | 'garbage' | 'endless';
const kinds: readonly Bad[] = ['silent', 'slow', 'silent', 'slow', 'garbage', 'endless', 'silent'];

/** A peer that does one thing wrong and then only waits. Resolves once it has begun. */
function badPeer(port: number, kind: Bad): Promise<Bun.Socket> {
  return Bun.connect({
    hostname: '127.0.0.1',
    port,
    allowHalfOpen: true,
    socket: {
      open(socket) {
        if (kind === 'slow') socket.write('SEND\0ali');
        if (kind === 'garbage') socket.write('\xff\xfe\0\x80\0');
        if (kind === 'endless') socket.write(Buffer.alloc(100_000, 'x'));
        if (kind === 'deaf') {
          socket.pause();
          socket.write(nul('GETFILE', 'bob', 'alice', '1'));
        }
      },
      data() {},
      error() {},
    },
  });
}

async function residentKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]);
}

test('5,000 at once', async () => {
  const data = await scratchFolder();
  const server = await startChat(['serve', '-p', '0', '--host', '127.0.0.1', '--data', data]);
  const [, found] = await server.until(/init server 127\.0\.0\.1:(\d+)/);
  const port = Number(found);
  const bob = takeCalls();
  for (const alias of ['alice', 'bob']) await register(port, alias);
  await ask(port, nul('CONNECT', 'bob', String(bob.port)));
  // More than the sockets between two peers hold.
  await ask(port, attachment('alice', 'bob', 'a', Buffer.alloc(16_000_000, 'a')));
  const before = await residentKiB(server.pid);

  const bad: Bun.Socket[] = [];
  for (let count = 0; count < 20; count++) bad.push(await badPeer(port, 'deaf'));
  while (bad.length < crowd) {
    const next = Array.from({ length: Math.min(250, crowd - bad.length) }, (_, index) =>
      badPeer(port, kinds[index % kinds.length] ?? 'silent'),
    );
    bad.push(...(await Promise.all(next)));
    // Meanwhile a good peer comes and goes.
    const start = performance.now();
    expect(await ask(port, nul('SEND', 'alice', 'bob', `${bad.length}`))).toStartWith('\0');
    expect(performance.now() - start).toBeLessThan(patienceMs);
  }
  for (const operation of [
    nul('REGISTER', 'Carol', 'carol', '01/01/2000'),
    nul('CONNECTEDUSERS', 'bob'),
    nul('SEND', 'carol', 'bob', 'hello'),
  ]) {
    const start = performance.now();
    expect(await ask(port, operation)).toStartWith('\0');
    expect(performance.now() - start).toBeLessThan(patienceMs);
  }
  await server.until('s> SEND MESSAGE 1 FROM carol TO bob');
  expect(bob.calls).toContain(nul('SEND_MESSAGE', 'carol', '1', 'hello'));

  // What 5,000 connections and 20 pieces of a file on their way cost, and not what they did not read.
  expect((await residentKiB(server.pid)) - before).toBeLessThan(96 * 1024);
  for (const socket of bad) socket.terminate();
  expect(await ask(port, nul('CONNECTEDUSERS', 'bob'))).toBe(`\0${nul('1', 'bob')}`);
  expect(server.err).not.toContain('chat: ');
  expect((await server.kill()).status).toBe(0);
  bob.stop();
}, 30_000);

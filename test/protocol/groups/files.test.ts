// Files between real clients: one file for several users, one of them slow, in constant memory; and every way to go wrong.

import { describe, expect, test } from 'bun:test';
import { createReadStream } from 'node:fs';
import { readdir, readFile, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Chat } from '../../support/executable';
import { aboutFile, canMakeDisks, makeFile, MiB, onDiskOf, Stage } from './file_stage';
import type { GroupsPeer } from './person';

/** Enough to fill every buffer on its way many times; CHAT_TEST_FILE_MIB asks for more. In bytes. */
const size = Number(process.env['CHAT_TEST_FILE_MIB'] ?? 32) * MiB;
/** How long the slow receiver takes at least, in seconds. */
const slowSeconds = 4 + size / MiB / 10;
/** What a program may take on top of what it took before the file, in bytes: its buffers, and Bun's own habits. */
const growthMax = 96 * MiB;
const testMs = 60_000 + (size / MiB) * 400;

async function hashOf(path: string): Promise<string> {
  const hasher = new Bun.CryptoHasher('sha256');
  for await (const piece of createReadStream(path)) hasher.update(piece as Uint8Array);
  return hasher.digest('hex');
}

/** The memory that a process has now, or the most that it ever had, in bytes. */
async function memoryOf(chat: Chat, which: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${chat.pid}/status`, 'utf8');
  return Number(new RegExp(`${which}:\\s+(\\d+)`).exec(status)?.[1]) * 1024;
}

/** Fetches as a raw client; takes `bytesPerSecond` at most. The hash of what came. */
async function fetchSlowly(
  connection: GroupsPeer,
  id: string,
  token: string,
  bytesPerSecond: number,
): Promise<string> {
  await connection.send(`File_transfer Id=${id} Status=data Token=${token}`);
  const hasher = new Bun.CryptoHasher('sha256');
  let came = 0;
  const start = performance.now();
  for (;;) {
    const message = await connection.read();
    if (message.status === 'done') break;
    hasher.update(message.body);
    came += message.body.length;
    const early = (came / bytesPerSecond) * 1000 - (performance.now() - start);
    if (early > 0) await new Promise((next) => setTimeout(next, early));
  }
  await connection.send(`File_transfer Id=${id} Status=done`);
  await connection.readToEnd();
  return hasher.digest('hex');
}

describe('a file for three', () => {
  test(
    'is brought once and comes whole to each, a slow one too, in constant memory',
    async () => {
      await using stage = await Stage.open();
      const [alice, bob, carol] = [
        await stage.connect('alice'),
        await stage.connect('bob'),
        await stage.connect('carol'),
      ];
      const dan = await stage.enter('dan');
      const hash = await makeFile(join(alice.folder, 'big.bin'), size);
      const all = [stage.server, alice.chat, bob.chat, carol.chat];
      const before = await Promise.all(all.map((chat) => memoryOf(chat, 'VmRSS')));

      alice.chat.write('file big.bin bob carol dan\n');
      const offered = /alice offers big\.bin \(\d+ bytes\): accept (\S+) /;
      for (const { chat } of [bob, carol]) {
        const [, id] = await chat.until(offered);
        chat.write(`accept ${id}\n`);
      }
      const { id = '' } = await aboutFile(dan, 'offer');
      await dan.send(`File_transfer Id=${id} Status=accept`);

      // A conversation never waits behind a file.
      alice.chat.write('chat bob\nmeanwhile\n');
      await bob.chat.until('alice: meanwhile');

      const { token = '' } = await aboutFile(dan, 'accept');
      const start = performance.now();
      const slow = fetchSlowly(await stage.dial(), id, token, size / slowSeconds);
      const within = { withinMs: testMs };
      await Promise.all([bob, carol].map(({ chat }) => chat.until('is saved as', within)));
      const fastMs = performance.now() - start;
      expect(await slow).toBe(hash);
      const slowMs = performance.now() - start;
      for (const to of ['bob', 'carol', 'dan']) {
        await alice.chat.until(`${to} has big.bin`, within);
      }
      for (const { folder } of [bob, carol]) {
        expect(await readdir(folder)).toEqual(['big.bin']);
        expect(await hashOf(join(folder, 'big.bin'))).toBe(hash);
      }
      // The fast ones did not wait for the slow one.
      expect(fastMs).toBeLessThan(slowMs / 4);
      const after = await Promise.all(all.map((chat) => memoryOf(chat, 'VmHWM')));
      const grown = after.map((most, index) => most - (before[index] ?? 0));
      expect(Math.max(...grown)).toBeLessThan(growthMax);
      await stage.untilKept(0);
    },
    testMs,
  );
});

describe('a transfer that does not come through leaves nothing', () => {
  const small = 5 * MiB;

  test('when the receiver rejects it', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'hola');
    alice.chat.write('file x.txt bob\n');
    const [, id] = await bob.chat.until(/reject (\S+)/);
    // In the middle of a conversation.
    bob.chat.write(`chat alice\nreject ${id}\n`);
    await alice.chat.until('bob rejects x.txt');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });

  test('when the sender takes it back', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await writeFile(join(alice.folder, 'x.txt'), 'hola');
    alice.chat.write('file x.txt bob\n');
    await bob.chat.until('alice offers x.txt');
    const [, id] = await alice.chat.until(/cancel (\S+) stops it/);
    alice.chat.write(`cancel ${id}\n`);
    await bob.chat.until('x.txt from alice did not come: cancelled');
  });

  test('when the sender is lost in the middle', async () => {
    await using stage = await Stage.open();
    const alice = await stage.enter('alice');
    const bob = await stage.connect('bob');
    await alice.send(
      `File_transfer To=bob Id=1 Status=offer File-Name=x.bin File-Size=${2 * small}`,
    );
    const [, id] = await bob.chat.until(/accept (\S+) /);
    bob.chat.write(`accept ${id}\n`);
    const { token = '' } = await aboutFile(alice, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=1 Status=data Token=${token}`);
    for (let count = 0; count < 10; count++) {
      await connection.send({
        action: 'file',
        id: '1',
        status: 'data',
        body: new Uint8Array(65_536),
      });
    }
    await stage.untilKept(1);
    connection.tcp.reset();
    const { body } = await aboutFile(alice, 'failed');
    expect(Buffer.from(body).toString()).toBe('disconnected');
    await bob.chat.until('x.bin from alice did not come: disconnected');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });

  test('when the receiver breaks it off in the middle', async () => {
    await using stage = await Stage.open();
    const alice = await stage.connect('alice');
    const bob = await stage.enter('bob');
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const { id = '' } = await aboutFile(bob, 'offer');
    await bob.send(`File_transfer Id=${id} Status=accept`);
    const { token = '' } = await aboutFile(bob, 'accept');
    const connection = await stage.dial();
    await connection.send(`File_transfer Id=${id} Status=data Token=${token}`);
    await connection.read();
    await connection.send(`File_transfer Id=${id} Status=failed Reason=cancelled | cancelled`);
    await alice.chat.until('x.bin was not sent to bob: cancelled');
    await stage.untilKept(0);
  });

  test('when the receiver may not write there', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+) /);
    // A folder that no user can write to, not even root.
    bob.chat.write(`accept ${id} /proc/\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent to bob: no space for the file');
    await stage.untilKept(0);
  });

  test.skipIf(!canMakeDisks())("when the receiver's disk is full", async () => {
    await using stage = await Stage.open();
    const alice = await stage.connect('alice');
    const bob = await stage.connect('bob', onDiskOf(2 * MiB));
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+) /);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent to bob: no space for the file');
    await stage.untilKept(0);
    expect(await readdir(`/proc/${bob.chat.pid}/cwd/`)).toEqual([]);
    // There is room for less.
    await writeFile(join(alice.folder, 'y.txt'), 'hola');
    alice.chat.write('file y.txt bob\n');
    bob.chat.write(`accept ${(await bob.chat.until(/y\.txt .*: accept (\S+) /))[1]}\n`);
    await alice.chat.until('bob has y.txt');
  });

  test.skipIf(!canMakeDisks())("when the server's disk is full", async () => {
    await using stage = await Stage.open(onDiskOf(3 * MiB));
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    await makeFile(join(alice.folder, 'x.bin'), small);
    alice.chat.write('file x.bin bob\n');
    bob.chat.write(`accept ${(await bob.chat.until(/accept (\S+) /))[1]}\n`);
    await bob.chat.until('x.bin from alice did not come: no space for the file');
    await alice.chat.until('x.bin was not sent');
    alice.chat.write('chat bob\nstill here\n');
    await bob.chat.until('alice: still here');
  });

  test('when the file shrinks while it is sent', async () => {
    await using stage = await Stage.open();
    const [alice, bob] = [await stage.connect('alice'), await stage.connect('bob')];
    const path = join(alice.folder, 'x.bin');
    await makeFile(path, small);
    alice.chat.write('file x.bin bob\n');
    const [, id] = await bob.chat.until(/accept (\S+) /);
    await truncate(path, MiB);
    bob.chat.write(`accept ${id}\n`);
    await bob.chat.until('x.bin from alice did not come');
    await alice.chat.until('x.bin was not sent');
    await stage.untilKept(0);
    expect(await readdir(bob.folder)).toEqual([]);
  });
});
